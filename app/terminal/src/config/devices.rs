//! `[devices.id_card]`, `[devices.receipt_printer]` and `[devices.scanner]`: what these have beside `path`, `baud` and `usb`.

use std::path::PathBuf;

use kiosk_receipt_printer::Model;
use kiosk_scanner::Dialect;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::fonts;

/// An identity-card reader. Where one on a serial line is silent at its rate, the others are tried.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdReader {
    /// Whether fingerprints are read from the chip, to be handed to a verifier. Off unless the site has one.
    #[serde(default)]
    pub fingerprints: bool,
}

/// A receipt printer. On USB without numbers it is the first one of the printer class.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipts {
    /// What the printer can do: the name of one of the driver's models.
    #[serde(default = "model_default", deserialize_with = "model")]
    pub model: Model,
    /// How it asks for pauses on a serial line, as its switches are set; `usb` must not have it.
    pub flow: Option<Flow>,
    /// Fonts for characters its own font lacks, in the order they are asked.
    #[serde(default = "fonts_default")]
    pub fonts: Vec<PathBuf>,
}

/// A code scanner.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scanner {
    /// How it frames codes and takes commands: on a serial line `plain`, `plain-crlf`, `plain-gap`, `aim`, `newland`,
    /// `honeywell` or `zebra-ssi`, on USB `hid-pos` or `honeywell-hid`.
    #[serde(deserialize_with = "dialect")]
    pub dialect: Dialect,
}

/// How a printer asks for pauses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Flow {
    /// Not at all.
    None,
    /// By the wires RTS and CTS.
    Hardware,
    /// By XOFF and XON; also right where it never does.
    #[default]
    Software,
}

impl From<Flow> for kiosk_receipt_printer::Flow {
    fn from(flow: Flow) -> Self {
        match flow {
            Flow::None => Self::None,
            Flow::Hardware => Self::Hardware,
            Flow::Software => Self::Software,
        }
    }
}

fn model_default() -> Model {
    Model::GENERIC_80
}

fn fonts_default() -> Vec<PathBuf> {
    fonts::DEBIAN.map(PathBuf::from).to_vec()
}

fn dialect<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Dialect, D::Error> {
    let name = String::deserialize(deserializer)?;
    let names = Dialect::ALL.map(|dialect| dialect.name).join(", ");
    Dialect::named(&name).ok_or_else(|| D::Error::custom(format!("`{name}` is not one of {names}")))
}

fn model<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Model, D::Error> {
    let name = String::deserialize(deserializer)?;
    let names = Model::ALL.map(|model| model.name).join(", ");
    Model::named(&name).ok_or_else(|| D::Error::custom(format!("`{name}` is not one of {names}")))
}

/// The name of an application on a chip card, written as hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Application(pub Vec<u8>);

impl Default for Application {
    fn default() -> Self {
        Self(kiosk_smart_card::TECHNICIAN_APPLICATION.to_vec())
    }
}

impl TryFrom<String> for Application {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let is_whole = text.len().is_multiple_of(2) && (10..=32).contains(&text.len());
        let bytes = text.as_bytes().chunks(2).map(byte).collect::<Option<Vec<u8>>>();
        bytes.filter(|_| is_whole).map(Self).ok_or("is not 10 to 32 hexadecimal digits")
    }
}
