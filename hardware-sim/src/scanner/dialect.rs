//! What kind of scanner it is.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// How a scanner talks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// Newland's unified commands, which Sunmi's engines take too
    Newland,
    /// Honeywell's serial trigger commands
    Honeywell,
    /// Zebra's Simple Serial Interface, packeted and acknowledged
    Ssi,
    /// No commands: it always looks, and says again and again what it sees
    Plain,
    /// Reports of the HID point-of-sale kind, with Honeywell's trigger; on USB alone
    HidPos,
}

impl Dialect {
    /// Line rate from the factory, as common models have it.
    pub fn baud(self) -> u32 {
        match self {
            Dialect::Newland | Dialect::Honeywell | Dialect::Plain => 115_200,
            Dialect::Ssi => 9_600,
            // There is none on the bus.
            Dialect::HidPos => 0,
        }
    }
}
