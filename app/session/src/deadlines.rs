//! Every wait of a visit, in one table. Each ends on a defined screen.
//!
//! | wait | ends with |
//! |---|---|
//! | nobody touches | the idle warning |
//! | nobody answers the warning | the visit ends, everything is wiped |
//! | a question to the platform | "takes too long"; a form goes on without values on file |
//! | a submission being kept | "not certain", and what to do; a late answer still counts |
//! | a receipt being printed | "not confirmed", number on the screen |
//! | a code being shown to the scanner | the home screen |
//! | a card checking its holder's PIN | "no clear answer", and the PIN can be typed again |
//! | a sealed page being printed | "not confirmed", and where to look |
//! | the farewell | the attract screen |
//!
//! The first two are the least; a city may give people more time (`Patience`), from the next visit on.

use std::time::Duration;

use kiosk_model::Mode;
use kiosk_protocol::configuration::Configuration;

/// From the idle warning to the end of the visit; extended without end (WCAG 2.2.1 asks for 20 s and ten times).
const WARNING: Duration = Duration::from_secs(30);
/// Longer than the client's own deadline of one exchange, so that its reason is the one that is shown.
pub(crate) const ASK: Duration = Duration::from_secs(12);
/// A transaction takes milliseconds; a disk in trouble gets this long.
pub(crate) const STORE: Duration = Duration::from_secs(15);
/// Longer than the driver's own deadlines of finding a card, of powering it and of all its commands.
pub(crate) const CARD_PIN: Duration = Duration::from_secs(15);
/// Longer than the driver's own deadline of one page.
pub(crate) const PRINT: Duration = Duration::from_secs(45);

/// For a sealed page, besides its sheets: longer than the driver's own deadline of a job and of its sending.
const PAGE: Duration = Duration::from_secs(90);
/// For one sheet, as the driver reckons.
const SHEET: Duration = Duration::from_secs(15);

/// For all sheets of a sealed page.
pub(crate) fn page(sheets: u16) -> Duration {
    PAGE + SHEET * u32::from(sheets.max(1))
}

/// From the way to the scanner, or from the last code, until nobody is thought to show one; below the idle time.
pub(crate) fn scan(mode: Mode) -> Duration {
    match mode {
        Mode::Normal => Duration::from_secs(45),
        Mode::Elder => Duration::from_secs(90),
    }
}

/// Without a touch until the warning.
pub(crate) fn idle(mode: Mode) -> Duration {
    match mode {
        Mode::Normal => Duration::from_secs(60),
        Mode::Elder => Duration::from_secs(120),
    }
}

/// How long the farewell stays.
pub(crate) fn farewell(mode: Mode) -> Duration {
    match mode {
        Mode::Normal => Duration::from_secs(6),
        Mode::Elder => Duration::from_secs(8),
    }
}

/// How long a visit waits for its resident: settled when it begins, so that nothing changes under somebody's hands.
#[derive(Clone, Copy)]
pub(crate) struct Patience {
    idle: Duration,
    elder_idle: Duration,
    /// From the idle warning to the end of the visit.
    pub(crate) warning: Duration,
}

impl Patience {
    /// As the city set it, or as it is by itself.
    pub(crate) fn of(configuration: &Configuration) -> Self {
        let or = |set: Option<u32>, own| set.map_or(own, |seconds| Duration::from_secs(seconds.into()));
        Self {
            idle: or(configuration.idle_s, idle(Mode::Normal)),
            elder_idle: or(configuration.elder_idle_s, idle(Mode::Elder)),
            warning: or(configuration.warning_s, WARNING),
        }
    }

    /// Without a touch until the warning.
    pub(crate) fn idle(self, mode: Mode) -> Duration {
        match mode {
            Mode::Normal => self.idle,
            Mode::Elder => self.elder_idle,
        }
    }
}
