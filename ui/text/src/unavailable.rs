//! Why something cannot be had now, and what to do instead.

use crate::Texts;

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The platform cannot be reached.
    Offline,
    /// It did not answer in time.
    TimedOut,
    /// It refused, or its answer made no sense.
    Failed,
    /// The terminal has no room: nothing was accepted.
    StoreFull,
    /// The terminal cannot keep anything: nothing was accepted.
    StoreBroken,
    /// The terminal has no room for new applications: nothing was begun.
    NoRoom,
    /// What is known of the service here is too old: nothing was begun.
    Outdated,
    /// Nobody knows whether the submission was kept.
    StoreUnsure,
    /// A value nobody can type here is not on file.
    NotOnFile,
    /// A value nobody can type here stands on ID cards only, and a social security card was used.
    NotOnChip,
}

impl Texts {
    /// Why something cannot be had.
    pub fn reason(self, reason: Reason) -> String {
        match reason {
            Reason::Offline => self.tr("The network is down at the moment, and this cannot be done without it."),
            Reason::TimedOut => self.tr("The answer takes too long at the moment."),
            Reason::Failed => self.tr("The service gave no usable answer."),
            Reason::StoreFull => self.tr(
                "This terminal has no room left. Nothing was accepted; your application was not handed in.",
            ),
            Reason::StoreBroken => self.tr(
                "This terminal cannot keep your application. Nothing was accepted; it was not handed in.",
            ),
            Reason::NoRoom => {
                self.tr("New applications cannot be taken here just now. Yours was not begun; you can look things up as usual.")
            }
            Reason::Outdated => {
                self.tr("What this terminal knows of this service is too old to go by. Nothing was begun.")
            }
            Reason::StoreUnsure => self.tr(
                "It is not certain yet whether your application was kept. Trying again here does not hand it in twice; please do not fill it in anew.",
            ),
            Reason::NotOnChip => {
                self.tr("This application needs your address, which stands on your ID card but not on your social security card. Please touch “End” and begin again with your ID card.")
            }
            Reason::NotOnFile => {
                self.tr("A value this application needs could not be fetched, and it cannot be typed here.")
            }
        }
    }

    /// What always remains.
    pub fn counter_instead(self) -> String {
        self.tr("Please go to the nearest service counter, or call 12345.")
    }

    /// After a submission whose end is not known.
    pub fn unsure_instead(self) -> String {
        self.tr("Please look under “My cases” in a while, or call 12345 and ask.")
    }
}
