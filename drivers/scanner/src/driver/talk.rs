//! Talking to the scanner: listening, answering its packets, commanding it.

use std::collections::VecDeque;
use std::time::Duration;

use kiosk_drivers_api::{Cancel, ScanFault};
use kiosk_serial::{LinkError, SLICE};
use zeroize::Zeroizing;

use crate::deadlines::{ANSWER, COMMAND_GAP, TRIES, WRITE};
use crate::dialect::Dialect;
use crate::input::Input;
use crate::protocol::{Decoder, Heard};

/// Taken from the input at once: several reports, or 22 ms at 115,200 baud.
const RECEIVE_BYTES: usize = 256;

/// How long something may take, and who may stop it.
#[derive(Clone, Copy)]
pub(super) struct Limit<'a> {
    /// On the input's clock.
    pub(super) end: Duration,
    pub(super) cancel: &'a Cancel,
}

/// The way to the scanner with what was heard on it.
pub(super) struct Talk<I> {
    input: I,
    dialect: Dialect,
    decoder: Box<dyn Decoder>,
    heard: VecDeque<Heard>,
    last_byte: Duration,
    /// When what was heard last began.
    began: Duration,
    /// When the scanner takes a command again.
    next_command: Duration,
    /// Whether the last call failed, so that the rest of what failed may still be on its way.
    is_in_doubt: bool,
}

impl<I: Input> Talk<I> {
    pub(super) fn new(input: I, dialect: Dialect) -> Self {
        Self {
            input,
            dialect,
            decoder: dialect.framing.decoder(),
            heard: VecDeque::new(),
            last_byte: Duration::ZERO,
            began: Duration::ZERO,
            next_command: Duration::ZERO,
            is_in_doubt: false,
        }
    }

    pub(super) fn open(&mut self) -> Result<(), LinkError> {
        self.input.open()
    }

    pub(super) fn close(&mut self) {
        self.input.close();
    }

    pub(super) fn now(&self) -> Duration {
        self.input.now()
    }

    /// When what was heard last began.
    pub(super) fn began(&self) -> Duration {
        self.began
    }

    pub(super) fn limit<'a>(&self, wait: Duration, cancel: &'a Cancel) -> Limit<'a> {
        Limit { end: self.now() + wait, cancel }
    }

    /// Whether something began and did not end.
    pub(super) fn is_hearing(&self) -> bool {
        self.decoder.is_waiting()
    }

    /// Whether more was heard than answers, or is on its way.
    pub(super) fn has_more(&self) -> bool {
        let is_answer = |heard: &Heard| matches!(heard, Heard::Done | Heard::Refused | Heard::Reply(_));
        self.is_hearing() || !self.heard.iter().all(is_answer)
    }

    /// Listens until the line is silent, and forgets what that was: it was scanned while nobody asked.
    pub(super) fn forget(&mut self, limit: &Limit) -> Result<(), ScanFault> {
        let mut wait = if self.is_in_doubt { SLICE } else { Duration::ZERO };
        self.is_in_doubt = false;
        while self.listen(wait)? > 0 || self.is_hearing() {
            if !limit.lasts(self.now())? {
                return Err(ScanFault::Garbled);
            }
            wait = SLICE;
        }
        self.heard.clear();
        Ok(())
    }

    /// Drops everything heard. The old decoder zeroes what it had of a code.
    pub(super) fn wipe(&mut self) {
        self.decoder = self.dialect.framing.decoder();
        self.heard.clear();
    }

    /// Takes note that the line may not be silent.
    pub(super) fn doubt(&mut self) {
        self.is_in_doubt = true;
    }

    /// What the scanner says next, if it says something within one look at the line.
    pub(super) fn next(&mut self) -> Result<Option<Heard>, ScanFault> {
        if self.heard.is_empty() {
            self.listen(SLICE)?;
        }
        Ok(self.heard.pop_front())
    }

    /// Listens for this long.
    pub(super) fn listen_for(&mut self, wait: Duration) -> Result<(), ScanFault> {
        let end = self.now() + wait;
        while self.now() < end {
            self.listen(end.saturating_sub(self.now()))?;
        }
        Ok(())
    }

    /// Puts a question until anything at all comes back, at most [`TRIES`] times.
    pub(super) fn ask(&mut self, question: &[u8], limit: &Limit) -> Result<(), ScanFault> {
        for _ in 0..TRIES {
            self.tell_once(question, limit)?;
            let answer = Limit { end: limit.end.min(self.now() + ANSWER), ..*limit };
            if self.hears_anything(&answer)? {
                return Ok(());
            }
        }
        Err(ScanFault::NoAnswer)
    }

    /// Whether anything at all comes; listens to its end and forgets it.
    fn hears_anything(&mut self, limit: &Limit) -> Result<bool, ScanFault> {
        let mut has_heard = false;
        while limit.lasts(self.now())? {
            let count = self.listen(SLICE)?;
            if count == 0 && has_heard {
                break;
            }
            has_heard |= count > 0;
        }
        self.heard.clear();
        Ok(has_heard)
    }

    /// Sends a command until it is acknowledged, where the dialect does so, at most [`TRIES`] times.
    pub(super) fn tell(&mut self, command: &[u8], limit: &Limit) -> Result<(), ScanFault> {
        let mut result = self.tell_once(command, limit);
        for _ in 1..TRIES {
            if result != Err(ScanFault::NoAnswer) || !limit.lasts(self.now())? {
                break;
            }
            tracing::debug!("command not acknowledged, sending it again");
            result = self.tell_once(command, limit);
        }
        result
    }

    fn tell_once(&mut self, command: &[u8], limit: &Limit) -> Result<(), ScanFault> {
        while self.now() < self.next_command && limit.lasts(self.now())? {
            self.listen(SLICE.min(self.next_command.saturating_sub(self.now())))?;
        }
        // What was answered before is not the answer to this.
        self.heard.retain(|heard| !matches!(heard, Heard::Done | Heard::Refused));
        self.send(command)?;
        self.next_command = self.now() + COMMAND_GAP;
        if self.dialect.has_answers { self.await_answer(limit) } else { Ok(()) }
    }

    fn await_answer(&mut self, limit: &Limit) -> Result<(), ScanFault> {
        let answer = Limit { end: limit.end.min(self.now() + ANSWER), ..*limit };
        while answer.lasts(self.now())? {
            match self.heard.pop_front() {
                Some(Heard::Done) => return Ok(()),
                Some(Heard::Refused | Heard::Lost(_)) => return Err(ScanFault::NoAnswer),
                // A scanner that shows a code has understood; the acknowledgement was lost or comes behind it.
                Some(code @ Heard::Code(_)) => {
                    self.heard.push_front(code);
                    return Ok(());
                }
                Some(Heard::Reply(_)) | None => self.listen(SLICE)?,
            };
        }
        Err(ScanFault::NoAnswer)
    }

    /// Looks at the line once. Packets are answered at once; what began and did not end within the gap is over.
    fn listen(&mut self, wait: Duration) -> Result<usize, ScanFault> {
        let mut bytes = Zeroizing::new([0; RECEIVE_BYTES]);
        let was_hearing = self.is_hearing();
        let over = self.last_byte + self.dialect.framing.gap();
        let wait = if was_hearing { wait.min(over.saturating_sub(self.now())) } else { wait };
        let count = self.input.receive(bytes.as_mut_slice(), wait).map_err(fault_of_link)?;
        if count > 0 {
            self.last_byte = self.now();
            self.began = if was_hearing { self.began } else { self.last_byte };
            self.decoder.push(&bytes[..count], &mut self.heard);
        } else if was_hearing && self.now() >= over {
            self.decoder.end(&mut self.heard);
        }
        self.reply()?;
        Ok(count)
    }

    fn reply(&mut self) -> Result<(), ScanFault> {
        for heard in std::mem::take(&mut self.heard) {
            match heard {
                Heard::Reply(packet) => self.send(&packet)?,
                other @ (Heard::Code(_) | Heard::Lost(_) | Heard::Done | Heard::Refused) => {
                    self.heard.push_back(other);
                }
            }
        }
        Ok(())
    }

    fn send(&mut self, command: &[u8]) -> Result<(), ScanFault> {
        let is_sent = self.input.send(command, WRITE).map_err(fault_of_link)?;
        if is_sent { Ok(()) } else { Err(ScanFault::NoAnswer) }
    }
}

impl Limit<'_> {
    /// Whether there is time left; a fault where the caller asked to stop.
    pub(super) fn lasts(&self, now: Duration) -> Result<bool, ScanFault> {
        if self.cancel.is_cancelled() { Err(ScanFault::Cancelled) } else { Ok(now < self.end) }
    }
}

pub(super) fn fault_of_link(error: LinkError) -> ScanFault {
    match error {
        LinkError::Missing | LinkError::InUse | LinkError::Gone => ScanFault::NotConnected,
        LinkError::Refused => ScanFault::NoPermission,
    }
}
