//! Where the printer is, and who we are to it.

use std::path::PathBuf;

/// Where the printer is, and who we are to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `ipp://HOST[:PORT]/PATH`, or `ipps:` with TLS; port 631 if none is named. `/ipp/print` at a printer,
    /// `/printers/QUEUE` at CUPS.
    pub uri: String,
    /// The terminal's name at the printer, 1 to 255 bytes, unlike that of any other: leftover jobs under it are cancelled.
    pub user: String,
    /// The printer's own certificate (PEM), without which `ipps:` is refused.
    pub certificate: Option<PathBuf>,
}
