//! Waiting for the card that a service needs.

use kiosk_model::{Body, ReaderStage};
use kiosk_protocol::service::{IdentityLevel, Work};
use kiosk_text::{Reason, Topic};

use super::{Asking, Form, Goal, Guide, Home, Retry, Subject, Unavailable, WhyNot};
use crate::draft::wants_shared;
use crate::opened::Opened;
use crate::task::{Shows, Situation, Step, Turn};
use crate::view::View;
use crate::visit::Identity;
use crate::words::reader_says;

/// What the resident is after.
pub(crate) enum Aim {
    /// A service.
    Service(Opened),
    /// "My cases".
    Cases,
}

impl Aim {
    /// Goes there, by way of the card reader where it is needed.
    pub(crate) fn pursue(self, turn: &mut Turn) -> Step {
        let needed = match &self {
            Self::Service(opened) => opened.identity_level,
            Self::Cases => IdentityLevel::CardPresent,
        };
        if needed > turn.visit.level() {
            return Step::To(Identify { aim: self }.into());
        }
        match self {
            Self::Cases => ask_if_online(Goal::Cases, turn),
            Self::Service(opened) => match &opened.work {
                Work::Query { .. } => ask_if_online(Goal::Query(opened), turn),
                Work::Handling { form, .. } if wants_shared(form) && can_ask(turn) => {
                    Asking::begin(Goal::Prefill(opened), turn)
                }
                Work::Handling { .. } => Form::begin(opened, None, turn),
            },
        }
    }
}

fn can_ask(turn: &Turn) -> bool {
    turn.ctx.is_online() && turn.visit.holder().is_some()
}

/// Without a network it is said at once; `Retry` asks all the same.
fn ask_if_online(goal: Goal, turn: &mut Turn) -> Step {
    if turn.ctx.is_online() {
        return Asking::begin(goal, turn);
    }
    let subject = match &goal {
        Goal::Query(opened) | Goal::Prefill(opened) => Subject::Service(opened.clone()),
        Goal::Cases => Subject::Cases,
    };
    let why = WhyNot::Reason(Reason::Offline);
    Step::To(Unavailable { subject, why, retry: Retry::Ask(goal) }.into())
}

/// Waiting for a card.
pub(crate) struct Identify {
    aim: Aim,
}

impl Situation for Identify {
    fn back(self, _turn: &mut Turn) -> Step {
        match self.aim {
            Aim::Service(opened) => Step::To(Guide::new(opened).into()),
            Aim::Cases => Step::To(Home::default().into()),
        }
    }

    fn identified(self, turn: &mut Turn) -> Step {
        self.aim.pursue(turn)
    }
}

impl Shows for Identify {
    fn name(&self) -> &'static str {
        "identify"
    }

    fn body(&self, view: &View) -> Body {
        let texts = view.texts();
        let (stage, message) = match &view.visit.identity {
            _ if view.ctx.reader_is_broken() => (ReaderStage::OutOfOrder, texts.reader_out_of_order()),
            Identity::Troubled(trouble) => reader_says(trouble, texts),
            Identity::Awaited | Identity::Present(_) => (ReaderStage::Waiting, texts.place_card()),
        };
        Body::Identify { stage, message }
    }

    fn topic(&self) -> Topic {
        Topic::Card
    }

    /// The middle of the screen says it already.
    fn notice(&self, view: &View) -> Option<String> {
        view.offline_notice()
    }
}
