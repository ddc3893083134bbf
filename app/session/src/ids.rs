//! Ids of requests, visits and cases, made without a random source: a seed and a counter.

use jiff::Timestamp;
use uuid::{Builder, Uuid};

use crate::RequestId;

/// Makes ids.
pub(crate) struct Ids {
    requests: u64,
    state: u64,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { requests: 0, state: seed }
    }

    /// Counts up, so that a late reply never fits a later request.
    pub(crate) fn request(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }

    /// A UUIDv7 (RFC 9562, 5.7): milliseconds of the wall clock, then 74 bits of the generator.
    pub(crate) fn uuid(&mut self, at: Timestamp) -> Uuid {
        let millis = u64::try_from(at.as_millisecond()).unwrap_or(0);
        let mut random = [0; 10];
        random[..8].copy_from_slice(&self.next().to_be_bytes());
        random[8..].copy_from_slice(&self.next().to_be_bytes()[..2]);
        Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// SplitMix64 (Steele, Lea, Flood 2014): full period, every seed is good.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_of_version_seven_and_never_repeat() {
        let at: Timestamp = "2026-11-23T01:05:00Z".parse().unwrap();
        let mut ids = Ids::new(7);
        let made: BTreeSet<Uuid> = (0..1000).map(|_| ids.uuid(at)).collect();
        assert_eq!(made.len(), 1000);
        assert!(made.iter().all(|id| id.get_version_num() == 7));
        assert_ne!(Ids::new(8).uuid(at), Ids::new(7).uuid(at));
        assert!(ids.request() < ids.request());
    }
}
