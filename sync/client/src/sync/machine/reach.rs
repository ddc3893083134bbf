//! The link as outcomes show it, whatever they are outcomes of, and who may go before a hold ends.

use std::time::Duration;

use super::{Hold, Machine};
use crate::sync::link::{Link, OfflineReason};
use crate::sync::settings::jitter;
use crate::transport::TransportError;

impl Machine {
    /// A resident made a step of their own. Before the first contact and while the link is down this tries it early, as somebody
    /// stands at the terminal; a platform that asked for patience gets it. What a terminal records by itself is no such step:
    /// a whole fleet starts at once when the power is back.
    pub fn woken(&mut self, now: Duration) {
        self.send_at = Some(self.send_at.map_or(now, |at| at.min(now)));
        let early = self.settings.backoff_base;
        match &mut self.hold {
            Some(hold) if hold.why.may_pass_early() => {
                hold.until = hold.until.min(hold.from + early);
            }
            Some(_) | None => {}
        }
    }

    /// The platform answered something beside the sync: it is there. What waits is spread, as all terminals may hear from it
    /// at once.
    pub fn reached(&mut self, now: Duration) {
        self.suspicion.answered();
        if self.link == Link::Online {
            return;
        }
        self.link = Link::Online;
        self.failures = 0;
        self.send_at = Some(now);
        self.pull_at = self.pull_at.min(now);
        if !self.is_asked_for_patience() {
            let until = now + jitter(&mut self.rng, self.settings.spread);
            self.hold = Some(Hold { from: now, until, why: OfflineReason::Starting });
        }
    }

    /// The platform answered somebody who stands here: what waits goes at once.
    pub fn answered(&mut self, now: Duration) {
        self.reached(now);
        if !self.is_asked_for_patience() {
            self.hold = None;
        }
    }

    fn is_asked_for_patience(&self) -> bool {
        self.hold.is_some_and(|hold| hold.why == OfflineReason::Busy)
    }

    /// An ask failed. Where the link was thought to be up, it is tried soon; where it was not, residents lengthen no backoff.
    pub fn ask_failed(&mut self, now: Duration, error: &TransportError) {
        match (self.link, OfflineReason::of(error)) {
            (Link::Online, Some(why)) => {
                self.pull_at = self.pull_at.min(now);
                self.down(now, why, error);
            }
            (Link::Online, None) | (Link::Offline { .. }, _) => self.beside_failed(now, error),
        }
    }

    /// A call beside the plan failed. What it says of the link is for the next step to find out; but a platform that asks for
    /// patience gets it from all that is planned, whichever call it answers so.
    pub fn beside_failed(&mut self, now: Duration, error: &TransportError) {
        if matches!(error, TransportError::RetryAfter(_)) {
            self.down(now, OfflineReason::Busy, error);
        }
    }

    /// Whether nothing holds the link: calls behind a step may follow it.
    pub fn may_go_on(&self, now: Duration) -> bool {
        self.hold.is_none_or(|hold| hold.until <= now)
    }

    pub(super) fn up(&mut self) {
        self.link = Link::Online;
        self.failures = 0;
        self.hold = None;
        self.suspicion.answered();
    }

    /// A batch failed as a link does. Whether it is the link is asked soon, and only where that fails too the back-off goes on:
    /// behind a long outage a batch the platform fails at would else cost all lanes another of the longest waits.
    pub(super) fn doubted(&mut self, now: Duration, why: OfflineReason) {
        self.went_offline(now, why);
        let wait = jitter(&mut self.rng, self.settings.backoff_base);
        self.hold_until(Hold { from: now, until: now + wait, why });
    }

    fn went_offline(&mut self, now: Duration, why: OfflineReason) {
        let since = match self.link {
            Link::Online => now,
            Link::Offline { since, .. } => since,
        };
        self.link = Link::Offline { since, why };
    }

    pub(super) fn down(&mut self, now: Duration, why: OfflineReason, error: &TransportError) {
        self.went_offline(now, why);
        let window = self.settings.window(self.failures);
        self.failures = self.failures.saturating_add(1);
        let wait = match error {
            // Everybody was told the same time, so it is spread too.
            TransportError::RetryAfter(wait) => *wait + jitter(&mut self.rng, self.settings.spread),
            TransportError::Unauthorised | TransportError::Suspended => self.settings.backoff_cap,
            TransportError::Unreachable
            | TransportError::Untrusted
            | TransportError::TimedOut
            | TransportError::Refused(_)
            | TransportError::BadAnswer(_) => jitter(&mut self.rng, window),
        };
        self.hold_until(Hold { from: now, until: now + wait, why });
    }

    /// What the platform asked for is not cut short by what happens meanwhile.
    fn hold_until(&mut self, hold: Hold) {
        let asked = self.hold.filter(|old| old.why == OfflineReason::Busy && old.until > hold.until);
        self.hold = Some(asked.unwrap_or(hold));
    }
}
