//! How old what is trusted may be. The platform signs a timestamp every day or so; without one the data here age.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Trusted;
use crate::limits::STALE_MAX;

/// How old the catalogue and all else that was published are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// The newest timestamp has not ended.
    Fresh,
    /// It ended, not more than `limits::STALE_MAX` ago: people are told.
    Stale {
        /// What the data are as of.
        as_of: Timestamp,
    },
    /// It ended long ago, or there never was one: only what cannot go wrong is offered.
    Outdated,
}

impl Freshness {
    /// How old it is, seen at `now` as `time` tells it.
    pub fn of(trusted: Option<&Trusted>, now: Timestamp) -> Self {
        let Some(Trusted { newest, .. }) = trusted else { return Self::Outdated };
        match now.duration_since(newest.expires) {
            late if late < SignedDuration::ZERO => Self::Fresh,
            late if late <= STALE_MAX => Self::Stale { as_of: newest.signed_at },
            _ => Self::Outdated,
        }
    }
}

impl Trusted {
    /// The time by which ends are judged: the wall clock, but never earlier than when the newest timestamp was signed and
    /// the time this terminal has run since. So a clock that is set back makes nothing young again.
    pub fn time(&self, wall: Timestamp, run: Duration) -> Timestamp {
        let run = SignedDuration::try_from(run).unwrap_or(SignedDuration::MAX);
        wall.max(self.newest.signed_at.checked_add(run).unwrap_or(Timestamp::MAX))
    }
}
