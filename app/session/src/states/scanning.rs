//! Waiting for the code of a receipt. The receipt proves itself: nobody needs to identify.

use std::time::Duration;

use kiosk_drivers_api::{Scan, ScanFault};
use kiosk_model::{Body, ScanStage};
use kiosk_protocol::receipt::{BadReceiptCode, ReceiptCode};
use kiosk_text::{CodeTrouble, Reason, Topic};
use secrecy::ExposeSecret;

use super::{Goal, Home, Retry, Subject, Unavailable, WhyNot, ask_if_online};
use crate::deadlines;
use crate::task::{Deadline, Shows, Situation, Step};
use crate::turn::Turn;
use crate::view::View;
use crate::words::code_trouble;

/// The scanner looks.
pub(crate) struct Scanning {
    /// What was wrong with the last code.
    trouble: Option<CodeTrouble>,
    until: Duration,
}

impl Scanning {
    /// Without the network it is said before the paper is held anywhere.
    pub(crate) fn begin(turn: &mut Turn) -> Step {
        if turn.ctx.is_online() {
            return Step::To(Self::after(None, turn).into());
        }
        let why = WhyNot::Reason(Reason::Offline);
        Step::To(Unavailable { subject: Subject::Receipt, why, retry: Retry::Scan }.into())
    }

    fn after(trouble: Option<CodeTrouble>, turn: &Turn) -> Self {
        Self { trouble, until: turn.after(deadlines::scan(turn.visit.mode)) }
    }
}

impl Situation for Scanning {
    fn scanned(self, result: Result<Box<Scan>, ScanFault>, turn: &mut Turn) -> Step {
        match result.map(|scan| ReceiptCode::try_from(scan.text.expose_secret())) {
            Ok(Ok(code)) => ask_if_online(Goal::Receipt(code), turn),
            Ok(Err(BadReceiptCode)) => Self::after(Some(CodeTrouble::Foreign), turn).same(),
            Err(fault) => match code_trouble(fault) {
                Some(trouble) => Self::after(Some(trouble), turn).same(),
                None => self.same(),
            },
        }
    }

    fn timed_out(self, _turn: &mut Turn) -> Step {
        Step::To(Home::default().into())
    }

    fn back(self, _turn: &mut Turn) -> Step {
        Step::To(Home::default().into())
    }
}

impl Shows for Scanning {
    fn name(&self) -> &'static str {
        "scanning"
    }

    fn body(&self, view: &View) -> Body {
        let texts = view.texts();
        let (stage, message) = match self.trouble {
            _ if !view.ctx.can_scan() => (ScanStage::OutOfOrder, texts.scanner_out_of_order()),
            Some(trouble) => (ScanStage::Again, texts.code_trouble(trouble)),
            None => (ScanStage::Waiting, texts.show_code()),
        };
        Body::Scan { stage, message }
    }

    fn topic(&self, _view: &View) -> Topic {
        Topic::Scan
    }

    /// The code needs no card, and no paper comes.
    fn notice(&self, view: &View) -> Option<String> {
        view.offline_notice()
    }

    fn deadline(&self) -> Option<Deadline> {
        Some((self.until, "scan"))
    }

    fn takes_code(&self) -> bool {
        true
    }
}
