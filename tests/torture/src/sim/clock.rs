//! Time that goes when told: one for all waits, and wall clocks that jump.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// 2026-01-01.
const START_S: i64 = 1_767_225_600;

/// Time since the start; never jumps.
#[derive(Clone, Default)]
pub struct Time(Arc<AtomicU64>);

impl Time {
    pub fn now(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }

    /// Goes on to then; never back.
    pub fn set(&self, now: Duration) {
        self.0.fetch_max(u64::try_from(now.as_millis()).unwrap_or(u64::MAX), Ordering::SeqCst);
    }

    pub fn advance(&self, by: Duration) {
        self.set(self.now() + by);
    }
}

/// Somebody's wall clock.
#[derive(Clone)]
pub struct Wall {
    time: Time,
    off_by_s: Arc<AtomicI64>,
}

impl Wall {
    pub fn new(time: Time) -> Self {
        Self { time, off_by_s: Arc::default() }
    }

    /// Jumps, to this far from the true time; whether that is forward.
    pub fn jump(&self, off_by_s: i64) -> bool {
        self.off_by_s.swap(off_by_s, Ordering::SeqCst) < off_by_s
    }

    pub fn shows(&self) -> Timestamp {
        let off = SignedDuration::from_secs(START_S + self.off_by_s.load(Ordering::SeqCst));
        let since = SignedDuration::try_from(self.time.now()).unwrap_or(SignedDuration::ZERO);
        Timestamp::UNIX_EPOCH.saturating_add(off + since).unwrap_or(Timestamp::MAX)
    }
}

impl kiosk_client::Clock for Wall {
    fn elapsed(&self) -> Duration {
        self.time.now()
    }

    fn wall(&self) -> Timestamp {
        self.shows()
    }
}
