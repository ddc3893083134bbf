//! Telling a code that still lies there from one that is shown.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crate::deadlines::SAME_CODE;
use crate::protocol::Code;

/// The last code, as a keyed hash: nothing of its content stays.
#[derive(Default)]
pub struct Seen {
    key: RandomState,
    last: Option<(u64, Duration)>,
}

impl Seen {
    /// Takes note of a code that came from `began` to `ended`, and tells whether it is a new one.
    pub fn is_new(&mut self, code: &Code, began: Duration, ended: Duration) -> bool {
        let hash = self.key.hash_one((code.symbology, code.payload.as_slice()));
        let is_same = self.last.is_some_and(|(last, at)| last == hash && began < at + SAME_CODE);
        self.last = Some((hash, ended));
        !is_same
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_millis(900);

    /// A short code, seen at one moment.
    fn at(seen: &mut Seen, code: &Code, now: Duration) -> bool {
        seen.is_new(code, now, now)
    }

    #[test]
    fn a_code_is_the_same_as_long_as_it_lies_there() {
        let mut seen = Seen::default();
        let one = Code::new(None, b"one");
        assert!(at(&mut seen, &one, Duration::ZERO));
        assert!(!at(&mut seen, &one, PAUSE));
        assert!(!at(&mut seen, &one, PAUSE * 2));
        assert!(at(&mut seen, &one, PAUSE * 2 + SAME_CODE));
    }

    #[test]
    fn the_time_a_long_code_is_on_the_line_is_no_pause() {
        let mut seen = Seen::default();
        let one = Code::new(None, b"one");
        assert!(seen.is_new(&one, Duration::ZERO, SAME_CODE * 3));
        assert!(!seen.is_new(&one, SAME_CODE * 3 + PAUSE, SAME_CODE * 7));
    }

    #[test]
    fn another_code_is_new_at_once() {
        let mut seen = Seen::default();
        assert!(at(&mut seen, &Code::new(None, b"one"), PAUSE));
        assert!(at(&mut seen, &Code::new(None, b"two"), PAUSE));
        assert!(at(&mut seen, &Code::new(None, b"one"), PAUSE));
    }
}
