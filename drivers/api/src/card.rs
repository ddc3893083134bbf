//! What an identity card says.

/// Text about a person: no `Debug` of its content, zeroed when dropped.
pub type Private = secrecy::SecretString;

/// Bytes about a person, likewise.
pub type PrivateBytes = secrecy::SecretSlice<u8>;

/// The record of an identity card, as read from its chip.
pub struct IdCard {
    /// Which family of card this is.
    pub kind: CardKind,
    /// Name, as issued: the Chinese one where the card has one, else the Latin one.
    pub name: Private,
    /// Name in Latin letters; empty where the card has none.
    pub latin_name: Private,
    /// Sex, GB/T 2261.1.
    pub sex: Sex,
    /// Two-digit ethnicity code, GB/T 3304; empty where the card has none.
    pub ethnicity: Private,
    /// Nationality as the card writes it, three letters (ISO 3166-1 alpha-3) or digits (numeric-3); empty for Chinese
    /// citizens.
    pub nationality: Private,
    /// Birth date, YYYYMMDD.
    pub birth: Private,
    /// The newest address: the appended one where there is one, else the printed one. Foreigners' cards have none.
    pub address: Private,
    /// The 18-character number (GB 11643; its check digit was verified by the driver), or the 15 characters of a
    /// foreigner's permit of 2017.
    pub number: Private,
    /// Issuing authority; its code on a foreigner's permit of 2017.
    pub authority: Private,
    /// First day of validity.
    pub valid_from: CardDate,
    /// Last day of validity.
    pub valid_until: ValidUntil,
    /// Features of up to two fingers as the chip holds them, 512 bytes each, for a verifier the site is allowed to use;
    /// nothing here interprets them. Empty unless the configuration asks for them and the card has some.
    pub fingerprints: PrivateBytes,
}

/// The families of cards a reader can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardKind {
    /// Resident identity card of the second generation (居民身份证).
    Resident,
    /// Residence permit for residents of Hong Kong, Macao and Taiwan (港澳台居民居住证).
    ResidencePermit,
    /// Foreigner's permanent residence permit, version of 2017 (外国人永久居留身份证).
    Foreigner2017,
    /// The same, version of 2023 (五星卡).
    Foreigner2023,
}

/// Sex as coded by GB/T 2261.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// Code 0.
    Unknown,
    /// Code 1.
    Male,
    /// Code 2.
    Female,
    /// Code 9.
    NotStated,
}

/// A calendar day on a card; always a real day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CardDate {
    /// 1900 to 2999.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31, within the month.
    pub day: u8,
}

/// The end of a card's validity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValidUntil {
    /// The card is valid up to and including this day.
    Day(CardDate),
    /// The card never expires (长期).
    Forever,
}
