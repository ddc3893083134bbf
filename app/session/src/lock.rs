//! The lock before the technician's screens: after some wrong PINs each further try must wait, after more none is left.
//!
//! Policy:
//! - The count belongs to the terminal, not to a card. Whoever found, or made, several cards has no more tries than
//!   whoever holds one.
//! - The count is durable and goes up before a PIN is checked (`Store::count_technician_try`); only a right PIN or the
//!   machine's administrator sets it back.
//! - A wait is measured by the monotonic clock from the last try, and from the start of the program where that was later. So
//!   no wall clock shortens it or lasts for ever, and a power cut begins it anew.

use std::time::Duration;

/// Wrong PINs after which each further try must wait (facts: VxSuite's figure, here as there).
pub const TRIES_FREE: u32 = 5;
/// Wrong PINs after which no further try is left.
pub const TRIES_MAX: u32 = 15;
/// The first wait; each further wrong PIN doubles it.
const FIRST_WAIT: Duration = Duration::from_secs(15);

/// Whether a PIN may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// It may.
    Open {
        /// Tries until the next wait, or until none is left.
        left: u32,
    },
    /// Not yet.
    Waits {
        /// How long still.
        left: Duration,
    },
    /// Not before the machine's administrator has set the count back.
    Locked,
}

/// What the count of tries since the last right PIN allows, that long after the last of them.
pub fn gate(tries: u32, since: Duration) -> Gate {
    let left = wait(tries).saturating_sub(since);
    match tries {
        TRIES_MAX.. => Gate::Locked,
        _ if !left.is_zero() => Gate::Waits { left },
        TRIES_FREE.. => Gate::Open { left: 1 },
        _ => Gate::Open { left: TRIES_FREE - tries },
    }
}

/// The wait behind so many tries.
fn wait(tries: u32) -> Duration {
    match tries.checked_sub(TRIES_FREE) {
        Some(further) => FIRST_WAIT.saturating_mul(1_u32.checked_shl(further).unwrap_or(u32::MAX)),
        None => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn five_tries_are_free_and_said() {
        let left: Vec<Gate> = (0..5).map(|tries| gate(tries, NOW)).collect();
        assert_eq!(left, [5, 4, 3, 2, 1].map(|left| Gate::Open { left }));
    }

    #[test]
    fn from_the_fifth_on_each_wrong_one_waits_twice_as_long() {
        let waits = [15, 30, 60, 120, 240, 480, 960, 1920, 3840, 7680];
        for (tries, wait) in (5..).zip(waits) {
            assert_eq!(gate(tries, NOW), Gate::Waits { left: seconds(wait) }, "{tries}");
            assert_eq!(gate(tries, seconds(wait - 1)), Gate::Waits { left: seconds(1) }, "{tries}");
            assert_eq!(gate(tries, seconds(wait)), Gate::Open { left: 1 }, "{tries}");
        }
    }

    #[test]
    fn the_fifteenth_locks_however_long_anybody_waits() {
        for tries in [15, 16, 100, u32::MAX] {
            assert_eq!(gate(tries, seconds(u64::MAX)), Gate::Locked, "{tries}");
        }
    }

    #[test]
    fn whoever_tries_without_a_pause_has_fifteen_tries_and_no_more() {
        let (mut tries, mut waited) = (0, Duration::ZERO);
        loop {
            match gate(tries, NOW) {
                Gate::Open { .. } => tries += 1,
                Gate::Waits { left } => (tries, waited) = (tries + 1, waited + left),
                Gate::Locked => break,
            }
        }
        assert_eq!((tries, waited), (15, seconds(15 * 1023)));
    }
}
