//! Chance: everything random comes from one seeded generator.

use std::ops::Range;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// The generator.
pub struct Chance(StdRng);

impl Chance {
    /// The same numbers for the same seed.
    pub fn of(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// Another generator, for somebody else.
    pub fn split(&mut self) -> StdRng {
        StdRng::seed_from_u64(self.0.random())
    }

    /// A time.
    pub fn ms(&mut self, range: Range<u64>) -> Duration {
        Duration::from_millis(self.0.random_range(range))
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.0.random_ratio(percent, 100)
    }

    /// A number below `end`, which is above 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end.max(1))
    }

    /// One of them.
    pub fn one_of<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        choices.get(self.below(choices.len()))
    }

    /// Any number.
    pub fn seed(&mut self) -> u64 {
        self.0.random()
    }
}
