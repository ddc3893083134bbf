//! Time, as the sync sees it.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// Two clocks: one for waits, one for what is written down.
pub trait Clock: Send + Sync + 'static {
    /// Since the start; never jumps.
    fn elapsed(&self) -> Duration;
    /// The wall clock; may jump.
    fn wall(&self) -> Timestamp;
}

/// The system's clocks.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// Starts now.
    pub fn start() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn wall(&self) -> Timestamp {
        Timestamp::now()
    }
}
