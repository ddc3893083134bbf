//! How often somebody may call. The generic cell rate algorithm (ITU-T I.371): one time for each caller, the one at
//! which it would be even.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::limits::CALLERS_MAX;

/// Calls of many callers.
pub struct Rates<K> {
    /// Between two calls, on average.
    interval: Duration,
    /// How far ahead of the average somebody may be.
    burst: Duration,
    even_at: Mutex<HashMap<K, Instant>>,
}

impl<K: Eq + Hash> Rates<K> {
    /// So many calls a second, and so many at once after a pause.
    pub fn new(per_second: u32, at_once: u32) -> Self {
        let interval = Duration::from_secs(1) / per_second;
        Self { interval, burst: interval * at_once, even_at: Mutex::default() }
    }

    /// Counts a call. Where it comes too early it is not counted, and how long to wait is told.
    pub fn check(&self, caller: K, now: Instant) -> Result<(), Duration> {
        let mut even_at = self.even_at.lock().unwrap_or_else(PoisonError::into_inner);
        if even_at.len() >= CALLERS_MAX {
            even_at.retain(|_, at| *at > now);
        }
        let at = even_at.get(&caller).map_or(now, |at| (*at).max(now)) + self.interval;
        match (at - now).checked_sub(self.burst) {
            Some(early) if !early.is_zero() => Err(early),
            Some(_) | None => {
                even_at.insert(caller, at);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_the_average_holds() {
        let (rates, start) = (Rates::new(10, 5), Instant::now());
        for _ in 0..5 {
            assert_eq!(rates.check("a", start), Ok(()));
        }
        assert_eq!(rates.check("a", start), Err(Duration::from_millis(100)));
        assert_eq!(rates.check("b", start), Ok(()), "others are not delayed");
        assert_eq!(rates.check("a", start + Duration::from_millis(100)), Ok(()));
        let passed =
            (0..1000).filter(|tick| rates.check("a", start + Duration::from_millis(100 + tick * 10)).is_ok());
        assert!((99..=101).contains(&passed.count()));
    }

    #[test]
    fn who_is_even_is_forgotten() {
        let (rates, start) = (Rates::new(1, 1), Instant::now());
        for caller in 0..CALLERS_MAX {
            assert_eq!(rates.check(caller, start), Ok(()));
        }
        assert_eq!(rates.check(CALLERS_MAX, start + Duration::from_secs(2)), Ok(()));
        assert_eq!(rates.even_at.lock().map(|map| map.len()).ok(), Some(1));
    }
}
