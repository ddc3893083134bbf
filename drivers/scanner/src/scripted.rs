//! A scanner on a line with virtual time: it answers commands, shows a code when it is told to look, and says what is planned.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kiosk_drivers_api::Cancel;
use kiosk_serial::{Link, LinkError};

use crate::dialect::Dialect;

/// From a command to its answer.
pub(crate) const ANSWERS_AFTER: Duration = Duration::from_millis(5);
/// From the trigger to the code.
pub(crate) const READS_AFTER: Duration = Duration::from_millis(100);

/// Acknowledgement of SSI by the scanner: 04 + D0 = D4, so that the checksum is FF 2C.
const SSI_ACK: [u8; 6] = [0x04, 0xD0, 0x00, 0x00, 0xFF, 0x2C];

pub(crate) struct State {
    pub(crate) now: Duration,
    pub(crate) is_open: bool,
    pub(crate) times_opened: usize,
    pub(crate) open_error: Option<LinkError>,
    /// Whether the line takes nothing.
    pub(crate) is_full: bool,
    /// Whether commands are answered.
    pub(crate) is_mute: bool,
    /// From when on they are not.
    falls_mute_at: Option<Duration>,
    /// What arrives after each pull of the trigger.
    pub(crate) shown: Vec<u8>,
    /// What the driver sent, command by command.
    pub(crate) sent: Vec<Vec<u8>>,
    dialect: Dialect,
    /// Sent for once in answer to a command.
    once: Vec<(Vec<u8>, Vec<u8>)>,
    /// When each byte arrives.
    arriving: VecDeque<(Duration, u8)>,
    breaks_at: Option<Duration>,
    cancel: Option<(Duration, Cancel)>,
}

/// The line; clones share one state, so that a test can look at it.
#[derive(Clone)]
pub(crate) struct Peer(Arc<Mutex<State>>);

impl Peer {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self(Arc::new(Mutex::new(State {
            now: Duration::ZERO,
            is_open: false,
            times_opened: 0,
            open_error: None,
            is_full: false,
            is_mute: false,
            falls_mute_at: None,
            shown: Vec::new(),
            sent: Vec::new(),
            dialect,
            once: Vec::new(),
            arriving: VecDeque::new(),
            breaks_at: None,
            cancel: None,
        })))
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets these bytes arrive `wait` from now.
    pub(crate) fn say(&self, wait: Duration, bytes: &[u8]) {
        self.state().say(wait, bytes);
    }

    /// What arrives after each pull of the trigger from now on.
    pub(crate) fn show(&self, bytes: &[u8]) {
        self.state().shown = bytes.to_vec();
    }

    /// Answers this command so for once.
    pub(crate) fn answer_once(&self, command: &[u8], answer: &[u8]) {
        self.state().once.push((command.to_vec(), answer.to_vec()));
    }

    pub(crate) fn break_at(&self, at: Duration) {
        self.state().breaks_at = Some(at);
    }

    pub(crate) fn fall_mute_at(&self, at: Duration) {
        self.state().falls_mute_at = Some(at);
    }

    pub(crate) fn cancel_at(&self, at: Duration, cancel: Cancel) {
        self.state().cancel = Some((at, cancel));
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.state().pass(time);
    }

    /// How often a command was sent.
    pub(crate) fn times_sent(&self, command: &[u8]) -> usize {
        self.state().sent.iter().filter(|sent| sent.as_slice() == command).count()
    }
}

impl State {
    fn pass(&mut self, time: Duration) {
        self.now += time;
        if let Some((at, cancel)) = &self.cancel
            && self.now >= *at
        {
            cancel.cancel();
        }
    }

    fn say(&mut self, wait: Duration, bytes: &[u8]) {
        let at = self.now + wait;
        self.arriving.extend(bytes.iter().map(|byte| (at, *byte)));
        self.arriving.make_contiguous().sort_by_key(|(at, _)| *at);
    }

    fn react(&mut self, command: &[u8]) {
        self.sent.push(command.to_vec());
        if let Some(at) = self.once.iter().position(|(known, _)| known == command) {
            let (_, answer) = self.once.remove(at);
            return self.say(ANSWERS_AFTER, &answer);
        }
        if self.is_mute || self.falls_mute_at.is_some_and(|at| self.now >= at) {
            return;
        }
        let is_command = [self.dialect.pull, self.dialect.release, self.dialect.probe].contains(&command);
        if is_command && self.dialect.has_answers {
            self.say(ANSWERS_AFTER, &done(command));
        }
        if command == self.dialect.pull {
            let shown = self.shown.clone();
            self.say(READS_AFTER, &shown);
        }
    }

    fn arrived(&mut self, buffer: &mut [u8]) -> usize {
        let here = self.arriving.iter().take_while(|(at, _)| *at <= self.now).count().min(buffer.len());
        for (place, (_, byte)) in buffer.iter_mut().zip(self.arriving.drain(..here)) {
            *place = byte;
        }
        here
    }

    fn is_broken(&mut self) -> bool {
        self.breaks_at.take_if(|at| *at <= self.now).is_some()
    }
}

/// The acknowledgement of a command, Newland's or Zebra's.
pub(crate) fn done(command: &[u8]) -> Vec<u8> {
    match command {
        [0x7E, 0x01, echo @ .., 0x3B, 0x03] => [&[0x02, 0x01], echo, &[0x06, 0x3B, 0x03]].concat(),
        _ => SSI_ACK.to_vec(),
    }
}

/// A packet of a Zebra scanner with a piece of a code.
pub(crate) fn packet(status: u8, data: &[u8]) -> Vec<u8> {
    let length = 4 + u8::try_from(data.len()).unwrap_or(u8::MAX);
    let mut bytes = [&[length, 0xF3, 0x00, status], data].concat();
    let sum: u32 = bytes.iter().map(|byte| u32::from(*byte)).sum();
    bytes.extend_from_slice(&(0x1_0000 - sum).to_be_bytes()[2..]);
    bytes
}

impl Link for Peer {
    fn open(&mut self) -> Result<(), LinkError> {
        let mut state = self.state();
        if let Some(error) = state.open_error {
            return Err(error);
        }
        state.times_opened += usize::from(!state.is_open);
        state.is_open = true;
        Ok(())
    }

    fn close(&mut self) {
        self.state().is_open = false;
    }

    fn clear(&mut self) -> Result<(), LinkError> {
        Ok(())
    }

    fn write(&mut self, bytes: &[u8], wait: Duration) -> Result<usize, LinkError> {
        let mut state = self.state();
        if state.is_full {
            state.pass(wait);
            return Ok(0);
        }
        state.react(bytes);
        Ok(bytes.len())
    }

    fn read(&mut self, buffer: &mut [u8], wait: Duration) -> Result<usize, LinkError> {
        let mut state = self.state();
        let first = state.arriving.front().map_or(wait, |(at, _)| at.saturating_sub(state.now));
        state.pass(first.min(wait));
        if state.is_broken() {
            return Err(LinkError::Gone);
        }
        Ok(state.arrived(buffer))
    }

    fn now(&self) -> Duration {
        self.state().now
    }

    fn byte_time(&self) -> Duration {
        Duration::ZERO
    }
}
