//! Talking to the printer: paced writing, listening, real-time questions.

use std::time::Duration;

use kiosk_drivers_api::{Cancel, PrintFault};
use kiosk_serial::{Link, LinkError, PIECE_BYTES, SLICE};

use crate::deadlines::{HELD_BACK, LEAD, QUIET, QUIET_MAX, REAL_TIME, TRIES};
use crate::protocol::command::{ASK_FULL_STATUS, ask_now};
use crate::protocol::{Classifier, Condition, Input};

/// How long something may take, and who may stop it.
pub(super) struct Limit<'a> {
    /// On the link's clock.
    pub(super) end: Duration,
    pub(super) cancel: &'a Cancel,
}

impl Limit<'_> {
    pub(super) fn check(&self, now: Duration) -> Result<(), PrintFault> {
        if self.cancel.is_cancelled() {
            return Err(PrintFault::Cancelled);
        }
        if now >= self.end { Err(PrintFault::Unconfirmed) } else { Ok(()) }
    }
}

/// What the printer said since it was last asked.
#[derive(Default)]
struct Heard {
    real_time: Option<u8>,
    automatic: Option<Condition>,
    has_news: bool,
    is_paused: bool,
    has_forgotten: bool,
    outlet: Option<bool>,
    asked: usize,
    answers: usize,
}

/// The line with what is known about it.
pub(super) struct Wire<L> {
    link: L,
    is_open: bool,
    /// XON and XOFF mean something.
    heeds_pauses: bool,
    classifier: Classifier,
    heard: Heard,
    last_byte: Duration,
    /// When the line will have sent what it was given.
    busy_until: Duration,
    /// Bytes the printer still expects of a command that was begun.
    missing: usize,
}

impl<L: Link> Wire<L> {
    pub(super) fn new(link: L) -> Self {
        Self {
            link,
            is_open: false,
            heeds_pauses: true,
            classifier: Classifier::default(),
            heard: Heard::default(),
            last_byte: Duration::ZERO,
            busy_until: Duration::ZERO,
            missing: 0,
        }
    }

    pub(super) fn open(&mut self) -> Result<(), LinkError> {
        if self.is_open {
            return Ok(());
        }
        self.link.open()?;
        self.link.clear()?;
        self.classifier.resynchronise();
        self.heard = Heard::default();
        self.is_open = true;
        Ok(())
    }

    /// Takes XON and XOFF for noise, where the line has other means or none.
    pub(super) fn ignore_pauses(&mut self) {
        self.heeds_pauses = false;
    }

    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    pub(super) fn close(&mut self) {
        self.is_open = false;
        self.link.close();
    }

    pub(super) fn now(&self) -> Duration {
        self.link.now()
    }

    pub(super) fn byte_time(&self) -> Duration {
        self.link.byte_time()
    }

    /// In-order answers heard so far.
    pub(super) fn answers(&self) -> usize {
        self.heard.answers
    }

    /// Whether as many in-order answers were heard as questions asked since the page began.
    pub(super) fn is_even(&self) -> bool {
        self.heard.answers == self.heard.asked
    }

    /// Questions in order that have no answer yet.
    pub(super) fn owed_answers(&self) -> usize {
        self.heard.asked.saturating_sub(self.heard.answers)
    }

    /// The last status the printer sent by itself since the page began.
    pub(super) fn automatic(&self) -> Option<Condition> {
        self.heard.automatic
    }

    /// Whether such a status came since the last real-time questions.
    pub(super) fn has_news(&self) -> bool {
        self.heard.has_news
    }

    /// Whether the printer asked for a pause.
    pub(super) fn is_paused(&self) -> bool {
        self.heard.is_paused
    }

    /// Forgets everything said, a wish to pause too: the printer's buffer is about to be emptied.
    pub(super) fn begin_afresh(&mut self) {
        self.heard = Heard::default();
    }

    /// Forgets answers and statuses that belong to what was before.
    pub(super) fn begin_page(&mut self) {
        self.heard = Heard { is_paused: self.heard.is_paused, ..Heard::default() };
    }

    /// Sends one whole command, never far ahead of the line.
    pub(super) fn write(&mut self, command: &[u8], limit: &Limit) -> Result<(), PrintFault> {
        let mut rest = command;
        let mut taken_at = self.now();
        while !rest.is_empty() {
            self.keep_pace(limit)?;
            limit.check(self.now())?;
            let sent = self.link.write(rest, SLICE).map_err(|error| self.broken(error))?;
            if sent > 0 {
                taken_at = self.now();
            } else {
                self.demand_paper()?;
                if self.now() >= taken_at + HELD_BACK {
                    self.hear_why()?;
                }
            }
            rest = &rest[sent..];
            self.missing = if rest.len() == command.len() { self.missing } else { rest.len() };
            let bytes = u32::try_from(sent).unwrap_or(u32::MAX);
            self.busy_until = self.busy_until.max(self.now()) + self.link.byte_time() * bytes;
        }
        Ok(())
    }

    /// A line that takes no byte keeps questions back too; the printer may have told by itself what is wrong.
    fn hear_why(&mut self) -> Result<(), PrintFault> {
        self.receive(Duration::ZERO)?;
        self.heard.automatic.and_then(|condition| condition.fault()).map_or(Ok(()), Err)
    }

    /// Where no byte comes through, no question does either; some lines tell about paper beside the bytes.
    fn demand_paper(&mut self) -> Result<(), PrintFault> {
        let is_out = self.link.side_status().is_some_and(|side| side.is_paper_out);
        if is_out { Err(PrintFault::PaperOut) } else { Ok(()) }
    }

    /// Makes the printer forget everything beside the bytes, where the line can; tells whether it did.
    pub(super) fn reset(&mut self) -> bool {
        let is_reset = self.link.reset_device();
        if is_reset {
            self.missing = 0;
        }
        is_reset
    }

    /// Gives a command that was begun the bytes it lacks, all zero: nothing of the page, and as a parameter harmless.
    pub(super) fn finish_torn_command(&mut self, limit: &Limit) -> Result<(), PrintFault> {
        let zeros = vec![0; self.missing];
        self.write(&zeros, limit)
    }

    pub(super) fn ask_in_order(&mut self, question: &[u8], limit: &Limit) -> Result<(), PrintFault> {
        self.heard.asked += 1;
        self.write(question, limit)
    }

    /// Listens once.
    pub(super) fn receive(&mut self, wait: Duration) -> Result<usize, PrintFault> {
        let mut bytes = [0; PIECE_BYTES];
        let count = self.link.read(&mut bytes, wait).map_err(|error| self.broken(error))?;
        if self.now() >= self.last_byte + QUIET && count == 0 {
            self.classifier.resynchronise();
        }
        for byte in &bytes[..count] {
            self.last_byte = self.now();
            if let Some(input) = self.classifier.push(*byte) {
                self.note(input);
            }
        }
        Ok(count)
    }

    /// Listens for this long.
    pub(super) fn listen_for(&mut self, wait: Duration, limit: &Limit) -> Result<(), PrintFault> {
        let end = self.now() + wait;
        while self.now() < end {
            limit.check(self.now())?;
            self.receive(SLICE.min(end.saturating_sub(self.now())))?;
        }
        Ok(())
    }

    /// Waits for the answer to `DLE DC4 8`, after which data may be sent again; printers that do not know it never answer.
    pub(super) fn await_forgotten(&mut self, wait: Duration, limit: &Limit) -> Result<(), PrintFault> {
        let end = self.now() + wait;
        while !self.heard.has_forgotten && self.now() < end {
            limit.check(self.now())?;
            self.receive(SLICE)?;
        }
        Ok(())
    }

    /// Puts the four real-time questions. One missing answer spoils the round, since the answers do not tell themselves
    /// apart; the next round begins when the line is quiet.
    pub(super) fn condition(&mut self, limit: &Limit) -> Result<Condition, PrintFault> {
        self.heard.has_news = false;
        while self.receive(Duration::ZERO)? == PIECE_BYTES {
            limit.check(self.now())?;
        }
        for _ in 0..TRIES {
            if let Some(bytes) = self.ask_all(limit)? {
                return Ok(Condition::from_real_time(bytes));
            }
            self.await_quiet(limit)?;
        }
        self.demand_paper()?;
        Err(PrintFault::Unconfirmed)
    }

    /// Whether paper lies in the outlet; nothing where the printer does not say.
    pub(super) fn outlet(&mut self, limit: &Limit) -> Result<Option<bool>, PrintFault> {
        self.heard.outlet = None;
        self.write(&ASK_FULL_STATUS, limit)?;
        let end = self.busy_until.max(self.now()) + REAL_TIME;
        while self.heard.outlet.is_none() && self.now() < end {
            limit.check(self.now())?;
            self.receive(SLICE)?;
        }
        Ok(self.heard.outlet)
    }

    fn ask_all(&mut self, limit: &Limit) -> Result<Option<[u8; 4]>, PrintFault> {
        let mut bytes = [0; 4];
        for (place, n) in bytes.iter_mut().zip(1..) {
            match self.ask(n, limit)? {
                Some(byte) => *place = byte,
                None => return Ok(None),
            }
        }
        Ok(Some(bytes))
    }

    fn ask(&mut self, n: u8, limit: &Limit) -> Result<Option<u8>, PrintFault> {
        self.heard.real_time = None;
        self.write(&ask_now(n), limit)?;
        let end = self.busy_until.max(self.now()) + REAL_TIME;
        while self.heard.real_time.is_none() && self.now() < end {
            limit.check(self.now())?;
            self.receive(SLICE)?;
        }
        Ok(self.heard.real_time)
    }

    fn await_quiet(&mut self, limit: &Limit) -> Result<(), PrintFault> {
        let end = self.now() + QUIET_MAX;
        while self.now() < end && self.receive(QUIET)? > 0 {
            limit.check(self.now())?;
        }
        Ok(())
    }

    fn keep_pace(&mut self, limit: &Limit) -> Result<(), PrintFault> {
        while self.busy_until > self.now() + LEAD {
            limit.check(self.now())?;
            let ahead = self.busy_until.saturating_sub(self.now() + LEAD);
            self.receive(SLICE.min(ahead))?;
        }
        Ok(())
    }

    fn note(&mut self, input: Input) {
        match input {
            Input::RealTime(byte) => self.heard.real_time = Some(byte),
            Input::Automatic(condition) => {
                self.heard.automatic = Some(condition);
                self.heard.has_news = true;
            }
            Input::InOrder(_) => self.heard.answers += 1,
            Input::Forgotten => self.heard.has_forgotten = true,
            Input::Outlet(is_occupied) => self.heard.outlet = Some(is_occupied),
            Input::Resume => self.heard.is_paused = false,
            Input::Pause => self.heard.is_paused = self.heeds_pauses,
            Input::Noise => tracing::debug!("noise on the line"),
        }
    }

    fn broken(&mut self, error: LinkError) -> PrintFault {
        self.close();
        fault_of_link(error)
    }
}

pub(super) fn fault_of_link(error: LinkError) -> PrintFault {
    match error {
        LinkError::Missing | LinkError::InUse | LinkError::Gone => PrintFault::NotConnected,
        LinkError::Refused => PrintFault::NoPermission,
    }
}
