//! Peers of the client in memory: a clock, a store, and a line with a platform at its end.

mod platform;
mod store;

use std::sync::Mutex;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kiosk_client::Clock;

pub use platform::{Line, refused};
pub use store::{CURSED, GOOD, MemoryStore, POISON};

/// A clock that goes when told.
#[derive(Default)]
pub struct VirtualClock(Mutex<Duration>);

impl VirtualClock {
    pub fn now(&self) -> Duration {
        *self.0.lock().unwrap()
    }

    pub fn set(&self, now: Duration) {
        *self.0.lock().unwrap() = now;
    }

    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for VirtualClock {
    fn elapsed(&self) -> Duration {
        self.now()
    }

    fn wall(&self) -> Timestamp {
        // 2026-01-01.
        let start = Timestamp::from_second(1_767_225_600).unwrap();
        start + SignedDuration::try_from(self.now()).unwrap()
    }
}
