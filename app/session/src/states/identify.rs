//! Waiting for the card that a service needs.

use kiosk_model::{Body, CardPlace, ReaderStage};
use kiosk_protocol::service::{IdentityLevel, Work};
use kiosk_text::{Reason, Topic};

use super::{Asking, CardPin, Form, Goal, Guide, Home, Retry, Subject, Unavailable, WhyNot};
use crate::draft::wants_shared;
use crate::opened::Opened;
use crate::task::{Shows, Situation, Step};
use crate::turn::Turn;
use crate::view::View;
use crate::visit::Identity;
use crate::words::trouble_says;

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
            let identify = Identify { aim: self }.into();
            return Step::To(if turn.visit.waits_for_pin() {
                CardPin::before(identify, turn)
            } else {
                identify
            });
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
pub(crate) fn ask_if_online(goal: Goal, turn: &mut Turn) -> Step {
    if turn.ctx.is_online() {
        return Asking::begin(goal, turn);
    }
    let subject = match &goal {
        Goal::Query(opened) | Goal::Prefill(opened) => Subject::Service(opened.clone()),
        Goal::Cases => Subject::Cases,
        Goal::Receipt(_) => Subject::Receipt,
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
        let (stage, message) = match (&view.visit.identity, view.ctx.card_place()) {
            (Identity::Troubled(trouble), _) => trouble_says(*trouble, texts),
            (Identity::Awaited | Identity::Present(_), Some(place)) => {
                (ReaderStage::Waiting, texts.place_card(place))
            }
            (Identity::Awaited | Identity::Present(_), None) => {
                (ReaderStage::OutOfOrder, texts.reader_out_of_order())
            }
        };
        let place = view.ctx.card_place().unwrap_or_else(|| view.ctx.card_place_built());
        Body::Identify { stage, place, message }
    }

    fn topic(&self, view: &View) -> Topic {
        match view.ctx.card_place_built() {
            CardPlace::Reader => Topic::Card,
            CardPlace::Slot | CardPlace::Either => Topic::CardOrChip,
        }
    }

    fn asks_for_pin(&self) -> bool {
        true
    }

    /// What is wrong with the reader stands in the middle of the screen.
    fn notice(&self, view: &View) -> Option<String> {
        let slot = view.slot_notice().filter(|_| view.ctx.card_place().is_some());
        view.offline_notice().or(slot)
    }
}
