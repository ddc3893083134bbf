//! Telling a code that still lies there from one that is shown.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crate::limits::SAME_CODE;
use crate::protocol::Code;

/// The last code, as a keyed hash: nothing of its content stays.
#[derive(Default)]
pub struct Seen {
    key: RandomState,
    last: Option<(u64, Duration)>,
}

impl Seen {
    /// Takes note of a code and tells whether it is a new one.
    pub fn is_new(&mut self, code: &Code, now: Duration) -> bool {
        let hash = self.key.hash_one((code.symbology, code.payload.as_slice()));
        let is_same = self.last.is_some_and(|(last, at)| last == hash && now < at + SAME_CODE);
        self.last = Some((hash, now));
        !is_same
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_millis(900);

    #[test]
    fn a_code_is_the_same_as_long_as_it_lies_there() {
        let mut seen = Seen::default();
        let one = Code::new(None, b"one");
        assert!(seen.is_new(&one, Duration::ZERO));
        assert!(!seen.is_new(&one, PAUSE));
        assert!(!seen.is_new(&one, PAUSE * 2));
        assert!(seen.is_new(&one, PAUSE * 2 + SAME_CODE));
    }

    #[test]
    fn another_code_is_new_at_once() {
        let mut seen = Seen::default();
        assert!(seen.is_new(&Code::new(None, b"one"), PAUSE));
        assert!(seen.is_new(&Code::new(None, b"two"), PAUSE));
        assert!(seen.is_new(&Code::new(None, b"one"), PAUSE));
    }
}
