//! What the platform revoked, for terminals to know without a network: a file of its own among those that are published
//! (`trust::REVOCATIONS`). A terminal's own rights are not in it, for the platform looks at them with every request; nor are
//! services, which the catalogue leaves out once they are withdrawn.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::limits::CARDS_REVOKED_MAX;

/// The list in force. Fields that newer platforms add are passed over, so that the rest counts all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Revocations {
    /// Technicians' cards that open nothing any more; at most `limits::CARDS_REVOKED_MAX`.
    pub cards: BTreeSet<CardSerial>,
}

/// The serial a technician's card gives: 1 to 32 of `A-Z a-z 0-9 -`. It stands for a card, and names nobody.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CardSerial(String);

/// Why a list or a serial is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRevocations {
    /// Not such a serial. Cure: as `kiosk technician list` shows it.
    #[error("a card's serial has 1 to 32 letters, digits and hyphens")]
    Serial,
    /// Not a list of its schema.
    #[error("not a list of revocations")]
    Form,
    /// More cards than a list may have.
    #[error("a list has at most {CARDS_REVOKED_MAX} cards")]
    TooMany,
}

impl Revocations {
    /// Reads the bytes of a file that is trusted.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadRevocations> {
        let list: Self = serde_json::from_slice(bytes).map_err(|_| BadRevocations::Form)?;
        if list.cards.len() > CARDS_REVOKED_MAX { Err(BadRevocations::TooMany) } else { Ok(list) }
    }

    /// Whether a card of this serial was revoked.
    pub fn has_card(&self, serial: &str) -> bool {
        self.cards.iter().any(|card| card.0 == serial)
    }
}

impl TryFrom<String> for CardSerial {
    type Error = BadRevocations;
    fn try_from(text: String) -> Result<Self, BadRevocations> {
        let is_good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if (1..=32).contains(&text.len()) && text.bytes().all(is_good) {
            Ok(Self(text))
        } else {
            Err(BadRevocations::Serial)
        }
    }
}

impl From<CardSerial> for String {
    fn from(serial: CardSerial) -> Self {
        serial.0
    }
}

impl fmt::Display for CardSerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_list_is_read_also_where_a_newer_platform_says_more() {
        let list = Revocations::parse(br#"{"cards":["TS000002","TS000001"],"printers":["P1"]}"#).unwrap();
        assert!(list.has_card("TS000001") && !list.has_card("TS000003"));
        assert_eq!(serde_json::to_string(&list).unwrap(), r#"{"cards":["TS000001","TS000002"]}"#);
    }

    #[test]
    fn what_is_no_list_is_not_taken() {
        for text in ["", "{}", r#"{"cards":[""]}"#, r#"{"cards":["a b"]}"#, r#"{"cards":"TS000001"}"#] {
            assert_eq!(Revocations::parse(text.as_bytes()), Err(BadRevocations::Form), "{text}");
        }
        let many: Vec<String> = (0..=CARDS_REVOKED_MAX).map(|number| format!("T{number}")).collect();
        let many = serde_json::json!({ "cards": many }).to_string();
        assert_eq!(Revocations::parse(many.as_bytes()), Err(BadRevocations::TooMany));
        assert_eq!(CardSerial::try_from("T".repeat(33)), Err(BadRevocations::Serial));
    }
}
