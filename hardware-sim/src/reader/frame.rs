//! Frames of the SAM's serial line: `AA AA AA 96 69`, length, content, checksum.

use crate::limits::REQUEST_BYTES_MAX;

/// What every frame begins with.
const PREAMBLE: [u8; 5] = [0xAA, 0xAA, 0xAA, 0x96, 0x69];
/// Preamble and length field.
const HEAD_BYTES: usize = 7;
/// Command, parameter and checksum: the shortest content.
const CONTENT_BYTES_MIN: usize = 3;

/// What was found in the bytes received.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    /// A whole frame with a right checksum: command, parameter, data.
    Command {
        /// CMD.
        command: u8,
        /// PARA.
        parameter: u8,
        /// What follows, without the checksum.
        data: Vec<u8>,
    },
    /// A whole frame whose checksum is wrong.
    BadChecksum,
    /// A head that names a length no request has.
    BadLength,
}

/// Takes the next request out of `received`; nothing while it is incomplete. Drops what precedes a preamble.
pub fn take_request(received: &mut Vec<u8>) -> Option<Request> {
    drop_noise(received);
    let &[hi, lo] = received.get(PREAMBLE.len()..HEAD_BYTES)? else {
        return None;
    };
    let length = usize::from(u16::from_be_bytes([hi, lo]));
    if !(CONTENT_BYTES_MIN..=REQUEST_BYTES_MAX).contains(&length) {
        received.drain(..HEAD_BYTES);
        return Some(Request::BadLength);
    }
    if received.len() < HEAD_BYTES + length {
        return None;
    }
    let frame: Vec<u8> = received.drain(..HEAD_BYTES + length).collect();
    Some(open(&frame[PREAMBLE.len()..]))
}

/// Reads length field, content and checksum; at least five bytes.
fn open(counted: &[u8]) -> Request {
    let [_, _, command, parameter, data @ .., _] = counted else {
        return Request::BadLength;
    };
    if xor(counted) != 0 {
        return Request::BadChecksum;
    }
    Request::Command { command: *command, parameter: *parameter, data: data.to_vec() }
}

/// Drops bytes until a preamble, or what can still become one, stands first.
fn drop_noise(received: &mut Vec<u8>) {
    let start = (0..received.len()).find(|&at| {
        let tail = &received[at..];
        let length = tail.len().min(PREAMBLE.len());
        tail[..length] == PREAMBLE[..length]
    });
    received.drain(..start.unwrap_or(received.len()));
}

/// A reply frame: SW1, SW2, SW3, then `data`. The length field has 16 bits; the longest reply has 2310 bytes of data.
pub fn reply(status: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 4).unwrap_or(u16::MAX);
    let mut frame = PREAMBLE.to_vec();
    frame.extend(length.to_be_bytes());
    frame.extend([0x00, 0x00, status]);
    frame.extend(data);
    frame.push(xor(&frame[PREAMBLE.len()..]));
    frame
}

/// Mends the checksums of frames that were changed and right before; `masked` is as long as `original`.
pub(crate) fn mend(original: &[u8], masked: &mut [u8]) {
    let starts = original.windows(PREAMBLE.len()).enumerate().filter(|(_, part)| *part == PREAMBLE);
    for (start, _) in starts {
        let Some(&[hi, lo]) = original.get(start + PREAMBLE.len()..start + HEAD_BYTES) else { return };
        let counted = start + PREAMBLE.len()..start + HEAD_BYTES + usize::from(u16::from_be_bytes([hi, lo]));
        let was_right = original.get(counted.clone()).is_some_and(|frame| xor(frame) == 0);
        if was_right {
            masked[counted.end - 1] ^= xor(&masked[counted.clone()]);
        }
    }
}

fn xor(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum ^ byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIND: [u8; 10] = [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x03, 0x20, 0x01, 0x22];

    fn find() -> Option<Request> {
        Some(Request::Command { command: 0x20, parameter: 0x01, data: Vec::new() })
    }

    #[test]
    fn a_request_is_taken_once_it_is_whole() {
        let mut received = FIND[..9].to_vec();
        assert_eq!(take_request(&mut received), None);
        received.push(FIND[9]);
        assert_eq!(take_request(&mut received), find());
        assert!(received.is_empty());
    }

    #[test]
    fn noise_and_extra_aa_before_a_preamble_are_dropped() {
        let mut received = vec![0x00, 0xAA, 0x96, 0xAA, 0xAA];
        received.extend(FIND);
        assert_eq!(take_request(&mut received), find());
    }

    #[test]
    fn noise_alone_is_not_kept() {
        let mut received = vec![0x55; 4096];
        assert_eq!(take_request(&mut received), None);
        assert!(received.is_empty());
    }

    #[test]
    fn wrong_checksum_and_wrong_length_are_told_apart() {
        let mut received = FIND.to_vec();
        received[9] ^= 1;
        assert_eq!(take_request(&mut received), Some(Request::BadChecksum));
        let mut received = vec![0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x02];
        assert_eq!(take_request(&mut received), Some(Request::BadLength));
        let mut received = vec![0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x05, 0x08];
        assert_eq!(take_request(&mut received), Some(Request::BadLength));
    }

    #[test]
    fn only_sums_that_were_right_are_mended() {
        let original = [FIND.as_slice(), &reply(0x90, b"name"), &[0xAA; 3]].concat();
        let mut masked = original.clone();
        masked[21] ^= 0x40;
        mend(&original, &mut masked);
        assert_eq!(masked[10..], [reply(0x90, b"n!me").as_slice(), &[0xAA; 3]].concat());
        let mut torn = original.clone();
        torn[24] ^= 1;
        let mut masked = torn.clone();
        masked[21] ^= 0x40;
        mend(&torn, &mut masked);
        assert_eq!(masked[22..], torn[22..]);
    }

    #[test]
    fn replies_match_the_published_bytes() {
        let no_card = [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x04, 0x00, 0x00, 0x80, 0x84];
        assert_eq!(reply(0x80, &[]), no_card);
        let found = reply(0x9F, &[0; 4]);
        assert_eq!(found[5..], [0x00, 0x08, 0, 0, 0x9F, 0, 0, 0, 0, 0x97]);
    }
}
