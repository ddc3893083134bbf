//! Submitted: the number on the screen, and the paper.

use jiff::Timestamp;
use kiosk_drivers_api::PrintFault;
use kiosk_drivers_api::paper::Document;
use kiosk_model::{Body, PaperStage};
use kiosk_protocol::receipt::ReceiptCode;
use kiosk_protocol::service::{ReceiptLine, Slot, Text};
use kiosk_text::Topic;
use uuid::Uuid;

use super::{Home, Rating};
use crate::Kept;
use crate::draft::Draft;
use crate::task::{Shows, Situation, Step};
use crate::turn::Turn;
use crate::view::View;
use crate::words::paper_trouble;

/// A submission that is on disk.
pub(crate) struct Receipt {
    case: Uuid,
    code: ReceiptCode,
    next: Text,
    /// The page, for printing again.
    document: Document,
    paper: Paper,
}

/// Where the paper is.
#[derive(Clone, Copy)]
enum Paper {
    Printing,
    Printed,
    Failed(PrintFault),
    /// It failed; the printer works again.
    Possible,
}

impl Receipt {
    fn is_printing(&self) -> bool {
        matches!(self.paper, Paper::Printing)
    }

    /// Orders the paper of a case that is on disk.
    pub(crate) fn print(draft: &Draft, kept: Kept, turn: &mut Turn) -> Self {
        let (case, code) = (draft.case, ReceiptCode::of(kept.receipt, draft.case));
        let document = document(draft, &code, kept.accepted_at, &turn.view());
        turn.visit.case = Some(case);
        turn.print(case, document.clone());
        let next = draft.receipt.next.clone();
        Self { case, code, next, document, paper: Paper::Printing }
    }

    fn message(&self, view: &View) -> String {
        match self.paper {
            Paper::Printing => view.texts().printing(),
            Paper::Printed => view.texts().printed(),
            Paper::Possible => view.texts().printer_back(),
            Paper::Failed(fault) => view.texts().paper_trouble(paper_trouble(fault)),
        }
    }
}

impl Situation for Receipt {
    fn printed(self, result: Result<(), PrintFault>, _turn: &mut Turn) -> Step {
        let paper = result.map_or_else(Paper::Failed, |()| Paper::Printed);
        Self { paper, ..self }.same()
    }

    fn printer_works(self, _turn: &mut Turn) -> Step {
        let paper = match self.paper {
            Paper::Failed(PrintFault::Unconfirmed | PrintFault::Cancelled) => self.paper,
            Paper::Failed(_) => Paper::Possible,
            Paper::Printing | Paper::Printed | Paper::Possible => self.paper,
        };
        Self { paper, ..self }.same()
    }

    /// Once the device confirmed the paper there is nothing to print again.
    fn print_again(self, turn: &mut Turn) -> Step {
        match self.paper {
            Paper::Printing | Paper::Printed => self.same(),
            Paper::Failed(_) | Paper::Possible => {
                turn.print(self.case, self.document.clone());
                Self { paper: Paper::Printing, ..self }.same()
            }
        }
    }

    /// Not while the paper is on its way: who goes on would not see it fail.
    fn finish(self, _turn: &mut Turn) -> Step {
        if self.is_printing() { self.same() } else { Step::To(Rating.into()) }
    }

    fn another(self, _turn: &mut Turn) -> Step {
        if self.is_printing() { self.same() } else { Step::To(Home::default().into()) }
    }
}

impl Shows for Receipt {
    fn name(&self) -> &'static str {
        "receipt"
    }

    fn body(&self, view: &View) -> Body {
        Body::Receipt {
            number: self.code.receipt.to_string(),
            qr: self.code.to_string(),
            paper: match self.paper {
                Paper::Printing => PaperStage::Printing,
                Paper::Printed => PaperStage::Printed,
                Paper::Failed(_) | Paper::Possible => PaperStage::Failed,
            },
            message: self.message(view),
            delivery: view.texts().delivery(view.delivery()),
            next: view.say(&self.next),
        }
    }

    fn topic(&self, _view: &View) -> Topic {
        Topic::Receipt
    }

    /// Network and printer have their own sentences here.
    fn notice(&self, _view: &View) -> Option<String> {
        None
    }

    fn is_waiting(&self) -> bool {
        self.is_printing()
    }

    fn can_go_back(&self) -> bool {
        false
    }

    /// As with going on: the print ends by itself, or by its deadline.
    fn can_end(&self) -> bool {
        !self.is_printing()
    }
}

fn document(draft: &Draft, code: &ReceiptCode, accepted_at: Timestamp, view: &View) -> Document {
    let lines = draft.receipt.lines.iter().filter_map(|line| line_of(line, draft, view)).collect();
    kiosk_paper::receipt(&kiosk_paper::Receipt {
        texts: view.texts(),
        site: &view.say(&view.ctx.site),
        service: &view.say(&draft.opened.title),
        service_zh: &draft.opened.title.zh_cn,
        number: code.receipt.as_str(),
        code: &code.to_string(),
        accepted_at,
        lines,
        next: &view.say(&draft.receipt.next),
        delivery: view.delivery(),
        synthetic: draft.opened.synthetic,
    })
}

/// A line whose value was not given is left out.
fn line_of(line: &ReceiptLine, draft: &Draft, view: &View) -> Option<(String, String)> {
    let value = match &line.value {
        Slot::Applicant => view.visit.masked_name(),
        Slot::Field(key) => draft.printed(key, view),
        Slot::TimeLimit => Some(view.say(&draft.opened.guide.time_limit)),
    };
    Some((view.say(&line.label), value?))
}
