//! Figures an operator may set, and the random waits made of them.

use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;

use crate::deadlines;

/// How a terminal waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Window the first contact after a start or an outage is spread over, where nothing else is set from afar. 2 s suits one
    /// terminal, 120 s a fleet that loses its network as a whole.
    pub spread: Duration,
    /// First window of the backoff, 1 s.
    pub backoff_base: Duration,
    /// Largest window of the backoff, 300 s.
    pub backoff_cap: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            spread: deadlines::SPREAD,
            backoff_base: deadlines::BACKOFF_BASE,
            backoff_cap: deadlines::BACKOFF_CAP,
        }
    }
}

impl Settings {
    /// The window after so many failures in a row: doubles from the base to the cap, never below the spread.
    pub fn window(&self, failures: u32) -> Duration {
        let doubled = self.backoff_base.saturating_mul(1 << failures.min(30));
        doubled.min(self.backoff_cap).max(self.spread)
    }
}

/// Full jitter: anything from nothing to the whole window, both included.
pub(crate) fn jitter(rng: &mut StdRng, window: Duration) -> Duration {
    let window_ms = u64::try_from(window.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(rng.random_range(0..=window_ms))
}
