//! Where the reader is, and what is read.

/// Where the reader is, how fast it talks, and what is read of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Device path, for instance `/dev/kiosk/id-card`.
    pub path: String,
    /// 115200, 57600, 38400, 19200 or 9600; readers leave the factory with 115200. Where nobody answers at this rate,
    /// the others are tried.
    pub baud: u32,
    /// Whether fingerprints are read too: only where the site has a verifier and a right to use them.
    pub fingerprints: bool,
}
