//! Which reader is ours, and which cards are technicians'.

/// Which reader is ours, and which cards are technicians'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// A part of the reader's name as `pcscd` lists it, for instance `Virtual PCD 00 00`; empty takes the first reader.
    pub reader: String,
    /// The name of the application on technicians' cards, 5 to 16 bytes.
    pub technician: Vec<u8>,
}

/// The name of that application where no other was agreed: `F0`, a proprietary name that nobody registers (ISO/IEC 7816-4,
/// 12.2.3.5), and `HCKTECH`.
pub const TECHNICIAN_APPLICATION: &[u8] = b"\xF0HCKTECH";

impl Default for Config {
    fn default() -> Self {
        Self { reader: String::new(), technician: TECHNICIAN_APPLICATION.to_vec() }
    }
}
