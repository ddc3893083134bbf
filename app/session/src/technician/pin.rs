//! A technician's PIN: whether it may be tried, and what is said of that.

use std::time::Duration;

use kiosk_drivers_api::Private;
use kiosk_model::{Body, Key, PinOwner, PinStage};
use kiosk_text::Texts;

use crate::Now;
use crate::limits::{PIN_DIGITS_MAX, PIN_DIGITS_MIN};
use crate::lock::Gate;
use crate::pad::Digits;
use crate::task::Deadline;

/// A PIN on its way.
pub(super) struct Typing {
    digits: Digits,
    gate: Gate,
    said: Option<Said>,
    /// The end of the wait, and the seconds until then that are shown.
    wait: Option<(Duration, u32)>,
}

/// What became of the try before.
#[derive(Clone, Copy)]
pub(super) enum Said {
    Wrong,
    NotCounted,
}

impl Typing {
    pub(super) fn begin(gate: Gate, said: Option<Said>, now: Now) -> Self {
        let wait = match gate {
            Gate::Waits { left } => Some((now.monotonic + left, seconds(left))),
            Gate::Open { .. } | Gate::Locked => None,
        };
        Self { digits: Digits::none(PIN_DIGITS_MAX), gate, said, wait }
    }

    /// When the next second of the wait is over.
    pub(super) fn deadline(&self) -> Option<Deadline> {
        let (end, shown) = self.wait?;
        let behind = Duration::from_secs(u64::from(shown.saturating_sub(1)));
        Some((end.saturating_sub(behind), "technician wait"))
    }

    pub(super) fn tick(&mut self, now: Now) {
        let Some((end, _)) = self.wait else { return };
        let left = end.saturating_sub(now.monotonic);
        self.wait = (!left.is_zero()).then(|| (end, seconds(left)));
        if self.wait.is_none() {
            (self.gate, self.said) = (Gate::Open { left: 1 }, None);
        }
    }

    /// Applies a key where a PIN may be tried.
    pub(super) fn press(&mut self, key: Key) {
        if self.is_open() {
            self.digits.press(key);
        }
    }

    /// The PIN, where it is long enough and may be tried; nothing of it stays here.
    pub(super) fn take(&mut self) -> Option<Private> {
        self.can_enter().then(|| self.digits.take())
    }

    fn is_open(&self) -> bool {
        matches!(self.gate, Gate::Open { .. })
    }

    fn can_enter(&self) -> bool {
        self.is_open() && self.digits.count() >= PIN_DIGITS_MIN
    }

    pub(super) fn body(&self, texts: Texts) -> Body {
        Body::Pin {
            owner: PinOwner::Technician,
            typed: self.digits.count(),
            places: PIN_DIGITS_MAX,
            stage: self.stage(),
            message: self.message(texts),
            can_type: self.is_open(),
            can_enter: self.can_enter(),
        }
    }

    fn stage(&self) -> PinStage {
        match (self.gate, self.said) {
            (Gate::Locked, _) => PinStage::Locked,
            (Gate::Waits { .. }, _) | (Gate::Open { .. }, Some(_)) => PinStage::Wrong,
            (Gate::Open { .. }, None) => PinStage::Typing,
        }
    }

    fn message(&self, texts: Texts) -> String {
        let next = match self.gate {
            Gate::Locked => texts.technicians_locked(),
            Gate::Waits { .. } => texts.pin_wait(self.wait.map_or(0, |(_, seconds)| seconds)),
            Gate::Open { left } => texts.pin_tries_left(left),
        };
        match self.said {
            Some(Said::Wrong) => texts.pin_wrong(&next),
            Some(Said::NotCounted) => texts.pin_not_counted(),
            None => next,
        }
    }
}

/// The same screen while the PIN is checked: nothing of it is here any more.
pub(super) fn being_checked(texts: Texts) -> Body {
    Body::Pin {
        owner: PinOwner::Technician,
        typed: 0,
        places: PIN_DIGITS_MAX,
        stage: PinStage::Checking,
        message: texts.pin_being_checked(),
        can_type: false,
        can_enter: false,
    }
}

/// Whole seconds, none of them shown too early.
fn seconds(left: Duration) -> u32 {
    u32::try_from(left.as_millis().div_ceil(1000)).unwrap_or(u32::MAX)
}
