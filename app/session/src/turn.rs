//! What a handler can do.

use std::time::Duration;

use kiosk_drivers_api::paper::Document;
use kiosk_drivers_api::{PageFault, PageJob, PrintFault};
use kiosk_protocol::ids::Key;
use kiosk_protocol::trail::TrailEvent;
use uuid::Uuid;

use crate::ctx::Ctx;
use crate::deadlines;
use crate::view::View;
use crate::visit::{Identity, Paging, Printing, Visit};
use crate::{Effect, Now};

/// One event being handled: the time, what may be read and changed, and what is ordered.
pub(crate) struct Turn<'a> {
    pub(crate) now: Now,
    pub(crate) ctx: &'a mut Ctx,
    pub(crate) visit: &'a mut Visit,
    pub(crate) effects: &'a mut Vec<Effect>,
}

impl Turn<'_> {
    pub(crate) fn view(&self) -> View<'_> {
        View { ctx: self.ctx, visit: self.visit }
    }

    pub(crate) fn order(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub(crate) fn record(&mut self, event: TrailEvent) {
        self.order(Effect::Record(event));
    }

    /// Takes in who is there, and whether anybody is.
    pub(crate) fn sees(&mut self, identity: Identity) -> bool {
        self.visit.identity = identity;
        let is_somebody = self.visit.holder().is_some();
        if is_somebody {
            self.record(TrailEvent::Identified { visit: self.visit.id, level: self.visit.level() });
        }
        is_somebody
    }

    pub(crate) fn uuid(&mut self) -> Uuid {
        self.ctx.uuid(self.now.wall)
    }

    /// The moment a wait ends.
    pub(crate) fn after(&self, wait: Duration) -> Duration {
        self.now.monotonic + wait
    }

    /// Prints the receipt of a case. Its screen cannot be left before the print ended, so that none is under way.
    pub(crate) fn print(&mut self, case: Uuid, document: Document) {
        let request = self.ctx.request();
        self.visit.printing = Some(Printing { request, case, until: self.after(deadlines::PRINT) });
        self.order(Effect::Print { request, document });
    }

    /// Stops a print that is under way; its receipt counts as not printed.
    pub(crate) fn stop_printing(&mut self) {
        if self.visit.printing.is_some() {
            self.order(Effect::StopPrinting);
            self.print_ended(Err(PrintFault::Unconfirmed));
        }
    }

    /// Keeps in the trail how the print under way ended.
    pub(crate) fn print_ended(&mut self, result: Result<(), PrintFault>) {
        let Some(Printing { case, .. }) = self.visit.printing.take() else { return };
        let visit = self.visit.id;
        self.record(match result {
            Ok(()) => TrailEvent::ReceiptPrinted { visit, case },
            Err(fault) => TrailEvent::ReceiptFailed { visit, case, fault: fault.to_string() },
        });
    }

    /// Prints the sealed page of a service's answer.
    pub(crate) fn print_page(&mut self, service: Key, job: PageJob) {
        let (request, until) = (self.ctx.request(), self.after(deadlines::page(job.pages)));
        self.visit.paging = Some(Paging { request, service, until });
        self.order(Effect::PrintPage { request, job: Box::new(job) });
    }

    /// Stops a page that is under way; it counts as not printed.
    pub(crate) fn stop_page(&mut self) {
        if self.visit.paging.is_some() {
            self.order(Effect::StopPage);
            self.page_ended(Err(PageFault::Cancelled));
        }
    }

    /// Keeps in the trail how the page under way ended.
    pub(crate) fn page_ended(&mut self, result: Result<(), PageFault>) {
        let Some(Paging { service, .. }) = self.visit.paging.take() else { return };
        let visit = self.visit.id;
        self.record(match result {
            Ok(()) => TrailEvent::PagePrinted { visit, service },
            Err(fault) => TrailEvent::PageFailed { visit, service, fault: fault.to_string() },
        });
    }
}
