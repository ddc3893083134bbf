//! "My cases": where everything the person handed in is; or the one case of a receipt.

use kiosk_model::{Body, CaseRow};
use kiosk_protocol::wire::CaseView;
use kiosk_text::Topic;

use super::{Home, Rating};
use crate::task::{Shows, Situation, Step};
use crate::turn::Turn;
use crate::view::View;
use crate::words::case_word;

/// Reading the list.
pub(crate) struct Cases {
    /// Newest first.
    pub(crate) cases: Vec<CaseView>,
    pub(crate) of: CasesOf,
}

/// Whose cases they are.
#[derive(Clone, Copy)]
pub(crate) enum CasesOf {
    Person,
    Receipt,
}

impl Situation for Cases {
    fn back(self, _turn: &mut Turn) -> Step {
        Step::To(Home::default().into())
    }

    fn finish(self, _turn: &mut Turn) -> Step {
        Step::To(Rating.into())
    }

    fn another(self, _turn: &mut Turn) -> Step {
        Step::To(Home::default().into())
    }
}

impl Shows for Cases {
    fn name(&self) -> &'static str {
        "cases"
    }

    fn body(&self, view: &View) -> Body {
        let texts = view.texts();
        let (title, empty) = match self.of {
            CasesOf::Person => (texts.cases_title(), texts.no_cases()),
            CasesOf::Receipt => (texts.receipt_case_title(), texts.no_receipt_case()),
        };
        Body::Cases { title, cases: self.cases.iter().map(|case| row(case, view)).collect(), empty }
    }

    fn topic(&self, _view: &View) -> Topic {
        Topic::Reading
    }
}

fn row(case: &CaseView, view: &View) -> CaseRow {
    CaseRow {
        title: view.say(&case.title),
        case_number: case.case_number.to_string(),
        receipt: case.receipt.to_string(),
        state: view.texts().case_state(case_word(case.state)),
        submitted: view.texts().time(case.submitted_at),
    }
}
