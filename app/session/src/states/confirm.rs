//! Everything that will be submitted.

use kiosk_model::Body;
use kiosk_text::Topic;

use super::{Form, Submitting};
use crate::draft::Draft;
use crate::task::{Shows, Situation, Step, Turn};
use crate::view::View;

/// Checking before submitting.
pub(crate) struct Confirm {
    draft: Box<Draft>,
}

impl Confirm {
    pub(crate) fn new(draft: Box<Draft>) -> Self {
        Self { draft }
    }
}

impl Situation for Confirm {
    fn submit(self, turn: &mut Turn) -> Step {
        Step::To(Submitting::begin(self.draft, turn).into())
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
            note: view.texts().confirm_note(view.delivery()),
        }
    }

    fn topic(&self) -> Topic {
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
