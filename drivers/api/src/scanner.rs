//! The port of a code scanner.

use zeroize::Zeroizing;

use crate::{About, Cancel, DeviceStatus, Private};

/// A scanner of QR codes and bar codes, printed or shown on a telephone.
pub trait CodeScanner: Send {
    /// Asks the device how it stands, as far as it can be asked; opens or reopens it if need be.
    fn status(&mut self) -> DeviceStatus;

    /// Pulls the trigger and waits for one code that was not just scanned.
    ///
    /// `NoCode` is the ordinary answer while nothing is shown; it comes after some 10 s, and callers ask again. What was
    /// scanned while nobody asked is forgotten. Being cancelled lets go of the trigger.
    fn scan(&mut self, cancel: &Cancel) -> Result<Scan, ScanFault>;

    /// Pulls or releases the trigger by hand, where the model can be told to. `scan` does it by itself.
    fn set_trigger(&mut self, trigger: Trigger) -> Result<(), ScanFault>;

    /// What it says about itself: model and firmware; empty where it cannot be asked.
    fn about(&mut self) -> About {
        About::new()
    }
}

/// A code that was read whole. It may name a person: no `Debug` of its content, zeroed when dropped.
pub struct Scan {
    /// What kind of code it was; none where the scanner does not tell.
    pub symbology: Option<AimId>,
    /// The content as text, never empty.
    pub text: Private,
    /// The content as the scanner sent it, without prefix and suffix.
    pub raw: Zeroizing<Vec<u8>>,
}

/// A symbology identifier without its `]` (ISO/IEC 15424): `Q1` is a QR code, `E0` an EAN-13.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AimId {
    /// The family of codes: `Q` QR, `d` Data Matrix, `L` PDF417, `C` Code 128, `E` EAN.
    pub family: u8,
    /// An ASCII digit or letter whose meaning depends on the family.
    pub modifier: u8,
}

/// Whether a scanner is to look for codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// Light on, looking.
    Pulled,
    /// Light off.
    Released,
}

/// Why no code came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanFault {
    /// Nothing was shown. Cure: hold the code before the window.
    #[error("no code was shown")]
    NoCode,
    /// What came was no whole code. Cure: show it again; where it stays so, the scanner's line rate, prefix or suffix.
    #[error("the code did not arrive whole")]
    Garbled,
    /// Longer than any code a terminal takes. Cure: another code.
    #[error("the code is too long")]
    Oversize,
    /// The content is no text. Cure: another code.
    #[error("the code holds no text")]
    Unreadable,
    /// Not connected, or the path is missing. Cure: plug it in; the driver reconnects by itself.
    #[error("scanner not connected")]
    NotConnected,
    /// The operating system refuses access. Cure: install the udev rules.
    #[error("no permission to open the scanner")]
    NoPermission,
    /// It takes no commands or does not answer them. Cure: power, cable, and the dialect in the configuration.
    #[error("the scanner did not answer in time")]
    NoAnswer,
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
}
