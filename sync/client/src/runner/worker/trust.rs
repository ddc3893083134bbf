//! How old what is trusted is, by a time no clock that is set back can turn back.

use std::time::Duration;

use jiff::Timestamp;
use kiosk_protocol::trust::{Freshness, Trusted};
use kiosk_store::KeptTrust;

use super::Worker;
use crate::deadlines::TRUST_RUN_KEPT;

/// What is trusted, and for how long this terminal has run since it was taken.
#[derive(Default)]
pub(super) struct Held {
    pub trusted: Option<Trusted>,
    /// Before `since`.
    run: Duration,
    /// On the clock that never jumps.
    since: Duration,
    kept: Duration,
}

impl Held {
    /// What was just taken.
    pub fn taken(trusted: Trusted, now: Duration) -> Self {
        Self { trusted: Some(trusted), run: Duration::ZERO, since: now, kept: now }
    }

    /// What an earlier run took.
    pub fn kept(kept: KeptTrust, now: Duration) -> Self {
        Self { trusted: Some(kept.trusted), run: kept.run, since: now, kept: now }
    }

    /// The root in force; 0 where there is none.
    pub fn root_version(&self) -> u64 {
        self.trusted.as_ref().map_or(0, |trusted| trusted.root.version)
    }

    /// The newest timestamp; 0 where there is none.
    pub fn version(&self) -> u64 {
        self.trusted.as_ref().map_or(0, |trusted| trusted.newest.version)
    }

    /// The time by which ends are judged.
    pub fn time(&self, wall: Timestamp, now: Duration) -> Timestamp {
        self.trusted.as_ref().map_or(wall, |trusted| trusted.time(wall, self.run(now)))
    }

    fn run(&self, now: Duration) -> Duration {
        self.run + now.saturating_sub(self.since)
    }

    fn is_to_be_kept(&self, now: Duration) -> bool {
        self.trusted.is_some() && now.saturating_sub(self.kept) >= TRUST_RUN_KEPT
    }
}

impl Worker {
    /// Reads what an earlier run trusted.
    pub(super) async fn load_trusted(&mut self) {
        match self.stored(|store| store.trusted()).await {
            Ok(kept) => {
                let now = self.clock.elapsed();
                self.held = kept.map_or_else(Held::default, |kept| Held::kept(kept, now));
                self.machine.in_force(self.held.version());
            }
            Err(fault) => {
                tracing::error!(error = &fault as &dyn std::error::Error, "cannot read what is trusted");
            }
        }
        self.publish_freshness();
    }

    /// Says how old it is, and keeps now and then for how long the terminal has run.
    pub(super) async fn mind_age(&mut self) {
        self.publish_freshness();
        let now = self.clock.elapsed();
        if !self.held.is_to_be_kept(now) {
            return;
        }
        self.held.kept = now;
        let run = self.held.run(now);
        if let Err(fault) = self.stored(move |store| store.keep_trust_run(run)).await {
            tracing::error!(
                error = &fault as &dyn std::error::Error,
                "cannot keep the age of what is trusted"
            );
        }
    }

    /// The time by which ends are judged.
    pub(super) fn trusted_time(&self) -> Timestamp {
        self.held.time(self.clock.wall(), self.clock.elapsed())
    }

    pub(super) fn publish_freshness(&self) {
        let fresh = Freshness::of(self.held.trusted.as_ref(), self.trusted_time());
        self.freshness.send_if_modified(|old| {
            let changed = *old != fresh;
            if changed {
                tracing::info!(freshness = ?fresh, "what was published");
                *old = fresh;
            }
            changed
        });
    }
}
