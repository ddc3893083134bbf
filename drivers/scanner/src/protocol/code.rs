//! A code as the scanner sent it.

use kiosk_drivers_api::AimId;
use zeroize::Zeroizing;

/// The most bytes a QR code holds (ISO/IEC 18004, version 40-L, byte mode). Only codes of digits can be longer, and
/// residents carry none.
pub const PAYLOAD_BYTES_MAX: usize = 2_953;

/// A code as the scanner sent it; zeroed when dropped.
pub struct Code {
    /// What kind of code it was, where the scanner tells.
    pub symbology: Option<AimId>,
    /// The content without prefix and suffix.
    pub payload: Zeroizing<Vec<u8>>,
}

impl Code {
    /// Takes a content; line ends behind it are the scanner's suffix and not part of it.
    pub fn new(symbology: Option<AimId>, content: &[u8]) -> Self {
        let end = content.iter().rposition(|byte| !is_line_end(*byte)).map_or(0, |last| last + 1);
        Self { symbology, payload: Zeroizing::new(content[..end].to_vec()) }
    }
}

/// Reads an identifier from the letter and the character behind `]`.
pub(super) fn aim_id(family: u8, modifier: u8) -> Option<AimId> {
    let is_id = family.is_ascii_alphabetic() && modifier.is_ascii_alphanumeric();
    is_id.then_some(AimId { family, modifier })
}

pub(super) fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_behind_a_code_are_not_part_of_it() {
        let payload = |content: &[u8]| Code::new(None, content).payload.to_vec();
        assert_eq!(payload(b"a\r\nb\r\n"), b"a\r\nb");
        assert_eq!(payload(b"\r\n"), b"");
        assert_eq!(payload(b" a "), b" a ");
    }

    #[test]
    fn an_identifier_is_a_letter_and_a_letter_or_digit() {
        assert_eq!(aim_id(b'Q', b'1'), Some(AimId { family: b'Q', modifier: b'1' }));
        assert_eq!(aim_id(b'z', b'C'), Some(AimId { family: b'z', modifier: b'C' }));
        assert_eq!(aim_id(b'1', b'1'), None);
        assert_eq!(aim_id(b'Q', 0), None);
    }
}
