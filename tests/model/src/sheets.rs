//! A page printer in virtual time: the driver's [`Line`] at one end, the simulator's printer at the other.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kiosk_drivers_api::Cancel;
use kiosk_page_printer::line::{Line, LineError, Post};
use kiosk_sim::ipp::{Job, PagePrinter, PagePrinterState, reply};

use crate::limits::{LINE_SLICE, UNREACHABLE};
use crate::stage::{Actor, Stage};

/// Where the printer says it is.
pub const URI: &str = "ipp://127.0.0.1:631/ipp/print";

/// The printer as the hall sees it; clones are the same.
#[derive(Clone)]
pub struct Sheets {
    state: Arc<Mutex<State>>,
    stage: Stage,
}

struct State {
    printer: PagePrinter,
    is_plugged: bool,
}

impl Sheets {
    /// A printer that is plugged in.
    pub fn new(stage: &Stage) -> Self {
        let state = State { printer: PagePrinter::default(), is_plugged: true };
        Self { state: Arc::new(Mutex::new(state)), stage: stage.clone() }
    }

    /// Lets something happen to the printer.
    pub fn set_state(&self, state: PagePrinterState) {
        let now = self.stage.now();
        self.state().printer.set_state(now, state);
    }

    /// Puts the plug in or pulls it.
    pub fn set_plugged(&self, plugged: bool) {
        let now = self.stage.now();
        let mut state = self.state();
        if state.is_plugged && !plugged {
            state.printer.power_cycle(now);
        }
        state.is_plugged = plugged;
    }

    /// What came out since the last look.
    pub fn take_out(&self) -> Vec<Job> {
        let now = self.stage.now();
        let mut state = self.state();
        state.printer.advance(now);
        state.printer.take_out()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When it has an answer, or sees that nobody is there.
    fn ready(&self) -> Duration {
        let state = self.state();
        self.stage.now() + if state.is_plugged { state.printer.state().think() } else { UNREACHABLE }
    }

    fn reply(&self, message: &[u8]) -> Result<Vec<u8>, LineError> {
        let now = self.stage.now();
        let mut state = self.state();
        if !state.is_plugged {
            return Err(LineError::Missing);
        }
        let reply = reply(&mut state.printer, now, URI, message);
        match reply.status {
            200 => Ok(reply.body),
            403 => Err(LineError::Forbidden),
            _ => Err(LineError::Nonsense),
        }
    }
}

impl Line for Sheets {
    fn now(&self) -> Duration {
        self.stage.now()
    }

    fn pause(&mut self, wait: Duration) {
        let until = self.stage.now() + wait;
        while self.stage.now() < until {
            self.stage.wait(Actor::Pages, until);
        }
    }

    fn exchange(&mut self, post: Post, wait: Duration, cancel: &Cancel) -> Result<Vec<u8>, LineError> {
        let (ready, until) = (self.ready(), self.stage.now() + wait);
        loop {
            let now = self.stage.now();
            if cancel.is_cancelled() {
                return Err(LineError::Cancelled);
            }
            if now >= ready {
                return self.reply(&post.body);
            }
            if now >= until {
                return Err(LineError::Silent);
            }
            self.stage.wait(Actor::Pages, ready.min(until).min(now + LINE_SLICE));
        }
    }
}
