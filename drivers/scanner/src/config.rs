//! Where a scanner on a serial line is.

use crate::dialect::Dialect;

/// Where the scanner is, how fast it talks and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Device path, for instance `/dev/kiosk/scanner`.
    pub path: String,
    /// 115200 or 9600 from the factory, by maker; a scanner on USB-CDC takes any.
    pub baud: u32,
    /// How it frames codes and takes commands.
    pub dialect: Dialect,
}
