//! The sealed page of an answer: asked for, printed, and dropped as soon as the printer has it.

use std::time::Duration;

use kiosk_drivers_api::{PageFault, PageJob, PaperSize};
use kiosk_model::{PageStage, PageView};
use kiosk_protocol::ids::{Key, PageNumber};
use kiosk_protocol::trail::TrailEvent;
use kiosk_protocol::wire::{Pdf, Question, Reply};
use kiosk_text::{PageTrouble, Reason};

use super::WhyNot;
use crate::deadlines;
use crate::task::Deadline;
use crate::turn::Turn;
use crate::view::{View, package_language};
use crate::words::{ask_reason, page_trouble};
use crate::{AskTrouble, Effect, RequestId};

/// Where the page of an answer is.
#[derive(Default)]
pub(crate) enum Page {
    /// Nobody asked for it.
    #[default]
    Offered,
    /// The platform makes it.
    Asked { request: RequestId, until: Duration },
    /// The printer has it.
    Printing { number: PageNumber },
    /// The printer confirmed it.
    Printed { number: PageNumber },
    /// The platform gave none.
    NotMade(WhyNot),
    /// The printer failed.
    Failed(PageFault),
    /// It failed; the printer works again.
    Possible,
}

impl Page {
    /// Asks for it, once, where it can be printed.
    pub(crate) fn print(self, service: &Key, turn: &mut Turn) -> Self {
        if !self.can_print(&turn.view()) {
            return self;
        }
        let (visit, service) = (turn.visit.id, service.clone());
        turn.record(TrailEvent::Asked { visit, service: service.clone() });
        let question = Question::Page { service, language: package_language(turn.visit.language) };
        let (request, ask) = (turn.ctx.request(), Box::new(turn.visit.asks(question)));
        turn.order(Effect::Ask { request, ask });
        Self::Asked { request, until: turn.after(deadlines::ASK) }
    }

    /// Orders the printer with what the platform made.
    pub(crate) fn answered(
        self,
        request: RequestId,
        result: Result<Box<Reply>, AskTrouble>,
        service: &Key,
        turn: &mut Turn,
    ) -> Self {
        if !self.awaits(request) {
            return self;
        }
        match result.map(|reply| *reply) {
            Ok(Reply::Page { pdf, pages, number }) => {
                turn.print_page(service.clone(), job(&pdf, pages));
                Self::Printing { number }
            }
            Ok(Reply::Refused { why }) => Self::NotMade(WhyNot::Refused(why)),
            // An answer to another question: as good as none.
            Ok(Reply::Values { .. } | Reply::Cases { .. }) => Self::NotMade(WhyNot::Reason(Reason::Failed)),
            Err(trouble) => Self::NotMade(WhyNot::Reason(ask_reason(trouble))),
        }
    }

    fn awaits(&self, request: RequestId) -> bool {
        matches!(self, Self::Asked { request: asked, .. } if *asked == request)
    }

    pub(crate) fn timed_out(self, turn: &mut Turn) -> Self {
        if self.deadline().is_none() {
            return self;
        }
        turn.order(Effect::StopAsking);
        Self::NotMade(WhyNot::Reason(Reason::TimedOut))
    }

    pub(crate) fn printed(self, result: Result<(), PageFault>) -> Self {
        let Self::Printing { number } = self else { return self };
        result.map_or_else(Self::Failed, |()| Self::Printed { number })
    }

    /// What the printer said of itself is over; what became of a page that it may have let out is not.
    pub(crate) fn printer_works(self) -> Self {
        match self {
            Self::Failed(fault) if page_trouble(fault) != PageTrouble::Unconfirmed => Self::Possible,
            Self::Failed(_)
            | Self::Offered
            | Self::Asked { .. }
            | Self::Printing { .. }
            | Self::Printed { .. }
            | Self::NotMade(_)
            | Self::Possible => self,
        }
    }

    /// Whoever leaves does not come back for it.
    pub(crate) fn give_up(&self, turn: &mut Turn) {
        if matches!(self, Self::Asked { .. }) {
            turn.order(Effect::StopAsking);
        }
        turn.stop_page();
    }

    pub(crate) fn is_at_work(&self) -> bool {
        matches!(self, Self::Asked { .. } | Self::Printing { .. })
    }

    /// Of the question; the printer's is the visit's.
    pub(crate) fn deadline(&self) -> Option<Deadline> {
        match self {
            Self::Asked { until, .. } => Some((*until, "page")),
            Self::Offered
            | Self::Printing { .. }
            | Self::Printed { .. }
            | Self::NotMade(_)
            | Self::Failed(_)
            | Self::Possible => None,
        }
    }

    fn can_print(&self, view: &View) -> bool {
        let is_done = matches!(self, Self::Printed { .. });
        !is_done && !self.is_at_work() && hindrance(view).is_none()
    }

    /// What the screen shows of it, under the label its package gives it.
    pub(crate) fn shown(&self, label: String, view: &View) -> PageView {
        PageView {
            label,
            stage: self.stage(view),
            message: self.message(view),
            can_print: self.can_print(view),
        }
    }

    fn stage(&self, view: &View) -> PageStage {
        match self {
            Self::Offered | Self::Possible if hindrance(view).is_none() => PageStage::Offered,
            Self::Offered | Self::Possible | Self::NotMade(_) | Self::Failed(_) => PageStage::Failed,
            Self::Asked { .. } | Self::Printing { .. } => PageStage::Working,
            Self::Printed { .. } => PageStage::Printed,
        }
    }

    fn message(&self, view: &View) -> String {
        let texts = view.texts();
        match self {
            Self::Offered => hindrance(view).unwrap_or_default(),
            Self::Possible => hindrance(view).unwrap_or_else(|| texts.page_printer_back()),
            Self::Asked { .. } => texts.page_asked(),
            Self::Printing { .. } => texts.page_printing(),
            Self::Printed { number } => texts.page_printed(&number.to_string()),
            Self::NotMade(why) => texts.page_not_made(&why.say(view)),
            Self::Failed(fault) => texts.page_trouble(page_trouble(*fault)),
        }
    }
}

/// What stands in the way of a page at the moment.
fn hindrance(view: &View) -> Option<String> {
    let by_printer = view.ctx.page_fault().map(|fault| view.texts().page_trouble(page_trouble(fault)));
    by_printer.or_else(|| (!view.ctx.is_online()).then(|| view.texts().page_offline()))
}

/// One copy, on the paper that every page printer has.
fn job(pdf: &Pdf, pages: u16) -> PageJob {
    PageJob { pdf: pdf.bytes().to_vec(), pages, bitmaps: Vec::new(), copies: 1, paper: PaperSize::A4 }
}
