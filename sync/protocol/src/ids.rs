//! Identities: of terminals, items, services, cases.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base32;

/// A terminal's name: 1 to 32 of `A-Z 0-9 -`, given at enrolment, for example `230202-0001`
/// (region code of GB/T 2260, running number).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TerminalId(String);

/// Why a name is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {why}")]
pub struct BadId {
    what: &'static str,
    why: &'static str,
}

fn checked(what: &'static str, text: &str, chars_max: usize, allowed: fn(char) -> bool) -> Result<(), BadId> {
    let why = match () {
        () if text.is_empty() => "is empty",
        () if text.len() > chars_max => "is too long",
        () if !text.chars().all(allowed) => "has a character that is not allowed",
        () => return Ok(()),
    };
    Err(BadId { what, why })
}

impl TryFrom<String> for TerminalId {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
        checked("terminal id", &text, 32, allowed)?;
        Ok(Self(text))
    }
}

impl From<TerminalId> for String {
    fn from(id: TerminalId) -> String {
        id.0
    }
}

impl fmt::Display for TerminalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a service, department, form field or answer value: 1 to 64 of `a-z 0-9 . - _`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key(String);

impl Key {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Key {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
        checked("key", &text, 64, allowed)?;
        Ok(Self(text))
    }
}

impl TryFrom<&str> for Key {
    type Error = BadId;
    fn try_from(text: &str) -> Result<Self, BadId> {
        Self::try_from(text.to_owned())
    }
}

impl From<Key> for String {
    fn from(key: Key) -> String {
        key.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The identity of an item, made before it is first sent and never used twice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemId {
    /// The terminal that made it.
    pub terminal: TerminalId,
    /// Raised by the platform at enrolment and after a restore, so that a sequence never repeats.
    #[cfg_attr(feature = "openapi", schema(maximum = 4294967295_u32))]
    pub epoch: u32,
    /// Counts up by one per item within the epoch, from 1.
    pub seq: u64,
}

/// The number on a receipt: the terminal's own, known before any network is.
///
/// `terminal-EESSSSSS`: epoch in two digits or more, sequence in six or more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReceiptNumber(String);

/// Digits of epoch and sequence of a receipt number: 32 and 64 bits at most.
const RUN_DIGITS: std::ops::RangeInclusive<usize> = 8..=30;

impl ReceiptNumber {
    /// The number of the item.
    pub fn of(id: &ItemId) -> Self {
        Self(format!("{}-{:02}{:06}", id.terminal, id.epoch, id.seq))
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The items with this number: one, but for epochs beyond 99, where digits can be read in two ways.
    pub fn items(&self) -> Vec<ItemId> {
        let (terminal, run) = self.0.rsplit_once('-').unwrap_or_default();
        let item = |epoch_digits| {
            let (epoch, seq) = run.split_at_checked(epoch_digits)?;
            let terminal = TerminalId::try_from(terminal.to_owned()).ok()?;
            Some(ItemId { terminal, epoch: epoch.parse().ok()?, seq: seq.parse().ok()? })
        };
        (2..run.len()).filter_map(item).filter(|id| Self::of(id) == *self).collect()
    }
}

impl TryFrom<String> for ReceiptNumber {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        let bad = |why| BadId { what: "receipt number", why };
        let (terminal, run) = text.rsplit_once('-').ok_or(bad("has no dash"))?;
        TerminalId::try_from(terminal.to_owned())?;
        let is_run = RUN_DIGITS.contains(&run.len()) && run.bytes().all(|byte| byte.is_ascii_digit());
        if is_run { Ok(Self(text)) } else { Err(bad("does not end with epoch and sequence")) }
    }
}

impl From<ReceiptNumber> for String {
    fn from(number: ReceiptNumber) -> String {
        number.0
    }
}

impl fmt::Display for ReceiptNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The number of a sealed page, given by the platform: 80 random bits, so that knowing one helps to guess none.
/// Written in four groups of four characters of Crockford's Base32.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PageNumber(String);

impl PageNumber {
    const CHARS: usize = 16;
    const GROUP: usize = 4;

    /// The number of these bits.
    pub fn of(bits: u128) -> Self {
        Self::grouped(&base32::encode(bits, Self::CHARS))
    }

    fn grouped(chars: &str) -> Self {
        let groups = (0..Self::CHARS).step_by(Self::GROUP);
        let groups: Vec<&str> = groups.map(|at| &chars[at..at + Self::GROUP]).collect();
        Self(groups.join("-"))
    }
}

impl TryFrom<String> for PageNumber {
    type Error = BadId;
    /// Small letters, spaces and other dashes are taken too: people type it from paper.
    fn try_from(text: String) -> Result<Self, BadId> {
        let chars: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
        let chars = chars.to_ascii_uppercase();
        if !base32::is_valid(&chars, Self::CHARS) {
            return Err(BadId { what: "page number", why: "is not 16 digits and letters" });
        }
        Ok(Self::grouped(&chars))
    }
}

impl From<PageNumber> for String {
    fn from(number: PageNumber) -> String {
        number.0
    }
}

impl fmt::Display for PageNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The national case number (办件编号), given by the platform only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseNumber(pub String);

impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn terminal_ids_are_checked() {
        assert!(TerminalId::try_from("230202-0001".to_owned()).is_ok());
        for bad in ["", "a", "Ä", "X Y", &"A".repeat(33)] {
            assert!(TerminalId::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn receipt_numbers_carry_terminal_epoch_and_sequence() {
        let terminal = TerminalId::try_from("230202-0001".to_owned()).unwrap();
        let id = ItemId { terminal, epoch: 1, seq: 42 };
        let number = ReceiptNumber::of(&id);
        assert_eq!(number.as_str(), "230202-0001-01000042");
        assert_eq!(number.items(), [id]);
        assert_eq!(ReceiptNumber::try_from(number.to_string()), Ok(number));
        for bad in
            ["", "01000042", "-01000042", "230202-0001-", "230202-0001-0100004", "a-01000042", "A-0100004x"]
        {
            assert!(ReceiptNumber::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn digits_of_a_late_epoch_can_be_read_in_two_ways() {
        let number = ReceiptNumber::try_from("A-100123456".to_owned()).unwrap();
        let read = number.items().into_iter().map(|id| (id.epoch, id.seq)).collect::<Vec<_>>();
        assert_eq!(read, [(100, 123_456)], "no sequence of seven digits begins with 0");
        let number = ReceiptNumber::try_from("A-101234567".to_owned()).unwrap();
        let read = number.items().into_iter().map(|id| (id.epoch, id.seq)).collect::<Vec<_>>();
        assert_eq!(read, [(10, 1_234_567), (101, 234_567)]);
    }

    #[test]
    fn a_page_number_is_read_as_people_type_it() {
        let number = PageNumber::of(u128::MAX);
        assert_eq!(number.to_string(), "ZZZZ-ZZZZ-ZZZZ-ZZZZ");
        for typed in ["zzzzzzzzzzzzzzzz", " ZZZZ ZZZZ—ZZZZ ZZZZ\n"] {
            assert_eq!(PageNumber::try_from(typed.to_owned()), Ok(number.clone()), "{typed}");
        }
        for bad in ["", "ZZZZ-ZZZZ-ZZZZ-ZZZ", "ZZZZ-ZZZZ-ZZZZ-ZZZZZ", "OOOO-ZZZZ-ZZZZ-ZZZZ"] {
            assert!(PageNumber::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
