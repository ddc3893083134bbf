//! Commands and view of the slot for chip cards.

use clap::Subcommand;
use serde::{Deserialize, Serialize};

use super::command::CommandError;
use crate::chip::{Fault, SlotView};

/// What is done with chip cards.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChipAction {
    /// Puts a card in, instead of the one that is there
    Insert {
        /// Key of the card, such as alice-social or bob-bank
        card: String,
    },
    /// Takes the card out
    Remove,
    /// Sets what is wrong with the card
    #[command(subcommand)]
    Fault(ChipFault),
}

/// What is wrong with a chip card.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChipFault {
    /// Nothing
    Ok,
    /// No answer to power, as when it is the wrong way round; from its next insertion on
    Mute,
    /// Silence from its next command on
    Silent,
    /// Its next answer comes two seconds late
    Slow,
    /// Its answers wait until `ok`
    Hold,
    /// Its next answer is noise
    Garbage,
    /// Its issuer has blocked it
    Blocked,
    /// Its next command is refused with a status
    Status {
        /// Status word, four hexadecimal digits
        code: String,
    },
    /// It is taken out while it works on a command
    RemoveAt {
        /// Which one since its insertion, counted from 1
        command: u32,
    },
}

impl ChipFault {
    /// The fault it sets; none for `ok`.
    pub(crate) fn fault(&self) -> Result<Option<Fault>, CommandError> {
        Ok(match self {
            ChipFault::Ok => None,
            ChipFault::Mute => Some(Fault::Mute),
            ChipFault::Silent => Some(Fault::Silent),
            ChipFault::Slow => Some(Fault::Slow),
            ChipFault::Hold => Some(Fault::Hold),
            ChipFault::Garbage => Some(Fault::Garbage),
            ChipFault::Blocked => Some(Fault::Blocked),
            ChipFault::Status { code } => {
                let word = u16::from_str_radix(code, 16);
                Some(Fault::Status(word.map_err(|_| CommandError::NotStatus(code.clone()))?))
            }
            ChipFault::RemoveAt { command } => Some(Fault::RemoveAt(*command)),
        })
    }
}

/// The slot for chip cards at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChipView {
    /// Key of the card in it.
    pub card: Option<String>,
    /// Whether the reader service has taken the card.
    pub connected: bool,
    /// What is wrong with the card.
    pub fault: Option<String>,
    /// Wrong PINs that are still allowed, on a card with one.
    pub tries_left: Option<u8>,
    /// Commands to the card since it was put in.
    pub commands: u32,
    /// Time the card took for its commands since the simulator started, microseconds.
    pub handling_us: u64,
}

impl From<SlotView> for ChipView {
    fn from(slot: SlotView) -> ChipView {
        ChipView {
            card: slot.card,
            connected: slot.is_connected,
            fault: slot.fault.map(|fault| format!("{fault:?}").to_lowercase()),
            tries_left: slot.tries_left,
            commands: slot.commands,
            handling_us: u64::try_from(slot.handling.as_micros()).unwrap_or(u64::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Command;
    use super::*;

    #[test]
    fn words_are_the_same_in_json() {
        let json = |action| serde_json::to_string(&Command::Chip(action)).unwrap();
        let insert = ChipAction::Insert { card: "alice-social".into() };
        assert_eq!(json(insert), r#"{"chip":{"insert":{"card":"alice-social"}}}"#);
        assert_eq!(json(ChipAction::Remove), r#"{"chip":"remove"}"#);
        assert_eq!(json(ChipAction::Fault(ChipFault::Mute)), r#"{"chip":{"fault":"mute"}}"#);
        let at = ChipFault::RemoveAt { command: 5 };
        assert_eq!(json(ChipAction::Fault(at)), r#"{"chip":{"fault":{"remove-at":{"command":5}}}}"#);
    }

    #[test]
    fn a_status_is_four_hexadecimal_digits() {
        let status = |code: &str| ChipFault::Status { code: code.into() }.fault();
        assert_eq!(status("6a82"), Ok(Some(Fault::Status(0x6A82))));
        assert!(status("6a82f").is_err() && status("no").is_err());
    }
}
