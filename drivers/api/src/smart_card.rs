//! The port of a smart-card reader, and what its cards say.

use crate::{About, Cancel, CardDate, DeviceStatus, Private, Sex};

/// A smart-card reader with one slot.
pub trait SmartCardReader: Send {
    /// Asks how the reader stands; reaches for service and reader again if need be.
    fn status(&mut self) -> DeviceStatus;

    /// Looks once for a card and reads what it tells without a secret.
    ///
    /// `NoCard` is the ordinary answer while the slot is empty; callers poll every 300 ms.
    /// A card that was read once must be taken out before it is found again.
    fn read(&mut self, cancel: &Cancel) -> Result<SmartCard, SmartCardFault>;

    /// Whether the card that was read last is still in the slot; not where nobody can tell.
    fn holds_card(&mut self, cancel: &Cancel) -> bool;

    /// Has the social security card that was read last check its holder's PIN, 4 to 16 digits, and reads it again: what
    /// only the PIN kept back is there then. A wrong one costs a try; `PinWrong` says how many are left. The card is asked
    /// once at most; another card than the one that was read is never asked, and is `Removed`.
    fn verify_pin(&mut self, pin: &Private, cancel: &Cancel) -> Result<SocialSecurityCard, SmartCardFault>;

    /// What it says about itself: name of the reader, and the answer to reset of the card in it; empty where it cannot be asked.
    fn about(&mut self) -> About {
        About::new()
    }
}

/// A card that was read.
pub enum SmartCard {
    /// A social security card (社会保障卡). Most have a bank's application too, which is not looked at.
    SocialSecurity(Box<SocialSecurityCard>),
    /// A bank card.
    Bank(BankCard),
    /// A technician's card.
    Technician(Box<TechnicianCard>),
}

/// The record of a social security card (LD/T 32), as far as the card gives it.
pub struct SocialSecurityCard {
    /// Which generation of the specification it follows.
    pub generation: Generation,
    /// Six digits of the issuing region, GB/T 2260.
    pub region: Private,
    /// The card's own number: 9 letters and digits.
    pub card_number: Private,
    /// When the card is valid.
    pub validity: Kept<Validity>,
    /// Whose it is.
    pub holder: Kept<CardHolder>,
}

/// Generations of social security cards, by the first character of the version on the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// 1.x: issued since 1999.
    First,
    /// 2.x: issued since 2011, with a bank's application.
    Second,
    /// 3.x: issued since 2017, also without contacts; keeps its holder's data for security modules.
    Third,
}

/// Something on a card that may be kept back.
pub enum Kept<T> {
    /// The card gave it.
    Free(T),
    /// The card gives it only for a key.
    Locked(CardKey),
}

/// What opens that which a card keeps back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardKey {
    /// A security module (PSAM) in the reader, or the region's key server.
    SecurityModule,
    /// The holder's PIN.
    Pin,
}

/// A part of a social security card that may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardPart {
    /// First and last day.
    Validity,
    /// Number, name and the rest about the person.
    Holder,
}

/// When a card is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// Day of issue; none where the card names no day.
    pub from: Option<CardDate>,
    /// Last day; none where the card names no day.
    pub until: Option<CardDate>,
}

/// Whose a social security card is.
pub struct CardHolder {
    /// The social security number, which is the 18-character number of GB 11643. Its check digit was verified.
    pub number: Private,
    /// Name, as issued, with its extension.
    pub name: Private,
    /// Sex, GB/T 2261.1.
    pub sex: Sex,
    /// Two-digit ethnicity code, GB/T 3304; empty where the card has none.
    pub ethnicity: Private,
    /// Six digits of the region of birth, GB/T 2260; empty where the card has none.
    pub birthplace: Private,
    /// Birth date, YYYYMMDD; empty where the card has none.
    pub birth: Private,
}

/// What leaves the driver of a bank card.
pub struct BankCard {
    /// First six and last four digits of the number, with asterisks between. The rest was wiped inside the driver.
    pub masked_number: Private,
    /// Whose rules the card follows.
    pub scheme: CardScheme,
}

/// A technician's card, and the proof it gave. Whoever looks it up must verify the proof with the key he knows it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TechnicianCard {
    /// Its own number: 1 to 16 letters and digits.
    pub serial: String,
    /// The public key it says it has: a point of SM2, uncompressed.
    pub key: [u8; POINT_BYTES],
    /// What it was asked to sign: random, and asked only once.
    pub challenge: [u8; CHALLENGE_BYTES],
    /// Its SM2 signature of that: r and s.
    pub signature: [u8; SIGNATURE_BYTES],
}

/// An uncompressed point of a curve of 256 bits (SEC 1, 2.3.3).
pub const POINT_BYTES: usize = 65;
/// A challenge nobody meets twice.
pub const CHALLENGE_BYTES: usize = 32;
/// Two numbers of 256 bits.
pub const SIGNATURE_BYTES: usize = 64;

/// Card schemes, by the registered provider in the application's identifier (ISO/IEC 7816-5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardScheme {
    /// `A000000333`.
    UnionPay,
    /// `A000000003`.
    Visa,
    /// `A000000004`.
    Mastercard,
    /// Any other.
    Other,
}

impl SocialSecurityCard {
    /// Which parts the card kept back, and what opens them.
    pub fn what_is_missing(&self) -> Vec<(CardPart, CardKey)> {
        let validity = self.validity.key().map(|key| (CardPart::Validity, key));
        let holder = self.holder.key().map(|key| (CardPart::Holder, key));
        validity.into_iter().chain(holder).collect()
    }
}

impl<T> Kept<T> {
    /// What the card gave.
    pub fn free(&self) -> Option<&T> {
        match self {
            Kept::Free(value) => Some(value),
            Kept::Locked(_) => None,
        }
    }

    /// What opens it, where it is kept back.
    pub fn key(&self) -> Option<CardKey> {
        match self {
            Kept::Free(_) => None,
            Kept::Locked(key) => Some(*key),
        }
    }
}

/// Why a card could not be read, or a PIN not be checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SmartCardFault {
    /// The slot is empty. Cure: put the card in.
    #[error("no card in the slot")]
    NoCard,
    /// The card was taken out too early, or has bad contact. Cure: put it in again and leave it there.
    #[error("the card was removed while it was read")]
    Removed,
    /// The card does not answer to power. Cure: turn it round, chip first and up; wipe the chip; then the counter.
    #[error("the card does not answer")]
    Mute,
    /// Neither a social security card nor a bank card nor a technician's, or not the one of them that was asked for. Cure: another card.
    #[error("unknown kind of card")]
    UnknownCard,
    /// The issuer has blocked the card or its application. Cure: the issuer's counter.
    #[error("the card is blocked by its issuer (status {status:04X})")]
    Blocked {
        /// The card's status word.
        status: u16,
    },
    /// The card refuses a step it should allow. Cure: the counter.
    #[error("the card refuses (status {status:04X})")]
    Refused {
        /// The card's status word.
        status: u16,
    },
    /// What the card holds is not a valid record. Cure: the counter; the card may be damaged.
    #[error("the card's record is not valid: {what}")]
    BadRecord {
        /// Which field; never its content.
        what: &'static str,
    },
    /// The PIN is wrong. Cure: type it again, with care.
    #[error("wrong PIN, {tries_left} tries left")]
    PinWrong {
        /// How often it may still be tried, 1 to 15.
        tries_left: u8,
    },
    /// The PIN was wrong too often. Cure: the counter of social security, with the identity card.
    #[error("the PIN is blocked")]
    PinBlocked,
    /// Not 4 to 16 digits, an even number of them. The card was not asked, no try is lost. Cure: type it again.
    #[error("this cannot be a PIN")]
    PinNotDigits,
    /// The smart-card service does not run. Cure: its unit is started by the system; the driver reconnects by itself.
    #[error("the smart-card service is not running")]
    NoService,
    /// The service refuses the terminal. Cure: install the polkit rule.
    #[error("no permission to use the smart-card service")]
    NoPermission,
    /// No reader of the configured name. Cure: plug it in, or correct the name; the driver reconnects by itself.
    #[error("no such smart-card reader")]
    NotConnected,
    /// Another program uses the card. Cure: end that program.
    #[error("the card is in use by another program")]
    InUse,
    /// No answer within the deadline. Cure: put the card in again; then power and cable of the reader.
    #[error("the card or the reader did not answer in time")]
    NoAnswer,
    /// Answers that make no sense. Cure: wipe the chip; then cable, then service.
    #[error("the answer made no sense")]
    Garbled,
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
}
