//! A reader played from a script on a line with virtual time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kiosk_drivers_api::Cancel;
use kiosk_serial::{Link, LinkError};

use crate::protocol::encode;

/// What the peer does about one command.
pub(crate) struct Step {
    command: [u8; 2],
    reaction: Reaction,
    delay: Duration,
}

enum Reaction {
    Answer(Vec<u8>),
    Silence,
    Break,
}

impl Step {
    pub(crate) fn answer(command: [u8; 2], bytes: Vec<u8>) -> Self {
        Self { command, reaction: Reaction::Answer(bytes), delay: Duration::ZERO }
    }

    pub(crate) fn silence(command: [u8; 2]) -> Self {
        Self { command, reaction: Reaction::Silence, delay: Duration::ZERO }
    }

    pub(crate) fn breakage(command: [u8; 2]) -> Self {
        Self { command, reaction: Reaction::Break, delay: Duration::ZERO }
    }

    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

/// A reply frame with this third status byte and data.
pub(crate) fn frame(sw3: u8, data: &[u8]) -> Vec<u8> {
    encode(&[&[0x00, 0x00, sw3], data].concat())
}

/// A reply frame without data.
pub(crate) fn small(sw3: u8) -> Vec<u8> {
    frame(sw3, &[])
}

/// The reply with the synthetic resident.
pub(crate) fn record() -> Vec<u8> {
    let text = crate::protocol::synthetic();
    frame(0x90, &[[0x01, 0x00, 0x04, 0x00].as_slice(), &text, &[0x5A; 1024]].concat())
}

/// The same with fingerprints.
pub(crate) fn record_with(fingers: &[u8]) -> Vec<u8> {
    let text = crate::protocol::synthetic();
    let length = u16::try_from(fingers.len()).unwrap_or(0).to_be_bytes();
    frame(0x90, &[[0x01, 0x00, 0x04, 0x00].as_slice(), &length, &text, &[0x5A; 1024], fingers].concat())
}

/// One appended address.
pub(crate) fn address(text: &str) -> Vec<u8> {
    let padded = text.encode_utf16().chain(std::iter::repeat(0x20)).take(35);
    padded.flat_map(u16::to_le_bytes).collect()
}

#[derive(Default)]
struct State {
    steps: VecDeque<Step>,
    sent: Vec<Vec<u8>>,
    /// When each byte arrives.
    arriving: VecDeque<(Duration, u8)>,
    now: Duration,
    is_open: bool,
    is_broken: bool,
    is_full: bool,
    times_opened: usize,
    open_error: Option<LinkError>,
    baud: Option<u32>,
    rates_tried: Vec<u32>,
    /// At any other rate nobody answers, and nothing of the script is used up.
    answers_at: Option<u32>,
    cancel: Option<(Duration, Cancel)>,
}

/// The line; clones share one state, so that a test can look at it.
#[derive(Clone, Default)]
pub(crate) struct Line(Arc<Mutex<State>>);

impl Line {
    pub(crate) fn new(steps: Vec<Step>) -> Self {
        let line = Self::default();
        line.state().steps = steps.into();
        line.state().baud = Some(115_200);
        line
    }

    pub(crate) fn sent(&self) -> Vec<Vec<u8>> {
        self.state().sent.clone()
    }

    pub(crate) fn is_open(&self) -> bool {
        self.state().is_open
    }

    pub(crate) fn times_opened(&self) -> usize {
        self.state().times_opened
    }

    pub(crate) fn refuse_to_open(&self, error: LinkError) {
        self.state().open_error = Some(error);
    }

    pub(crate) fn take_no_bytes(&self) {
        self.state().is_full = true;
    }

    pub(crate) fn answer_only_at(&self, baud: u32) {
        self.state().answers_at = Some(baud);
    }

    /// Every rate that was set, in order.
    pub(crate) fn rates_tried(&self) -> Vec<u32> {
        self.state().rates_tried.clone()
    }

    pub(crate) fn cancel_at(&self, at: Duration, cancel: Cancel) {
        self.state().cancel = Some((at, cancel));
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.state().pass(time);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

    fn react(&mut self, bytes: &[u8]) {
        self.sent.push(bytes.to_vec());
        if self.answers_at.is_some() && self.answers_at != self.baud {
            return;
        }
        let step = self.steps.pop_front();
        let Some(step) = step.filter(|step| bytes == encode(&step.command)) else {
            panic!("command {bytes:02X?} is not in the script");
        };
        let at = self.now + step.delay;
        match step.reaction {
            Reaction::Answer(answer) => self.arriving.extend(answer.into_iter().map(|byte| (at, byte))),
            Reaction::Silence => {}
            Reaction::Break => self.is_broken = true,
        }
        self.arriving.make_contiguous().sort_by_key(|(at, _)| *at);
    }

    fn arrived(&mut self, buffer: &mut [u8]) -> usize {
        let here = self.arriving.iter().take_while(|(at, _)| *at <= self.now).count().min(buffer.len());
        for (place, (_, byte)) in buffer.iter_mut().zip(self.arriving.drain(..here)) {
            *place = byte;
        }
        here
    }
}

impl Link for Line {
    fn open(&mut self) -> Result<(), LinkError> {
        let mut state = self.state();
        if let Some(error) = state.open_error {
            return Err(error);
        }
        if !state.is_open {
            state.is_open = true;
            state.is_broken = false;
            state.times_opened += 1;
        }
        Ok(())
    }

    fn close(&mut self) {
        self.state().is_open = false;
    }

    fn clear(&mut self) -> Result<(), LinkError> {
        let mut state = self.state();
        let now = state.now;
        state.arriving.retain(|(at, _)| *at > now);
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
        if state.is_broken {
            return Err(LinkError::Gone);
        }
        let first = state.arriving.front().map_or(wait, |(at, _)| at.saturating_sub(state.now));
        state.pass(first.min(wait));
        Ok(state.arrived(buffer))
    }

    fn now(&self) -> Duration {
        self.state().now
    }

    fn byte_time(&self) -> Duration {
        Duration::ZERO
    }

    fn baud(&self) -> Option<u32> {
        self.state().baud
    }

    fn set_baud(&mut self, baud: u32) -> Result<(), LinkError> {
        let mut state = self.state();
        state.baud = Some(baud);
        state.rates_tried.push(baud);
        Ok(())
    }
}
