//! When to renew, as a pure machine. Time is the wall clock's, as certificates go by it; it may jump.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;

use crate::deadlines::{RENEWAL_BACKOFF_BASE, RENEWAL_BACKOFF_CAP, RENEWAL_SPREAD, RETRY_AFTER_MAX};
use crate::sync::{Settings, jitter};

/// How failures back off.
const BACKOFF: Settings =
    Settings { spread: Duration::ZERO, backoff_base: RENEWAL_BACKOFF_BASE, backoff_cap: RENEWAL_BACKOFF_CAP };

/// No hold is longer: one that seems to be was set under another clock.
const HOLD_MAX: Duration = RETRY_AFTER_MAX.saturating_add(RENEWAL_BACKOFF_CAP);

/// From when to when a certificate is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// From then on.
    pub from: Timestamp,
    /// Until then.
    pub until: Timestamp,
}

impl Validity {
    /// From when on it is to be renewed: half its life.
    pub fn half(&self) -> Timestamp {
        self.from + self.until.duration_since(self.from) / 2
    }
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Ask for a new certificate and lay it beside the old one.
    Ask,
    /// Show the new certificate to the platform, and where it answers put it in the old one's place.
    Prove,
    /// Nothing, for so long.
    Wait(Duration),
}

/// Plans the renewal of one certificate after the other.
#[derive(Debug)]
pub struct Machine {
    rng: StdRng,
    due: Timestamp,
    /// A new certificate lies beside the old one.
    has_next: bool,
    failures: u32,
    hold: Option<Timestamp>,
}

impl Machine {
    /// For this certificate; `has_next` where an earlier run left a new one beside it.
    pub fn new(validity: Validity, has_next: bool, mut rng: StdRng) -> Self {
        let due = spread(validity, &mut rng);
        Self { rng, due, has_next, failures: 0, hold: None }
    }

    /// What to do now. No wait is longer than `RENEWAL_BACKOFF_CAP`.
    pub fn next(&self, now: Timestamp) -> Step {
        let cap = signed(RENEWAL_BACKOFF_CAP);
        let hold = self.hold.map(|hold| hold.duration_since(now)).filter(|rest| *rest <= signed(HOLD_MAX));
        let due = if self.has_next { SignedDuration::ZERO } else { self.due.duration_since(now) };
        let rest = due.max(hold.unwrap_or(SignedDuration::ZERO)).min(cap);
        match Duration::try_from(rest) {
            Ok(rest) if !rest.is_zero() => Step::Wait(rest),
            Ok(_) | Err(_) if self.has_next => Step::Prove,
            Ok(_) | Err(_) => Step::Ask,
        }
    }

    /// A new certificate lies beside the old one.
    pub fn asked(&mut self) {
        (self.has_next, self.failures, self.hold) = (true, 0, None);
    }

    /// The new certificate is in the old one's place. Where the clock is wrong by years it is due again at once, which is
    /// not worth asking more often than failures are.
    pub fn proven(&mut self, now: Timestamp, validity: Validity) {
        (self.has_next, self.failures) = (false, 0);
        self.due = spread(validity, &mut self.rng);
        self.hold = Some(later(now, RENEWAL_BACKOFF_CAP));
    }

    /// The platform does not take the new certificate: it is gone, and another one is asked for.
    pub fn discarded(&mut self, now: Timestamp) {
        self.has_next = false;
        self.failed(now, Duration::ZERO);
    }

    /// The step was not done. It is tried again for ever, and not before the platform's patience of so long is over
    /// (`RETRY_AFTER_MAX` at most): all that were told the same time come back spread.
    pub fn failed(&mut self, now: Timestamp, patience: Duration) {
        let wait = patience.min(RETRY_AFTER_MAX) + jitter(&mut self.rng, BACKOFF.window(self.failures));
        self.hold = Some(later(now, wait));
        self.failures = self.failures.saturating_add(1);
    }
}

/// A random time of the day behind half of the life, or of the second half where that is shorter.
fn spread(validity: Validity, rng: &mut StdRng) -> Timestamp {
    let half = validity.half();
    let rest = Duration::try_from(validity.until.duration_since(half)).unwrap_or_default();
    later(half, jitter(rng, RENEWAL_SPREAD.min(rest / 2)))
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(signed(by)).unwrap_or(Timestamp::MAX)
}

fn signed(time: Duration) -> SignedDuration {
    SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX)
}
