//! The port on top of the protocol: trigger, deadlines, what counts as a new and whole code, reconnecting, cancelling.

mod talk;

use std::time::Duration;

use kiosk_drivers_api::{Cancel, CodeScanner, DeviceStatus, Scan, ScanFault, Trigger};
use kiosk_serial::SerialLink;

use crate::config::Config;
use crate::deadlines::{LAST_CODE, LET_GO, LOOK_AGAIN, PULL_EVERY, SCAN, WRITE};
use crate::dialect::Dialect;
use crate::input::{Input, SerialInput};
use crate::protocol::{Code, Heard, text_of};
use crate::seen::Seen;
use talk::{Limit, Talk, fault_of_link};

/// A scanner on a serial port.
pub type SerialCodeScanner = Scanner<SerialInput<SerialLink>>;

/// A scanner on some input.
pub struct Scanner<I> {
    talk: Talk<I>,
    dialect: Dialect,
    seen: Seen,
}

impl SerialCodeScanner {
    /// Remembers where the scanner is. Never fails and never waits: the port is opened on first use.
    pub fn new(config: Config) -> Self {
        Self::on(SerialInput(SerialLink::new(config.path, config.baud)), config.dialect)
    }
}

impl<I: Input> Scanner<I> {
    /// Drives a scanner of this dialect on `input`.
    pub fn on(input: I, dialect: Dialect) -> Self {
        Self { talk: Talk::new(input, dialect), dialect, seen: Seen::default() }
    }

    /// Opens, talks, and leaves nothing of a code behind. A line that failed is opened afresh by the next call.
    fn with_line<T>(&mut self, talk: impl FnOnce(&mut Self) -> Result<T, ScanFault>) -> Result<T, ScanFault> {
        self.talk.open().map_err(fault_of_link)?;
        let result = talk(self);
        if let Err(ScanFault::NotConnected | ScanFault::NoPermission | ScanFault::NoAnswer) = result {
            self.talk.close();
        }
        self.talk.wipe();
        if result.is_err() {
            self.talk.doubt();
        }
        result
    }

    fn try_scan(&mut self, cancel: &Cancel) -> Result<Scan, ScanFault> {
        self.forget(cancel)?;
        let looked = self.look(cancel);
        match looked {
            Err(ScanFault::NotConnected) => {}
            // Its lamp may still be lit, but there is no answer to wait for.
            Err(ScanFault::NoAnswer) => self.let_go(WRITE),
            Ok(_) | Err(_) => self.let_go(LET_GO),
        }
        let code = looked?;
        if self.has_more() {
            return Err(ScanFault::Garbled);
        }
        Ok(Scan { text: text_of(&code)?, symbology: code.symbology, raw: code.payload })
    }

    fn forget(&mut self, cancel: &Cancel) -> Result<(), ScanFault> {
        self.talk.forget(&self.talk.limit(LAST_CODE, cancel))
    }

    /// Looks for a code that was not just scanned; a code that is on its way when the time is over is heard out.
    fn look(&mut self, cancel: &Cancel) -> Result<Code, ScanFault> {
        let limit = self.talk.limit(SCAN, cancel);
        let last = Limit { end: limit.end + LAST_CODE, ..limit };
        let mut next_pull = Duration::ZERO;
        while limit.lasts(self.talk.now())? || self.talk.is_hearing() && last.lasts(self.talk.now())? {
            if self.talk.now() >= next_pull && !self.talk.is_hearing() {
                self.pull(&limit)?;
                next_pull = self.talk.now() + PULL_EVERY;
            }
            match self.talk.next()? {
                Some(Heard::Code(code)) if self.is_new(&code) => return Ok(code),
                // With a code the scanner's own session is over.
                Some(Heard::Code(_)) => next_pull = self.talk.now() + LOOK_AGAIN,
                Some(Heard::Lost(fault)) => return Err(fault),
                Some(Heard::Done | Heard::Refused | Heard::Reply(_)) | None => {}
            }
        }
        Err(if self.talk.is_hearing() { ScanFault::Garbled } else { ScanFault::NoCode })
    }

    fn pull(&mut self, limit: &Limit) -> Result<(), ScanFault> {
        if self.dialect.pull.is_empty() {
            return Ok(());
        }
        self.talk.tell(self.dialect.pull, limit)
    }

    fn is_new(&mut self, code: &Code) -> bool {
        self.seen.is_new(code, self.talk.began(), self.talk.now())
    }

    /// Lets go of the trigger, though the call was cancelled. Where that fails, the next call meets the cause.
    fn let_go(&mut self, wait: Duration) {
        let never = Cancel::default();
        let limit = self.talk.limit(wait, &never);
        if !self.dialect.release.is_empty() && self.talk.tell(self.dialect.release, &limit).is_err() {
            tracing::debug!("the scanner could not be told to stop looking");
        }
    }

    /// Whether more stands behind a code. The answer to the last command stands behind all of it; else silence tells.
    fn has_more(&mut self) -> bool {
        let Some(rest) = self.dialect.framing.rest() else { return false };
        if !self.dialect.has_answers && self.talk.listen_for(rest).is_err() {
            tracing::debug!("the line broke behind a code");
        }
        self.talk.has_more()
    }

    /// Asks for something harmless; a scanner that cannot be asked counts as well while its line holds.
    fn probe(&mut self) -> Result<(), ScanFault> {
        let never = Cancel::default();
        self.forget(&never)?;
        if self.dialect.probe.is_empty() {
            return Ok(());
        }
        let limit = self.talk.limit(SCAN, &never);
        if self.dialect.has_answers {
            return self.talk.tell(self.dialect.probe, &limit);
        }
        self.talk.ask(self.dialect.probe, &limit)
    }
}

impl<I: Input> CodeScanner for Scanner<I> {
    fn status(&mut self) -> DeviceStatus {
        if let Err(error) = self.talk.open() {
            return error.status();
        }
        self.with_line(Self::probe).map_or_else(status_of_fault, |()| DeviceStatus::Online)
    }

    fn scan(&mut self, cancel: &Cancel) -> Result<Scan, ScanFault> {
        self.with_line(|scanner| scanner.try_scan(cancel))
    }

    fn set_trigger(&mut self, trigger: Trigger) -> Result<(), ScanFault> {
        let command = match trigger {
            Trigger::Pulled => self.dialect.pull,
            Trigger::Released => self.dialect.release,
        };
        if command.is_empty() {
            return Err(ScanFault::NoAnswer);
        }
        let never = Cancel::default();
        self.with_line(|scanner| {
            scanner.forget(&never)?;
            scanner.talk.tell(command, &scanner.talk.limit(SCAN, &never))
        })
    }
}

fn status_of_fault(fault: ScanFault) -> DeviceStatus {
    match fault {
        ScanFault::NotConnected | ScanFault::NoPermission => DeviceStatus::NoDevice,
        ScanFault::NoCode
        | ScanFault::Garbled
        | ScanFault::Oversize
        | ScanFault::Unreadable
        | ScanFault::NoAnswer
        | ScanFault::Cancelled => DeviceStatus::Offline,
    }
}

#[cfg(test)]
mod tests;
