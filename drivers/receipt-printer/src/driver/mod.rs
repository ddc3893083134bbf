//! The port on top of the protocol: order of steps, deadlines, cleaning up, confirming.
//!
//! A page is believed when the printer answered `GS r` queued behind the cut, twice, with exactly as many answers as
//! questions, and afterwards no error stood in its real-time or automatic status. A real-time answer alone says nothing
//! about paper. From the first byte of a page until it is believed the printer counts as unclean: it may hold a piece of
//! somebody's receipt, or owe an answer that would confirm the next page. It is cleaned before anything else is printed.

mod flight;
mod wire;

use std::time::Duration;

use kiosk_drivers_api::paper::Document;
use kiosk_drivers_api::{
    About, Cancel, DeviceStatus, Outlet, Paper, PrintFault, PrinterStatus, ReceiptPrinter,
};
use kiosk_serial::{Flow, Link, SLICE, SerialLink};

use self::flight::Flight;
use self::wire::{Limit, Wire, fault_of_link};
use crate::config::Config;
use crate::deadlines::{
    ABANDON, CLEAN, FORGET_WAIT, LOOK_EVERY, PAGE_BASE, PAGE_DOT, QUIET, READY, RECOVER_EVERY, RECOVER_WAIT,
};
use crate::glyphs::{Glyphs, NoGlyphs};
use crate::model::Model;
use crate::protocol::command::{ASK_IN_ORDER, FORGET, INITIALISE, RECOVER, cut};
use crate::protocol::{Condition, Job};

/// A printer on a serial port.
pub type SerialReceiptPrinter = Printer<SerialLink>;

/// A printer on some line.
pub struct Printer<L> {
    wire: Wire<L>,
    model: Model,
    glyphs: Box<dyn Glyphs>,
    /// Nothing of an earlier page is left in the printer, and it owes no answer. Unknown, so false, at the start.
    is_clean: bool,
    next_look: Duration,
    next_recovery: Duration,
}

impl SerialReceiptPrinter {
    /// Remembers where the printer is. Never fails and never waits: the port is opened on first use.
    pub fn new(config: Config) -> Self {
        let mut printer =
            Self::on(SerialLink::new(config.path, config.baud).with_flow(config.flow), config.model);
        if config.flow != Flow::Software {
            printer.wire.ignore_pauses();
        }
        printer
    }
}

impl<L: Link> Printer<L> {
    /// Drives a printer on `link`; XON and XOFF from it are heeded.
    pub fn on(link: L, model: Model) -> Self {
        Self {
            wire: Wire::new(link),
            model,
            glyphs: Box::new(NoGlyphs),
            is_clean: false,
            next_look: Duration::ZERO,
            next_recovery: Duration::ZERO,
        }
    }

    /// Gives the printer somebody who draws what its own font lacks.
    pub fn with_glyphs(mut self, glyphs: Box<dyn Glyphs>) -> Self {
        self.glyphs = glyphs;
        self
    }

    fn try_print(&mut self, document: &Document, cancel: &Cancel) -> Result<(), PrintFault> {
        self.wire.open().map_err(fault_of_link)?;
        if let Some(fault) = self.ready(&self.limit(READY, cancel))?.fault() {
            return Err(fault);
        }
        self.clean(&self.limit(CLEAN, cancel))?;
        let job = Job::build(document, &self.model, self.glyphs.as_mut());
        let limit = self.limit(self.page_time(&job), cancel);
        self.is_clean = false;
        self.wire.begin_page();
        self.send(&job, &limit)?;
        self.confirm(&limit)?;
        self.is_clean = true;
        Ok(())
    }

    /// Sends command by command; between them the printer is watched, and neither its wish to pause nor the size of its
    /// buffer is passed over. At the end no answer is owed.
    fn send(&mut self, job: &Job, limit: &Limit) -> Result<(), PrintFault> {
        let mut flight = Flight::new(self.model.buffer_bytes);
        for command in &job.commands {
            self.wire.receive(Duration::ZERO)?;
            self.watch(limit)?;
            self.make_room(command.len(), &mut flight, limit)?;
            self.wire.write(command, limit)?;
            flight.sent(command.len());
        }
        while self.wire.owed_answers() > 0 {
            self.wire.receive(SLICE)?;
            self.watch(limit)?;
        }
        Ok(())
    }

    /// Waits until the printer has room for so many bytes.
    fn make_room(&mut self, bytes: usize, flight: &mut Flight, limit: &Limit) -> Result<(), PrintFault> {
        if flight.should_ask(bytes) {
            self.wire.ask_in_order(&ASK_IN_ORDER, limit)?;
            flight.asked();
        }
        flight.owed(self.wire.owed_answers());
        while self.wire.is_paused() || !flight.has_room(bytes) {
            self.wire.receive(SLICE)?;
            self.watch(limit)?;
            flight.owed(self.wire.owed_answers());
        }
        Ok(())
    }

    /// Waits until the page is out for sure. The second question costs next to nothing, and a single stray byte on the
    /// line can then no longer pass for the answer to the first.
    fn confirm(&mut self, limit: &Limit) -> Result<(), PrintFault> {
        self.ask_in_order(limit)?;
        self.ask_in_order(limit)?;
        self.demand_no_fault(limit)?;
        if self.wire.is_even() {
            return Ok(());
        }
        self.synchronise(limit)?;
        self.demand_no_fault(limit)
    }

    fn ask_in_order(&mut self, limit: &Limit) -> Result<(), PrintFault> {
        let before = self.wire.answers();
        self.wire.ask_in_order(&ASK_IN_ORDER, limit)?;
        while self.wire.answers() == before {
            self.watch(limit)?;
            self.wire.receive(SLICE)?;
        }
        Ok(())
    }

    fn demand_no_fault(&mut self, limit: &Limit) -> Result<(), PrintFault> {
        let now = self.look(limit)?;
        let fault = now.fault().or_else(|| self.wire.automatic().and_then(|condition| condition.fault()));
        fault.map_or(Ok(()), Err)
    }

    /// Checks deadline and cancel flag, and every [`LOOK_EVERY`] or on the printer's own word the real-time status.
    fn watch(&mut self, limit: &Limit) -> Result<(), PrintFault> {
        limit.check(self.wire.now())?;
        if self.wire.now() < self.next_look && !self.wire.has_news() {
            return Ok(());
        }
        self.look(limit)?.fault().map_or(Ok(()), Err)
    }

    /// Asks for the real-time status. A fault is believed when told twice: a disturbed byte may look like one.
    fn look(&mut self, limit: &Limit) -> Result<Condition, PrintFault> {
        let mut condition = self.wire.condition(limit)?;
        if condition.fault().is_some() {
            condition = self.wire.condition(limit)?;
        }
        self.next_look = self.wire.now() + LOOK_EVERY;
        Ok(condition)
    }

    /// How the printer stands, after an attempt to leave an error it can leave. A torn command is finished first, or it
    /// would swallow the questions.
    fn ready(&mut self, limit: &Limit) -> Result<Condition, PrintFault> {
        self.wire.finish_torn_command(limit)?;
        let condition = self.look(limit)?;
        let can_recover = matches!(condition.fault(), Some(PrintFault::CutterBlocked | PrintFault::Jammed));
        if !can_recover || self.wire.now() < self.next_recovery {
            return Ok(condition);
        }
        self.next_recovery = self.wire.now() + RECOVER_EVERY;
        self.wire.write(&RECOVER, limit)?;
        self.wire.listen_for(RECOVER_WAIT, limit)?;
        self.look(limit)
    }

    /// Makes the printer forget what it has, cuts off what it may have printed of it, and waits for stale answers.
    fn clean(&mut self, limit: &Limit) -> Result<(), PrintFault> {
        if self.is_clean {
            return Ok(());
        }
        self.wire.begin_afresh();
        self.forget(limit)?;
        self.wire.await_forgotten(FORGET_WAIT, limit)?;
        self.wire.write(&INITIALISE, limit)?;
        self.wire.write(cut(self.model.cutter), limit)?;
        self.synchronise(limit)?;
        self.is_clean = true;
        Ok(())
    }

    /// Asks in order until one question gets exactly one answer and the line is quiet: then everything sent before is
    /// done, and no answer is owed.
    fn synchronise(&mut self, limit: &Limit) -> Result<(), PrintFault> {
        loop {
            let before = self.wire.answers();
            self.ask_in_order(limit)?;
            self.wire.listen_for(QUIET, limit)?;
            if self.wire.answers() == before + 1 && self.wire.owed_answers() == 0 {
                return Ok(());
            }
            tracing::debug!("more answers than questions, asking again");
        }
    }

    /// Ends a page that failed: what the printer has of it must not come out later.
    fn abandon(&mut self) {
        let never = Cancel::default();
        let limit = self.limit(ABANDON, &never);
        let told = self.wire.finish_torn_command(&limit).and_then(|()| self.forget(&limit));
        if told.is_err() && !self.wire.reset() {
            tracing::debug!(
                "the printer could not be told to forget the page; it will be before the next one"
            );
        }
    }

    fn forget(&mut self, limit: &Limit) -> Result<(), PrintFault> {
        self.wire.write(&RECOVER, limit)?;
        self.wire.write(&FORGET, limit)
    }

    fn try_status(&mut self) -> Result<PrinterStatus, PrintFault> {
        let never = Cancel::default();
        let condition = self.ready(&self.limit(READY, &never))?;
        let mut device = device_status(&condition);
        if condition.fault().is_none() && self.clean(&self.limit(CLEAN, &never)).is_err() {
            // It answers, but is still at something older.
            device = DeviceStatus::Busy;
        }
        let paper = condition.paper(self.model.has_near_end_sensor);
        let outlet = self.outlet(&self.limit(READY, &never))?;
        Ok(PrinterStatus { device, paper, outlet, fault: condition.fault() })
    }

    fn outlet(&mut self, limit: &Limit) -> Result<Outlet, PrintFault> {
        let told = if self.model.tells_outlet { self.wire.outlet(limit)? } else { None };
        Ok(match told {
            None => Outlet::Unknown,
            Some(true) => Outlet::Occupied,
            Some(false) => Outlet::Empty,
        })
    }

    fn page_time(&self, job: &Job) -> Duration {
        let bytes = u32::try_from(job.bytes()).unwrap_or(u32::MAX);
        let dots = u32::try_from(job.dots).unwrap_or(u32::MAX);
        PAGE_BASE + self.wire.byte_time() * bytes + PAGE_DOT * dots
    }

    fn limit<'a>(&self, wait: Duration, cancel: &'a Cancel) -> Limit<'a> {
        Limit { end: self.wire.now() + wait, cancel }
    }
}

impl<L: Link> ReceiptPrinter for Printer<L> {
    fn status(&mut self) -> PrinterStatus {
        if let Err(error) = self.wire.open() {
            return unreachable_status(error.status(), fault_of_link(error));
        }
        self.try_status().unwrap_or_else(|fault| {
            self.wire.close();
            unreachable_status(status_of_fault(fault), fault)
        })
    }

    fn print(&mut self, document: &Document, cancel: &Cancel) -> Result<(), PrintFault> {
        let result = self.try_print(document, cancel);
        if let Err(fault) = result {
            tracing::info!(%fault, "page not confirmed");
            if !self.is_clean && self.wire.is_open() {
                self.abandon();
            }
        }
        result
    }

    fn about(&mut self) -> About {
        let missing = self.glyphs.missing().into_iter().map(|font| ("font missing", font));
        [("model", self.model.name.to_owned())].into_iter().chain(missing).collect()
    }
}

fn unreachable_status(device: DeviceStatus, fault: PrintFault) -> PrinterStatus {
    PrinterStatus { device, paper: Paper::Unknown, outlet: Outlet::Unknown, fault: Some(fault) }
}

fn device_status(condition: &Condition) -> DeviceStatus {
    match condition.fault() {
        None if condition.is_offline => DeviceStatus::Busy,
        None => DeviceStatus::Online,
        Some(fault) => status_of_fault(fault),
    }
}

fn status_of_fault(fault: PrintFault) -> DeviceStatus {
    match fault {
        PrintFault::PaperOut | PrintFault::CoverOpen | PrintFault::CutterBlocked | PrintFault::Jammed => {
            DeviceStatus::UserActionNeeded
        }
        PrintFault::HeadHot => DeviceStatus::Busy,
        PrintFault::Unrecoverable => DeviceStatus::HardwareError,
        PrintFault::NotConnected | PrintFault::NoPermission => DeviceStatus::NoDevice,
        PrintFault::Unconfirmed | PrintFault::Cancelled => DeviceStatus::Offline,
    }
}

#[cfg(test)]
mod tests;
