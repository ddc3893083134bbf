//! `[devices.id_card]` and `[devices.receipt_printer]`.

use std::path::PathBuf;

use kiosk_receipt_printer::Model;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::baud_default;
use crate::fonts;

/// An identity-card reader on a serial line, 8 data bits, no parity, 1 stop bit.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdReader {
    /// The device file; packaging gives stable names by udev, for example `/dev/kiosk/id-reader`.
    pub path: PathBuf,
    /// Bits a second: 9600, 19200, 38400, 57600 or 115200. Where the reader is silent the others are tried.
    #[serde(default = "baud_default")]
    pub baud: u32,
    /// Whether fingerprints are read from the chip, to be handed to a verifier. Off unless the site has one.
    #[serde(default)]
    pub fingerprints: bool,
}

/// A receipt printer on such a line.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipts {
    /// The device file, for example `/dev/kiosk/receipt-printer`.
    pub path: PathBuf,
    /// Bits a second: 9600, 19200, 38400, 57600 or 115200.
    #[serde(default = "baud_default")]
    pub baud: u32,
    /// What the printer can do: the name of one of the driver's models.
    #[serde(default = "model_default", deserialize_with = "model")]
    pub model: Model,
    /// How it asks for pauses, as its switches are set.
    #[serde(default)]
    pub flow: Flow,
    /// Fonts for characters its own font lacks, in the order they are asked.
    #[serde(default = "fonts_default")]
    pub fonts: Vec<PathBuf>,
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

fn model<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Model, D::Error> {
    let name = String::deserialize(deserializer)?;
    let names = Model::ALL.map(|model| model.name).join(", ");
    Model::named(&name).ok_or_else(|| D::Error::custom(format!("`{name}` is not one of {names}")))
}
