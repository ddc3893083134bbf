//! Identities: of terminals, items, services, cases.

use std::fmt;

use serde::{Deserialize, Serialize};

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
pub struct ItemId {
    /// The terminal that made it.
    pub terminal: TerminalId,
    /// Raised by the platform at enrolment and after a restore, so that a sequence never repeats.
    pub epoch: u32,
    /// Counts up by one per item within the epoch, from 1.
    pub seq: u64,
}

/// The number on a receipt: the terminal's own, known before any network is.
///
/// `terminal-EESSSSSS`: epoch in two digits or more, sequence in six or more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReceiptNumber(String);

impl ReceiptNumber {
    /// The number of the item.
    pub fn of(id: &ItemId) -> Self {
        Self(format!("{}-{:02}{:06}", id.terminal, id.epoch, id.seq))
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReceiptNumber {
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
        assert_eq!(ReceiptNumber::of(&id).as_str(), "230202-0001-01000042");
    }
}
