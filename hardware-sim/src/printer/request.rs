//! Real-time requests: answered as they arrive, and skipped when their turn comes in the buffer.

use std::collections::VecDeque;

/// `DLE DC4 8` with its fixed data: throws away what is in the buffers, in any state.
pub const CLEAR: [u8; 10] = [0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08];

/// Whether there is anything in the buffer but real-time requests, whole or begun, which are part of no job: a printer
/// that lost those alone lost nothing of a page.
pub fn holds_data(buffer: &VecDeque<u8>) -> bool {
    let bytes: Vec<u8> = buffer.iter().copied().collect();
    let mut rest = bytes.as_slice();
    while let [0x10, 0x04 | 0x05, _, behind @ ..] = rest.strip_prefix(&CLEAR).unwrap_or(rest) {
        rest = behind;
    }
    let rest = rest.strip_prefix(&CLEAR).unwrap_or(rest);
    !(CLEAR.starts_with(rest) || matches!(rest, [0x10, 0x04 | 0x05]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(bytes: &[u8]) -> bool {
        holds_data(&bytes.iter().copied().collect())
    }

    #[test]
    fn requests_alone_are_no_data() {
        assert!(!holds(&[]));
        assert!(!holds(&[0x10, 0x04, 0x01, 0x10, 0x05, 0x02]));
        assert!(!holds(&[[0x10, 0x05, 0x02].as_slice(), &CLEAR].concat()));
        assert!(!holds(&[&CLEAR, [0x10, 0x04, 0x04].as_slice()].concat()));
        assert!(!holds(&[0x10, 0x04, 0x01, 0x10, 0x04]));
        assert!(!holds(&[[0x10, 0x05, 0x02].as_slice(), &CLEAR[..4]].concat()));
    }

    #[test]
    fn everything_else_is() {
        assert!(holds(b"text"));
        assert!(holds(b"\x10\x04\x01\n"));
        assert!(holds(b"\n\x10\x04\x01"));
    }
}
