//! Where the reader is.

/// Where the reader is and how fast it talks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Device path, for instance `/dev/kiosk/id-card`.
    pub path: String,
    /// 115200, 57600, 38400, 19200 or 9600; readers leave the factory with 115200.
    pub baud: u32,
}
