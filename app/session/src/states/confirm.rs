//! Everything that will be submitted.

use kiosk_model::Body;
use kiosk_text::{Reason, Topic};

use super::{Form, Retry, Subject, Submission, Unavailable, WhyNot};
use crate::draft::Draft;
use crate::opened::{instead, lacks_network};
use crate::task::{Shows, Situation, Step};
use crate::turn::Turn;
use crate::view::View;

/// Checking before submitting.
pub(crate) struct Confirm {
    draft: Box<Draft>,
}

impl Confirm {
    pub(crate) fn new(draft: Box<Draft>) -> Self {
        Self { draft }
    }

    fn note(&self, view: &View) -> String {
        let (opened, texts) = (&self.draft.opened, view.texts());
        if lacks_network(opened, view.ctx) {
            texts.needs_network_note(&instead(opened, view))
        } else {
            texts.confirm_note(view.delivery())
        }
    }
}

impl Situation for Confirm {
    /// The link may have gone since the form was begun.
    fn submit(self, turn: &mut Turn) -> Step {
        if !lacks_network(&self.draft.opened, turn.ctx) {
            return Step::To(Submission::new(self.draft).hand_over(turn).into());
        }
        let subject = Subject::Service(self.draft.opened.clone());
        let why = WhyNot::Reason(Reason::Offline);
        Step::To(Unavailable { subject, why, retry: Retry::Confirm(self.draft) }.into())
    }

    fn back(self, _turn: &mut Turn) -> Step {
        Step::To(Form::going_on(self.draft).into())
    }
}

impl Shows for Confirm {
    fn name(&self) -> &'static str {
        "confirm"
    }

    fn body(&self, view: &View) -> Body {
        Body::Confirm {
            title: view.say(&self.draft.opened.title),
            rows: self.draft.rows(view),
            note: self.note(view),
        }
    }

    fn topic(&self, _view: &View) -> Topic {
        Topic::Confirm
    }

    /// The note tells of the network; that there will be no paper is to be known before.
    fn notice(&self, view: &View) -> Option<String> {
        view.printer_notice()
    }

    fn has_begun(&self) -> bool {
        true
    }
}
