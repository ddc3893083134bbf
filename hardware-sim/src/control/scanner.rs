//! Commands and view of the code scanner.

use clap::Subcommand;
use encoding_rs::GB18030;
use serde::{Deserialize, Serialize};

use super::command::CommandError;
use crate::line::End;
use crate::peripheral::Peripheral;
use crate::scanner::{Dialect, Fault, Scanner, Shown, Symbology};

/// What happens before the scanner's window.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScannerAction {
    /// Holds a code with a text before it
    Show {
        /// The text
        text: String,
        /// What kind of code: its AIM identifier without `]`
        #[arg(long, default_value = "Q1")]
        #[serde(default = "qr")]
        symbology: String,
        /// In GB 18030 instead of UTF-8
        #[arg(long)]
        #[serde(default)]
        gbk: bool,
    },
    /// Holds a code with any bytes before it
    ShowHex {
        /// The bytes, two hexadecimal digits each
        bytes: String,
        /// What kind of code: its AIM identifier without `]`
        #[arg(long, default_value = "Q1")]
        #[serde(default = "qr")]
        symbology: String,
    },
    /// Holds the newest printed QR code before it
    ShowPaper,
    /// Takes the code away
    Hide,
    /// Nothing is wrong with it
    Ok,
    /// It says nothing any more
    Silent,
    /// Half of its next code comes, then silence
    Torn,
    /// Noise stands before its next code
    Garbage,
    /// The next code's checksum is wrong
    Checksum,
    /// The next code comes two seconds late
    Slow,
    /// The next code is far too long
    Oversize,
}

fn qr() -> String {
    "Q1".to_owned()
}

impl ScannerAction {
    /// The code it holds before the window; none where it holds none.
    pub(crate) fn shown(&self) -> Result<Option<Shown>, CommandError> {
        let (content, symbology) = match self {
            ScannerAction::Show { text, symbology, gbk } => (encode(text, *gbk), symbology),
            ScannerAction::ShowHex { bytes, symbology } => (unhex(bytes)?, symbology),
            ScannerAction::ShowPaper
            | ScannerAction::Hide
            | ScannerAction::Ok
            | ScannerAction::Silent
            | ScannerAction::Torn
            | ScannerAction::Garbage
            | ScannerAction::Checksum
            | ScannerAction::Slow
            | ScannerAction::Oversize => return Ok(None),
        };
        let symbology: Symbology = symbology.parse().map_err(CommandError::NotSymbology)?;
        Ok(Some(Shown { content, symbology }))
    }

    /// The fault it sets on a scanner of this kind; none for `ok`.
    pub(crate) fn fault(&self, dialect: Dialect) -> Result<Option<Fault>, CommandError> {
        Ok(match self {
            ScannerAction::Silent => Some(Fault::Silent),
            ScannerAction::Torn => Some(Fault::Torn),
            ScannerAction::Garbage => Some(Fault::Garbage),
            ScannerAction::Checksum if dialect == Dialect::Ssi => Some(Fault::Checksum),
            ScannerAction::Checksum => return Err(CommandError::NoChecksum),
            ScannerAction::Slow => Some(Fault::Slow),
            ScannerAction::Oversize => Some(Fault::Oversize),
            ScannerAction::Ok
            | ScannerAction::Show { .. }
            | ScannerAction::ShowHex { .. }
            | ScannerAction::ShowPaper
            | ScannerAction::Hide => None,
        })
    }
}

fn encode(text: &str, gbk: bool) -> Vec<u8> {
    if gbk { GB18030.encode(text).0.into_owned() } else { text.as_bytes().to_vec() }
}

fn unhex(word: &str) -> Result<Vec<u8>, CommandError> {
    let (pairs, rest) = word.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |[high, low]: &[u8; 2]| u8::try_from(digit(*high)? * 16 + digit(*low)?).ok();
    let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
    bytes
        .filter(|bytes| rest.is_empty() && !bytes.is_empty())
        .ok_or_else(|| CommandError::NotBytes(word.to_owned()))
}

/// The scanner at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScannerView {
    /// Whether its plug is in.
    pub plugged: bool,
    /// How it talks.
    pub dialect: Dialect,
    /// Line rate it listens at; 0 on USB.
    pub baud: u32,
    /// Whether its light is on.
    pub lit: bool,
    /// The code before its window, as text where it is one.
    pub shown: Option<String>,
    /// The fault that is set.
    pub fault: Option<String>,
    /// Codes it has read.
    pub codes: u64,
    /// Orders it did not know.
    pub unknown_orders: u64,
    /// Bytes it received.
    pub bytes_in: u64,
    /// Bytes it sent.
    pub bytes_out: u64,
}

impl ScannerView {
    pub(crate) fn of(end: &End<Scanner>, plugged: bool) -> ScannerView {
        let scanner = &end.device;
        let text = |shown: &Shown| String::from_utf8_lossy(&shown.content).into_owned();
        ScannerView {
            plugged,
            dialect: scanner.dialect(),
            baud: scanner.baud(),
            lit: scanner.is_lit(),
            shown: scanner.shown().map(text),
            fault: scanner.fault().map(|fault| format!("{fault:?}").to_lowercase()),
            codes: scanner.codes(),
            unknown_orders: scanner.unknown_orders(),
            bytes_in: end.bytes_in,
            bytes_out: end.bytes_out,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Command;
    use super::*;

    fn show(text: &str, gbk: bool) -> ScannerAction {
        ScannerAction::Show { text: text.into(), symbology: qr(), gbk }
    }

    #[test]
    fn words_are_the_same_in_json() {
        let read = |json: &str| serde_json::from_str::<Command>(json).unwrap();
        let shown = Command::Scanner(show("abc", false));
        assert_eq!(read(r#"{"scanner":{"show":{"text":"abc"}}}"#), shown);
        let written = serde_json::to_string(&shown).unwrap();
        assert_eq!(written, r#"{"scanner":{"show":{"text":"abc","symbology":"Q1","gbk":false}}}"#);
        assert_eq!(read(r#"{"scanner":"hide"}"#), Command::Scanner(ScannerAction::Hide));
    }

    #[test]
    fn a_code_holds_utf_8_gb_18030_or_any_bytes() {
        let content = |action: ScannerAction| action.shown().unwrap().unwrap().content;
        assert_eq!(content(show("齐", false)), "齐".as_bytes());
        assert_eq!(content(show("齐", true)), [0xC6, 0xEB]);
        let hex = |bytes: &str| ScannerAction::ShowHex { bytes: bytes.into(), symbology: qr() };
        assert_eq!(content(hex("00fF")), [0x00, 0xFF]);
        for wrong in ["", "0", "0g", "+1", "齐"] {
            assert!(hex(wrong).shown().is_err(), "{wrong}");
        }
        let odd = ScannerAction::Show { text: "a".into(), symbology: "1Q".into(), gbk: false };
        assert!(odd.shown().is_err());
    }

    #[test]
    fn only_packets_have_a_checksum_to_spoil() {
        assert_eq!(ScannerAction::Checksum.fault(Dialect::Ssi), Ok(Some(Fault::Checksum)));
        assert_eq!(ScannerAction::Checksum.fault(Dialect::Plain), Err(CommandError::NoChecksum));
    }
}
