//! Where the printer is, and which.

use kiosk_serial::Flow;

use crate::model::Model;

/// Where the printer is, how fast it talks, and what it can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Device path, for instance `/dev/kiosk/receipt-printer`.
    pub path: String,
    /// As set on the printer's switches: 9600 to 115200.
    pub baud: u32,
    /// How the printer asks for pauses, as set on its switches.
    pub flow: Flow,
    /// The printer's properties.
    pub model: Model,
}
