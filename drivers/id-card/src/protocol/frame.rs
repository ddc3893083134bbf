//! The serial frame of the SAM_V / SAM_A module.
//!
//! Request: `AA AA AA 96 69 | len(2, big-endian) | command parameter data… | check`; reply: the same with
//! `SW1 SW2 SW3` in place of the command. The length counts everything after itself; the check byte is the XOR from the
//! length to the last data byte, so that the XOR over length to check is zero.

use zeroize::Zeroizing;

/// What every frame begins with.
pub(crate) const PREAMBLE: [u8; 5] = [0xAA, 0xAA, 0xAA, 0x96, 0x69];

/// Preamble and length.
pub(crate) const HEADER_BYTES: usize = PREAMBLE.len() + 2;

/// Length of a reply without data: three status bytes and the check.
const LENGTH_MIN: usize = 4;

/// The longest reply a module gives: text, photo and two fingerprints, 2,321 bytes on the wire.
pub const FRAME_BYTES_MAX: usize = 2_321;

/// Room for a torn frame of the greatest length with a whole one behind it.
const BUFFER_BYTES: usize = 2 * FRAME_BYTES_MAX;

/// Builds the request for `command` (command, parameter and data bytes).
pub fn encode(command: &[u8]) -> Vec<u8> {
    let length = u16::try_from(command.len() + 1).unwrap_or(u16::MAX).to_be_bytes();
    let mut bytes = Vec::with_capacity(HEADER_BYTES + command.len() + 1);
    bytes.extend_from_slice(&PREAMBLE);
    bytes.extend_from_slice(&length);
    bytes.extend_from_slice(command);
    bytes.push(xor(&bytes[PREAMBLE.len()..]));
    bytes
}

/// A reply whose check byte was right.
pub struct Reply {
    /// Third status byte, the one that decides.
    pub sw3: u8,
    /// What follows the status; zeroed when dropped.
    pub data: Zeroizing<Vec<u8>>,
}

/// Finds replies in a stream of bytes that may be torn or noisy.
pub struct Decoder {
    buffer: Zeroizing<Vec<u8>>,
}

impl Default for Decoder {
    fn default() -> Self {
        Self { buffer: Zeroizing::new(Vec::with_capacity(BUFFER_BYTES)) }
    }
}

impl Decoder {
    /// Takes received bytes and returns the next whole reply, if there is one.
    ///
    /// The buffer never grows past its first size: that would leave a copy of personal data behind.
    pub fn push(&mut self, bytes: &[u8]) -> Option<Reply> {
        let mut found = None;
        for piece in bytes.chunks(FRAME_BYTES_MAX) {
            self.make_room(piece.len());
            self.buffer.extend_from_slice(piece);
            found = found.or_else(|| self.next_reply());
        }
        found
    }

    /// Returns the next whole reply among the bytes already taken.
    pub fn next_reply(&mut self) -> Option<Reply> {
        loop {
            self.skip_to_preamble();
            match self.head() {
                Head::Incomplete => return None,
                Head::Broken => self.skip(1),
                Head::Whole(length) => {
                    let reply = self.reply(length);
                    self.skip(HEADER_BYTES + length);
                    return Some(reply);
                }
            }
        }
    }

    /// Gives up the frame that began and never ended, and looks for a whole one behind its beginning.
    pub fn resynchronise(&mut self) -> Option<Reply> {
        while !self.buffer.is_empty() {
            self.skip(1);
            if let Some(reply) = self.next_reply() {
                return Some(reply);
            }
        }
        None
    }

    /// Tells whether bytes wait for the rest of their frame.
    pub fn is_waiting(&self) -> bool {
        !self.buffer.is_empty()
    }

    fn head(&self) -> Head {
        let Some(&[high, low]) = self.buffer.get(PREAMBLE.len()..HEADER_BYTES) else {
            return Head::Incomplete;
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if !(LENGTH_MIN..=FRAME_BYTES_MAX - HEADER_BYTES).contains(&length) {
            return Head::Broken;
        }
        match self.buffer.get(PREAMBLE.len()..HEADER_BYTES + length) {
            None => Head::Incomplete,
            Some(checked) if xor(checked) == 0 => Head::Whole(length),
            Some(_) => Head::Broken,
        }
    }

    fn reply(&self, length: usize) -> Reply {
        let data = &self.buffer[HEADER_BYTES + 3..HEADER_BYTES + length - 1];
        Reply { sw3: self.buffer[HEADER_BYTES + 2], data: Zeroizing::new(data.to_vec()) }
    }

    /// Drops noise; keeps a tail that may be the beginning of a preamble.
    fn skip_to_preamble(&mut self) {
        let begins =
            |start: usize| self.buffer[start..].iter().zip(PREAMBLE).all(|(have, want)| *have == want);
        let start = (0..self.buffer.len()).find(|start| begins(*start));
        self.skip(start.unwrap_or(self.buffer.len()));
    }

    fn make_room(&mut self, bytes: usize) {
        let excess = (self.buffer.len() + bytes).saturating_sub(BUFFER_BYTES);
        self.skip(excess);
    }

    fn skip(&mut self, bytes: usize) {
        let bytes = bytes.min(self.buffer.len());
        self.buffer.drain(..bytes);
    }
}

enum Head {
    Incomplete,
    Broken,
    Whole(usize),
}

fn xor(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum ^ byte)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use proptest::prelude::*;

    use super::*;

    const NO_CARD: [u8; 11] = [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x04, 0x00, 0x00, 0x80, 0x84];
    const FOUND: [u8; 15] =
        [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x08, 0x00, 0x00, 0x9F, 0x00, 0x00, 0x00, 0x00, 0x97];

    fn replies(bytes: &[u8]) -> Vec<(u8, usize)> {
        let mut decoder = Decoder::default();
        let mut first = decoder.push(bytes);
        let mut all = Vec::new();
        while let Some(reply) = first {
            all.push((reply.sw3, reply.data.len()));
            first = decoder.next_reply();
        }
        all
    }

    #[test]
    fn requests_match_the_published_bytes() {
        assert_eq!(encode(&[0x20, 0x01])[5..], [0x00, 0x03, 0x20, 0x01, 0x22]);
        assert_eq!(encode(&[0x30, 0x01])[5..], [0x00, 0x03, 0x30, 0x01, 0x32]);
        assert_eq!(encode(&[0x61, 0xFF, 0x50])[5..], [0x00, 0x04, 0x61, 0xFF, 0x50, 0xCA]);
    }

    #[test]
    fn published_replies_are_read() {
        assert_eq!(replies(&NO_CARD), [(0x80, 0)]);
        assert_eq!(replies(&FOUND), [(0x9F, 4)]);
    }

    #[test]
    fn two_frames_in_a_row_are_two_replies() {
        assert_eq!(replies(&[NO_CARD.as_slice(), &FOUND].concat()), [(0x80, 0), (0x9F, 4)]);
    }

    #[test]
    fn an_extra_preamble_byte_does_not_hide_the_frame() {
        assert_eq!(replies(&[[0xAA, 0xAA].as_slice(), &NO_CARD].concat()), [(0x80, 0)]);
    }

    #[test]
    fn a_frame_with_a_wrong_check_is_skipped() {
        let mut bad = NO_CARD;
        bad[10] ^= 0x01;
        assert_eq!(replies(&bad), []);
        assert_eq!(replies(&[bad.as_slice(), &FOUND].concat()), [(0x9F, 4)]);
    }

    #[test]
    fn lengths_no_reply_can_have_are_skipped() {
        for length in [0_u16, 3, 2_315, 0xFFFF] {
            let [high, low] = length.to_be_bytes();
            let nonsense = [0xAA, 0xAA, 0xAA, 0x96, 0x69, high, low];
            assert_eq!(replies(&[nonsense.as_slice(), &FOUND].concat()), [(0x9F, 4)], "length {length}");
        }
    }

    #[test]
    fn a_frame_behind_a_torn_one_is_found_after_silence() {
        let mut decoder = Decoder::default();
        let torn = [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x05, 0x08, 0x00, 0x00, 0x90, 0x01];
        assert!(decoder.push(&[torn.as_slice(), &FOUND].concat()).is_none());
        assert!(decoder.is_waiting());
        assert_eq!(decoder.resynchronise().unwrap().sw3, 0x9F);
        assert!(decoder.resynchronise().is_none());
    }

    #[test]
    fn a_frame_may_come_byte_by_byte() {
        let mut decoder = Decoder::default();
        let (last, before) = FOUND.split_last().unwrap();
        assert!(before.iter().all(|byte| decoder.push(&[*byte]).is_none()));
        assert_eq!(decoder.push(&[*last]).unwrap().data.len(), 4);
        assert!(!decoder.is_waiting());
    }

    fn has_no_preamble(noise: &[u8]) -> bool {
        !noise.contains(&0x96)
    }

    proptest! {
        #[test]
        fn no_stream_panics_or_outgrows_the_buffer(chunks in proptest::collection::vec(
            proptest::collection::vec(prop_oneof![Just(0xAA), Just(0x96), Just(0x69), Just(0), any::<u8>()], 0..600), 0..20)) {
            let mut decoder = Decoder::default();
            let room = decoder.buffer.capacity();
            for chunk in &chunks {
                decoder.push(chunk);
            }
            while decoder.resynchronise().is_some() {}
            prop_assert_eq!(decoder.buffer.capacity(), room);
            prop_assert!(!decoder.is_waiting());
        }

        #[test]
        fn a_good_frame_is_found_behind_any_noise(
            noise in proptest::collection::vec(any::<u8>(), 0..9000).prop_filter("preamble", |n| has_no_preamble(n)),
            cut in 0_usize..9015) {
            let stream = [noise.as_slice(), &FOUND].concat();
            let (head, tail) = stream.split_at(cut.min(stream.len()));
            let mut decoder = Decoder::default();
            let found = decoder.push(head).or_else(|| decoder.push(tail));
            prop_assert_eq!(found.map(|reply| reply.sw3), Some(0x9F));
        }
    }
}
