//! The port of an identity-card reader.

use crate::{About, Cancel, DeviceStatus, IdCard};

/// An identity-card reader.
pub trait IdCardReader: Send {
    /// Asks the device how it stands; opens or reopens it if need be.
    fn status(&mut self) -> DeviceStatus;

    /// Looks once for a card and reads it: find, select, read, newest address.
    ///
    /// `NoCard` is the ordinary answer while nothing lies on the reader; callers poll every 300 ms.
    /// A card that was read once must be lifted before it is found again.
    fn read(&mut self, cancel: &Cancel) -> Result<IdCard, ReaderFault>;

    /// What it says about itself: the number of its security module; empty where it cannot be asked.
    fn about(&mut self) -> About {
        About::new()
    }
}

/// Why a card could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReaderFault {
    /// No card in the field. Cure: put the card on the reader.
    #[error("no card on the reader")]
    NoCard,
    /// The card left the field or lay badly. Cure: put it down again and leave it there.
    #[error("the card moved while it was read")]
    CardMoved,
    /// Card and security module refuse each other. Cure: another card, or the counter.
    #[error("card and reader do not accept each other (status {status:02X})")]
    CardRejected {
        /// The module's status byte.
        status: u8,
    },
    /// The card is of a family this reader or driver does not know. Cure: use a resident card.
    #[error("unknown kind of card")]
    UnknownCard,
    /// What the card holds is not a valid record. Cure: the counter; the card may be damaged.
    #[error("the card's record is not valid: {what}")]
    BadRecord {
        /// Which field; never its content.
        what: &'static str,
    },
    /// The reader's security module failed its self-test or is not authorised. Cure: service.
    #[error("the reader's security module is out of order (status {status:02X})")]
    ModuleFailed {
        /// The module's status byte.
        status: u8,
    },
    /// Not connected, or the path is missing. Cure: plug it in; the driver reconnects by itself.
    #[error("reader not connected")]
    NotConnected,
    /// The operating system refuses access. Cure: install the udev rules.
    #[error("no permission to open the reader")]
    NoPermission,
    /// No complete answer within the deadline. Cure: power and cable; the driver tries again.
    #[error("the reader did not answer in time")]
    NoAnswer,
    /// Answers that are no frames, or refused commands. Cure: baud rate, cable, then service.
    #[error("the reader's answer made no sense (status {status:02X})")]
    Garbled {
        /// The module's status byte, 0 where no frame was found.
        status: u8,
    },
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
}
