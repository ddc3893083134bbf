//! A printer on a line with virtual time: it answers real-time questions at once and in-order questions in their turn.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kiosk_drivers_api::Cancel;
use kiosk_serial::{Link, LinkError, PIECE_BYTES};

use crate::glyphs::{Bitmap, Cell, Glyphs};
use crate::protocol::command::{ASK_FULL_STATUS, ASK_IN_ORDER, CUT, CUT_THROUGH, FORGET, FORGOTTEN, RECOVER};

/// A font in which every character is a black block with a white edge of one dot.
pub(crate) struct Blocks;

impl Glyphs for Blocks {
    fn draw(&mut self, _: char, cell: Cell) -> Option<Bitmap> {
        let mut bitmap = Bitmap::blank(cell.width, cell.height);
        for y in 1..cell.height - 1 {
            (1..cell.width - 1).for_each(|x| bitmap.blacken(x, y));
        }
        Some(bitmap)
    }
}

pub(crate) const HEALTHY: [u8; 4] = [0x12; 4];
pub(crate) const PAPER_OUT: [u8; 4] = [0x1A, 0x32, 0x12, 0x72];
pub(crate) const COVER_OPEN: [u8; 4] = [0x1A, 0x16, 0x12, 0x12];
pub(crate) const CUTTER: [u8; 4] = [0x1A, 0x52, 0x1A, 0x12];

/// Something that happens at its time.
pub(crate) enum Turn {
    /// The answers to the real-time questions are these from now on.
    Status([u8; 4]),
    /// The next answer to `DLE EOT 2` arrives as this byte.
    Disturb(u8),
    /// These bytes arrive.
    Say(Vec<u8>),
    /// The line breaks.
    Break,
    /// Nothing is answered any more.
    FallSilent,
    /// Somebody raises the flag.
    Cancel(Cancel),
}

pub(crate) struct State {
    pub(crate) now: Duration,
    /// What the driver sent, write by write.
    pub(crate) writes: Vec<Vec<u8>>,
    pub(crate) status: [u8; 4],
    /// From the cut to the page lying in the tray.
    pub(crate) print_time: Duration,
    /// From a question on the way to its answer.
    pub(crate) page_time: Duration,
    /// The third byte of the full status; without one the question is not known.
    pub(crate) outlet: Option<u8>,
    /// The most bytes that were ever sent beyond the last answer in order, the command under way included.
    pub(crate) most_unanswered: usize,
    unanswered: usize,
    /// Paper never comes and `GS r` is never answered, though all real-time answers are good.
    pub(crate) paper_never_comes: bool,
    /// Whether it knows `DLE DC4 8`.
    pub(crate) forgets_when_told: bool,
    /// How many bytes the line still takes.
    pub(crate) room: usize,
    pub(crate) is_open: bool,
    pub(crate) times_opened: usize,
    pub(crate) open_error: Option<LinkError>,
    turns: VecDeque<(Duration, Turn)>,
    /// When each unanswered in-order question has its turn, and the bytes sent before it.
    questions: VecDeque<(Duration, usize)>,
    printing_until: Duration,
    arriving: VecDeque<u8>,
    disturbed: Option<u8>,
    is_broken: bool,
    is_silent: bool,
}

/// The line; clones share one state, so that a test can look at it.
#[derive(Clone)]
pub(crate) struct Peer(Arc<Mutex<State>>);

impl Peer {
    pub(crate) fn healthy() -> Self {
        Self(Arc::new(Mutex::new(State {
            now: Duration::ZERO,
            writes: Vec::new(),
            status: HEALTHY,
            print_time: Duration::from_millis(1_500),
            page_time: Duration::ZERO,
            outlet: None,
            most_unanswered: 0,
            unanswered: 0,
            paper_never_comes: false,
            forgets_when_told: true,
            room: usize::MAX,
            is_open: false,
            times_opened: 0,
            open_error: None,
            turns: VecDeque::new(),
            questions: VecDeque::new(),
            printing_until: Duration::ZERO,
            arriving: VecDeque::new(),
            disturbed: None,
            is_broken: false,
            is_silent: false,
        })))
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets `turn` happen `wait` from now; to be called in order of time.
    pub(crate) fn plan(&self, wait: Duration, turn: Turn) {
        let mut state = self.state();
        let at = state.now + wait;
        state.turns.push_back((at, turn));
    }

    /// How often these bytes were sent as one write.
    pub(crate) fn times_sent(&self, bytes: &[u8]) -> usize {
        self.state().writes.iter().filter(|write| write.as_slice() == bytes).count()
    }
}

impl State {
    fn pass(&mut self, time: Duration) {
        self.now += time;
        while self.turns.front().is_some_and(|(at, _)| *at <= self.now) {
            if let Some((_, turn)) = self.turns.pop_front() {
                self.take(turn);
            }
        }
        while self.is_healthy() && self.questions.front().is_some_and(|(at, _)| *at <= self.now) {
            let answered = self.questions.pop_front().map_or(0, |(_, bytes)| bytes);
            self.unanswered = self.unanswered.saturating_sub(answered);
            self.say(0x00);
        }
    }

    fn take(&mut self, turn: Turn) {
        match turn {
            Turn::Status(status) => self.status = status,
            Turn::Disturb(byte) => self.disturbed = Some(byte),
            Turn::Say(bytes) => self.arriving.extend(bytes),
            Turn::Break => self.is_broken = true,
            Turn::FallSilent => self.is_silent = true,
            Turn::Cancel(cancel) => cancel.cancel(),
        }
    }

    fn is_healthy(&self) -> bool {
        self.status == HEALTHY
    }

    fn say(&mut self, byte: u8) {
        if !self.is_silent {
            self.arriving.push_back(byte);
        }
    }

    fn forget(&mut self) {
        self.questions.clear();
        self.unanswered = 0;
        self.printing_until = self.now;
    }

    /// Questions that still wait for their turn.
    pub(crate) fn owed(&self) -> usize {
        self.questions.len()
    }

    fn hear(&mut self, bytes: &[u8]) {
        self.writes.push(bytes.to_vec());
        let asked: usize = self.questions.iter().map(|(_, bytes)| bytes).sum();
        let since = self.unanswered.saturating_sub(asked);
        if bytes.first() != Some(&0x10) && bytes != ASK_IN_ORDER {
            self.unanswered += bytes.len();
            self.most_unanswered = self.most_unanswered.max(self.unanswered);
        }
        if let [0x10, 0x04, n @ 1..=4] = bytes {
            let disturbed = if *n == 2 { self.disturbed.take() } else { None };
            self.say(disturbed.unwrap_or(self.status[usize::from(n - 1)]));
        } else if bytes == RECOVER && self.status == CUTTER {
            self.forget();
        } else if bytes == FORGET && self.forgets_when_told {
            self.forget();
            self.arriving.extend(FORGOTTEN);
        } else if bytes == ASK_FULL_STATUS {
            self.outlet.into_iter().for_each(|paper| self.arriving.extend([0x10, 0x0F, paper, 0, 0, 0]));
        } else if bytes == ASK_IN_ORDER && !self.paper_never_comes {
            let at = self.printing_until.max(self.now + self.page_time);
            self.questions.push_back((at, since));
        } else if bytes == CUT || bytes == CUT_THROUGH {
            self.printing_until = self.printing_until.max(self.now) + self.print_time;
        }
    }
}

impl Link for Peer {
    fn open(&mut self) -> Result<(), LinkError> {
        let mut state = self.state();
        if let Some(error) = state.open_error {
            return Err(error);
        }
        state.is_open = true;
        state.is_broken = false;
        state.times_opened += 1;
        Ok(())
    }

    fn close(&mut self) {
        self.state().is_open = false;
    }

    fn clear(&mut self) -> Result<(), LinkError> {
        self.state().arriving.clear();
        Ok(())
    }

    fn write(&mut self, bytes: &[u8], wait: Duration) -> Result<usize, LinkError> {
        let mut state = self.state();
        if state.is_broken {
            return Err(LinkError::Gone);
        }
        let taken = bytes.len().min(state.room).min(PIECE_BYTES);
        if taken == 0 {
            state.pass(wait);
            return Ok(0);
        }
        if state.room < usize::MAX {
            state.room -= taken;
        }
        state.hear(&bytes[..taken]);
        Ok(taken)
    }

    fn read(&mut self, buffer: &mut [u8], wait: Duration) -> Result<usize, LinkError> {
        let mut state = self.state();
        let end = state.now + wait;
        state.pass(Duration::ZERO);
        while state.arriving.is_empty() && state.now < end && !state.is_broken {
            let step = Duration::from_millis(1).min(end - state.now);
            state.pass(step);
        }
        if state.is_broken {
            return Err(LinkError::Gone);
        }
        let count = buffer.len().min(state.arriving.len());
        for (place, byte) in buffer.iter_mut().zip(state.arriving.drain(..count)) {
            *place = byte;
        }
        Ok(count)
    }

    fn now(&self) -> Duration {
        self.state().now
    }

    fn byte_time(&self) -> Duration {
        Duration::from_micros(87)
    }
}
