//! Bytes to codes; no input or output here.
//!
//! A [`Decoder`] per framing finds whole codes in a stream; `text` decides what their bytes mean.

mod code;
mod eci;
mod hid_pos;
mod plain;
mod ssi;
mod text;

use std::collections::VecDeque;

use kiosk_drivers_api::ScanFault;

pub use code::{Code, PAYLOAD_BYTES_MAX};
pub use hid_pos::{HidPos, REPORT_BYTES};
pub use plain::{Answers, Ending, Plain, Prefix};
pub use ssi::Ssi;
pub use text::text_of;

/// What a scanner said.
pub enum Heard {
    /// A whole code.
    Code(Code),
    /// A code that did not come whole, or is too long.
    Lost(ScanFault),
    /// It did what it was told.
    Done,
    /// It will not do what it was told.
    Refused,
    /// These bytes are to be sent back at once.
    Reply(Vec<u8>),
}

/// Finds codes in a stream of bytes that may be torn or noisy.
pub trait Decoder: Send {
    /// Takes received bytes; what they complete goes into `heard`, in order.
    fn push(&mut self, bytes: &[u8], heard: &mut VecDeque<Heard>);

    /// Ends what began, since the line is silent.
    fn end(&mut self, heard: &mut VecDeque<Heard>);

    /// Tells whether something began and did not end.
    fn is_waiting(&self) -> bool;
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What was heard, in words.
    pub(crate) fn words(heard: impl IntoIterator<Item = Heard>) -> Vec<String> {
        let word = |heard| match heard {
            Heard::Code(code) => {
                let aim = code.symbology.map_or(String::new(), |id| {
                    format!("]{}{}", char::from(id.family), char::from(id.modifier))
                });
                format!("{aim}{}", String::from_utf8_lossy(&code.payload))
            }
            Heard::Lost(fault) => format!("{fault:?}"),
            Heard::Done => "done".to_owned(),
            Heard::Refused => "refused".to_owned(),
            Heard::Reply(bytes) => format!("{bytes:02X?}"),
        };
        heard.into_iter().map(word).collect()
    }

    /// Pushes everything in one piece and, once more, byte by byte: both must give the same.
    pub(crate) fn hear<D: Decoder>(fresh: impl Fn() -> D, bytes: &[u8]) -> Vec<String> {
        let (mut whole, mut pieces) = (VecDeque::new(), VecDeque::new());
        fresh().push(bytes, &mut whole);
        let mut decoder = fresh();
        bytes.iter().for_each(|byte| decoder.push(&[*byte], &mut pieces));
        let whole = words(whole);
        assert_eq!(whole, words(pieces));
        whole
    }
}
