//! The commands. Their words are the same on the command line and in JSON.

use clap::{Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

use super::chip::ChipAction;
use super::scanner::ScannerAction;
pub use crate::ipp::PagePrinterState;
pub use crate::printer::PrinterState;
use crate::reader::Fault;

use super::network::Link;

/// Something that happens in front of the terminal.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Places a resident's card on the reader, or lifts it
    #[command(subcommand)]
    Card(CardAction),
    /// Sets how the receipt printer stands
    Printer {
        /// Its state
        state: PrinterState,
    },
    /// Sets how the page printer stands
    PagePrinter {
        /// Its state
        state: PagePrinterState,
    },
    /// Spoils the reader's next answer
    #[command(subcommand)]
    Reader(ReaderAction),
    /// Puts chip cards in or takes them out
    #[command(subcommand)]
    Chip(ChipAction),
    /// Holds codes before the scanner, or spoils its next one
    #[command(subcommand)]
    Scanner(ScannerAction),
    /// Cuts, spoils or restores the network through the proxy
    Network {
        /// What becomes of it
        #[command(subcommand)]
        link: Link,
    },
    /// Fills the terminal's small disk, or frees it
    Disk {
        /// How it is then
        state: DiskState,
    },
    /// Pulls a device's plug
    Unplug {
        /// Whose
        device: Device,
    },
    /// Pulls a device's plug in the middle of what it says; on serial lines
    UnplugAfter {
        /// Whose
        device: Device,
        /// How many more bytes it says before
        bytes: u64,
    },
    /// Puts a device's plug back in
    Plug {
        /// Whose
        device: Device,
    },
    /// Looks after the printed paper
    #[command(subcommand)]
    Paper(PaperAction),
}

/// What is done with a card.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CardAction {
    /// Places the card of a resident
    Place {
        /// Key of the resident
        resident: String,
    },
    /// Lifts the card
    Lift,
}

/// What the reader's next answer looks like.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReaderAction {
    /// As it should be
    Ok,
    /// Noise before the frame
    Garbage,
    /// Half a frame, then silence
    Torn,
    /// Nothing
    Silent,
    /// Two seconds late
    Slow,
    /// A wrong checksum
    Checksum,
    /// A refusal with a status byte SW3
    Status {
        /// SW3, two hexadecimal digits
        #[arg(value_parser = hex)]
        code: String,
    },
    /// The card is lifted while it is read the next time
    Lifted,
}

impl ReaderAction {
    /// The fault it sets; none for `ok`.
    pub(crate) fn fault(&self) -> Result<Option<Fault>, CommandError> {
        Ok(match self {
            ReaderAction::Ok => None,
            ReaderAction::Garbage => Some(Fault::Garbage),
            ReaderAction::Torn => Some(Fault::Torn),
            ReaderAction::Silent => Some(Fault::Silent),
            ReaderAction::Slow => Some(Fault::Slow),
            ReaderAction::Checksum => Some(Fault::Checksum),
            ReaderAction::Lifted => Some(Fault::Lifted),
            ReaderAction::Status { code } => {
                let byte = u8::from_str_radix(code, 16);
                Some(Fault::Status(byte.map_err(|_| CommandError::NotHex(code.clone()))?))
            }
        })
    }
}

fn hex(word: &str) -> Result<String, String> {
    match u8::from_str_radix(word, 16) {
        Ok(byte) => Ok(format!("{byte:02X}")),
        Err(_) => Err(CommandError::NotHex(word.to_owned()).to_string()),
    }
}

/// How much room is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiskState {
    /// Not a byte
    Full,
    /// All that was free before
    Free,
}

/// A device with a plug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Device {
    /// The ID-card reader
    IdReader,
    /// The receipt printer
    ReceiptPrinter,
    /// The page printer
    PagePrinter,
    /// The code scanner
    Scanner,
}

impl Device {
    /// The name of its path in the simulator's directory; for the page printer a file with its URI.
    pub fn file_name(self) -> &'static str {
        match self {
            Device::IdReader => "id-reader",
            Device::ReceiptPrinter => "receipt-printer",
            Device::PagePrinter => "page-printer",
            Device::Scanner => "scanner",
        }
    }
}

/// What is done with cut paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PaperAction {
    /// Lists the pieces that lie in the tray
    List,
    /// Takes them; their pictures stay on disk
    Take,
}

/// Why a command was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// No resident has this key. Cure: use one of those named.
    #[error("unknown resident {key:?}; there are: {known}")]
    UnknownResident {
        /// What was asked for.
        key: String,
        /// What there is, with commas.
        known: String,
    },
    /// Not a byte. Cure: two hexadecimal digits, such as 41.
    #[error("{0:?} is not a byte of two hexadecimal digits")]
    NotHex(String),
    /// No chip card has this key. Cure: use one of those named.
    #[error("unknown card {key:?}; there are: {known}")]
    UnknownCard {
        /// What was asked for.
        key: String,
        /// What there is, with commas.
        known: String,
    },
    /// Not a status word. Cure: four hexadecimal digits, such as 6A82.
    #[error("{0:?} is not a status word of four hexadecimal digits")]
    NotStatus(String),
    /// Not the bytes of a code. Cure: pairs of hexadecimal digits, such as C6EB.
    #[error("{0:?} is not a code's content in pairs of hexadecimal digits")]
    NotBytes(String),
    /// Not a kind of code. Cure: the two characters behind `]` of its AIM identifier.
    #[error("{0:?} is no kind of code; write Q1 for a QR code, C0, E0, L0, d1 or the like")]
    NotSymbology(String),
    /// This scanner sends no checksums. Cure: start the simulator with `--scanner ssi`.
    #[error("only a scanner that talks SSI sends checksums (start the simulator with --scanner ssi)")]
    NoChecksum,
    /// No QR code lies in the tray. Cure: print one, and do not take it.
    #[error("no paper in the tray holds a QR code")]
    NoPaperCode,
    /// There is no slot for chip cards. Cure: start the simulator with `--vpcd`.
    #[error("this simulator runs without a slot for chip cards (start it with --vpcd ADDR)")]
    NoSlot,
    /// A device on USB, or the page printer. Cure: `unplug`, or start the simulator without `--usb`.
    #[error("only on a serial line a plug is pulled behind a byte")]
    NoLine,
    /// There is no network to cut. Cure: start the simulator with `--proxy`.
    #[error("this simulator runs without a proxy (start it with --proxy LISTEN=TARGET)")]
    NoProxy,
    /// There is no disk to fill. Cure: start the simulator with `--disk`.
    #[error("this simulator runs without a small disk (start it with --disk DIR)")]
    NoDisk,
    /// The disk cannot be filled or freed. Cure: see the reason.
    #[error("the disk at {dir}: {why}")]
    Disk {
        /// Where it is mounted.
        dir: std::path::PathBuf,
        /// Why.
        why: String,
    },
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn words_are_the_same_in_json() {
        let json = |command: &Command| serde_json::to_string(command).unwrap();
        let place = Command::Card(CardAction::Place { resident: "alice".into() });
        assert_eq!(json(&place), r#"{"card":{"place":{"resident":"alice"}}}"#);
        let out = Command::Printer { state: PrinterState::PaperOut };
        assert_eq!(json(&out), r#"{"printer":{"state":"paper-out"}}"#);
        assert_eq!(json(&Command::Reader(ReaderAction::Torn)), r#"{"reader":"torn"}"#);
        assert_eq!(json(&Command::Disk { state: DiskState::Full }), r#"{"disk":{"state":"full"}}"#);
        let unplug = Command::Unplug { device: Device::IdReader };
        assert_eq!(json(&unplug), r#"{"unplug":{"device":"id-reader"}}"#);
    }

    #[test]
    fn a_status_is_two_hexadecimal_digits() {
        let status = |code: &str| ReaderAction::Status { code: code.into() };
        assert_eq!(status("41").fault(), Ok(Some(Fault::Status(0x41))));
        assert!(status("4 1").fault().is_err());
        assert_eq!(hex("9f"), Ok("9F".into()));
        assert!(hex("100").is_err());
    }
}
