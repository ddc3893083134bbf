//! Zebra's Simple Serial Interface.
//!
//! Packet: `length opcode source status data… | checksum (2, big-endian)`. The length counts everything before the
//! checksum, which is the two's complement of the sum of those bytes. The scanner sends a packet again unless it is
//! acknowledged. A long code comes in several packets; all but the last are marked as intermediate, and only the first
//! names the kind of code.
//!
//! Where a checksum is wrong, the length may be too: only silence tells where the next packet begins. So what follows is
//! dropped until then, and the packet asked for again.

use std::collections::VecDeque;

use kiosk_drivers_api::{AimId, ScanFault};
use zeroize::Zeroizing;

use super::code::{Code, PAYLOAD_BYTES_MAX};
use super::{Decoder, Heard};

const DECODE_DATA: u8 = 0xF3;
const CMD_ACK: u8 = 0xD0;
const CMD_NAK: u8 = 0xD1;
const HOST: u8 = 0x04;
/// Why a packet is not acknowledged: its checksum is wrong, send it again.
const RESEND: u8 = 0x01;

/// Status bit of a packet that was sent before.
const RETRANSMITTED: u8 = 0x01;
/// Status bit of all packets of a code but the last.
const INTERMEDIATE: u8 = 0x02;

/// Length, opcode, source and status.
const HEADER_BYTES: usize = 4;
const CHECKSUM_BYTES: usize = 2;
const PACKET_BYTES_MAX: usize = 255 + CHECKSUM_BYTES;

/// After so many disturbed packets in a row the code is given up.
const DISTURBED_MAX: u32 = 3;

/// The kinds of codes this driver can name: Zebra's code type and the AIM identifier without options.
const SYMBOLOGIES: [(u8, AimId); 9] = [
    (0x01, aim(b'A')),                              // Code 39
    (0x03, aim(b'C')),                              // Code 128
    (0x06, aim(b'I')),                              // Interleaved 2 of 5
    (0x0A, AimId { family: b'E', modifier: b'4' }), // EAN-8
    (0x0B, aim(b'E')),                              // EAN-13
    (0x11, aim(b'L')),                              // PDF417
    (0x1B, AimId { family: b'd', modifier: b'1' }), // Data Matrix
    (0x1C, AimId { family: b'Q', modifier: b'1' }), // QR code
    (0x2D, aim(b'z')),                              // Aztec
];

const fn aim(family: u8) -> AimId {
    AimId { family, modifier: b'0' }
}

/// Finds codes among SSI packets.
pub struct Ssi {
    buffer: Zeroizing<Vec<u8>>,
    /// Kind and content of the code so far: one byte for the kind, then the content.
    parts: Zeroizing<Vec<u8>>,
    is_oversize: bool,
    /// Whether the bytes up to the next silence cannot be told apart.
    is_lost: bool,
    /// Checksum of the last packet of data, to know one that comes again.
    last: Option<[u8; CHECKSUM_BYTES]>,
    disturbed: u32,
}

impl Default for Ssi {
    fn default() -> Self {
        Self {
            buffer: Zeroizing::new(Vec::with_capacity(PACKET_BYTES_MAX)),
            parts: Zeroizing::new(Vec::with_capacity(1 + PAYLOAD_BYTES_MAX)),
            is_oversize: false,
            is_lost: false,
            last: None,
            disturbed: 0,
        }
    }
}

/// Builds a packet of the host.
fn packet(opcode: u8, data: &[u8]) -> Vec<u8> {
    let length = u8::try_from(HEADER_BYTES + data.len()).unwrap_or(u8::MAX);
    let mut bytes = [&[length, opcode, HOST, 0x00], data].concat();
    bytes.extend(checksum(&bytes));
    bytes
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_BYTES] {
    bytes.iter().fold(0_u16, |sum, byte| sum.wrapping_sub(u16::from(*byte))).to_be_bytes()
}

impl Ssi {
    fn take(&mut self, byte: u8, heard: &mut VecDeque<Heard>) {
        let is_noise = self.buffer.is_empty() && usize::from(byte) < HEADER_BYTES;
        if is_noise || self.is_lost {
            return;
        }
        self.buffer.push(byte);
        let whole = usize::from(self.buffer[0]) + CHECKSUM_BYTES;
        if self.buffer.len() < whole {
            return;
        }
        let (checked, sum) = self.buffer.split_at(whole - CHECKSUM_BYTES);
        if checksum(checked) == sum {
            self.take_packet(heard);
        } else {
            self.is_lost = true;
        }
        self.buffer.clear();
    }

    fn take_packet(&mut self, heard: &mut VecDeque<Heard>) {
        self.disturbed = 0;
        match self.buffer[1] {
            CMD_ACK => return heard.push_back(Heard::Done),
            CMD_NAK => return heard.push_back(Heard::Refused),
            _ => heard.push_back(Heard::Reply(packet(CMD_ACK, &[]))),
        }
        if self.buffer[1] == DECODE_DATA {
            self.take_data(heard);
        }
    }

    fn take_data(&mut self, heard: &mut VecDeque<Heard>) {
        let (checked, sum) = self.buffer.split_at(self.buffer.len() - CHECKSUM_BYTES);
        let status = checked[3];
        // The first sending had no such bit: its sum was greater by one.
        let first_sum = u16::from_be_bytes([sum[0], sum[1]]).wrapping_add(u16::from(status & RETRANSMITTED));
        let first_sum = Some(first_sum.to_be_bytes());
        if status & RETRANSMITTED != 0 && self.last == first_sum {
            return;
        }
        self.last = first_sum;
        let room = 1 + PAYLOAD_BYTES_MAX - self.parts.len();
        let data = &checked[HEADER_BYTES..];
        self.is_oversize |= data.len() > room;
        self.parts.extend_from_slice(&data[..data.len().min(room)]);
        if status & INTERMEDIATE == 0 {
            self.finish(heard);
        }
    }

    fn finish(&mut self, heard: &mut VecDeque<Heard>) {
        heard.push_back(match self.parts.split_first() {
            Some(_) if self.is_oversize => Heard::Lost(ScanFault::Oversize),
            Some((kind, content)) => Heard::Code(Code::new(symbology(*kind), content)),
            None => Heard::Lost(ScanFault::Garbled),
        });
        self.forget();
    }

    fn ask_again(&mut self, heard: &mut VecDeque<Heard>) {
        heard.push_back(Heard::Reply(packet(CMD_NAK, &[RESEND])));
        self.disturbed += 1;
        if self.disturbed == DISTURBED_MAX {
            heard.push_back(Heard::Lost(ScanFault::Garbled));
            self.forget();
        }
    }

    fn forget(&mut self) {
        self.parts.clear();
        self.is_oversize = false;
        self.disturbed = 0;
    }
}

fn symbology(kind: u8) -> Option<AimId> {
    SYMBOLOGIES.iter().find(|(known, _)| *known == kind).map(|(_, id)| *id)
}

impl Decoder for Ssi {
    fn push(&mut self, bytes: &[u8], heard: &mut VecDeque<Heard>) {
        bytes.iter().for_each(|byte| self.take(*byte, heard));
    }

    fn end(&mut self, heard: &mut VecDeque<Heard>) {
        if !self.buffer.is_empty() || self.is_lost {
            self.buffer.clear();
            self.is_lost = false;
            self.ask_again(heard);
        } else if !self.parts.is_empty() {
            heard.push_back(Heard::Lost(ScanFault::Garbled));
            self.forget();
        }
    }

    fn is_waiting(&self) -> bool {
        !self.buffer.is_empty() || !self.parts.is_empty() || self.is_lost
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::{hear, words};
    use super::*;

    const ACK: &str = "[04, D0, 04, 00, FF, 28]";
    const NAK: &str = "[05, D1, 04, 00, 01, FF, 25]";

    /// A packet of the scanner.
    fn sent(opcode: u8, status: u8, data: &[u8]) -> Vec<u8> {
        let mut bytes = [&[4 + u8::try_from(data.len()).unwrap(), opcode, 0x00, status], data].concat();
        let sum: u32 = bytes.iter().map(|byte| u32::from(*byte)).sum();
        bytes.extend(u16::try_from(0x1_0000 - sum).unwrap().to_be_bytes());
        bytes
    }

    /// What is heard with silence behind each piece.
    fn with_silences(pieces: &[&[u8]]) -> Vec<String> {
        let mut ssi = Ssi::default();
        let mut heard = VecDeque::new();
        for piece in pieces {
            ssi.push(piece, &mut heard);
            ssi.end(&mut heard);
        }
        words(heard)
    }

    #[test]
    fn packets_of_the_host_match_the_published_bytes() {
        assert_eq!(packet(0xE4, &[]), [0x04, 0xE4, 0x04, 0x00, 0xFF, 0x14]);
        assert_eq!(packet(CMD_ACK, &[]), [0x04, 0xD0, 0x04, 0x00, 0xFF, 0x28]);
    }

    #[test]
    fn a_code_is_acknowledged_and_its_kind_named() {
        // 05 + F3 + 00 + 00 + 1C + 61 = 175, so that the checksum is FE 8A with the length of 06.
        let packet = [0x06, 0xF3, 0x00, 0x00, 0x1C, 0x61, 0xFE, 0x8A];
        assert_eq!(hear(Ssi::default, &packet), [ACK, "]Q1a"]);
        assert_eq!(hear(Ssi::default, &sent(0xF3, 0, b"\x0B6901234567892\r\n")), [ACK, "]E06901234567892"]);
        assert_eq!(hear(Ssi::default, &sent(0xF3, 0, b"\x99abc")), [ACK, "abc"]);
    }

    #[test]
    fn a_disturbed_packet_is_asked_for_again_after_silence_and_given_up_after_the_third() {
        let mut bad = sent(0xF3, 0, b"\x1Cabc");
        bad[6] ^= 0x01;
        let good = sent(0xF3, RETRANSMITTED, b"\x1Cabc");
        assert_eq!(with_silences(&[&bad, &good]), [NAK, ACK, "]Q1abc"]);
        assert_eq!(with_silences(&[&bad, &bad, &bad]), [NAK, NAK, NAK, "Garbled"]);
        let noise = [&[0x09, 0xFF, 0x00, 0x7F], good.as_slice(), &good].concat();
        assert_eq!(with_silences(&[&noise, &good]), [NAK, ACK, "]Q1abc"]);
    }

    #[test]
    fn a_code_sent_again_because_the_acknowledgement_was_lost_counts_once() {
        let first = sent(0xF3, 0, b"\x1Cabc");
        let again = sent(0xF3, RETRANSMITTED, b"\x1Cabc");
        assert_eq!(
            hear(Ssi::default, &[first.as_slice(), &again, &again].concat()),
            [ACK, "]Q1abc", ACK, ACK]
        );
        assert_eq!(hear(Ssi::default, &first.repeat(2)), [ACK, "]Q1abc", ACK, "]Q1abc"]);
    }

    #[test]
    fn a_long_code_comes_in_several_packets() {
        let parts = [
            sent(0xF3, INTERMEDIATE, b"\x1Cone "),
            sent(0xF3, INTERMEDIATE, b"two "),
            sent(0xF3, 0, b"three"),
        ];
        assert_eq!(hear(Ssi::default, &parts.concat()), [ACK, ACK, ACK, "]Q1one two three"]);
    }

    #[test]
    fn a_code_without_end_is_oversize() {
        let mut stream = sent(0xF3, INTERMEDIATE, &[b'7'; 240]).repeat(20);
        stream.extend(sent(0xF3, 0, b"7"));
        stream.extend(sent(0xF3, 0, b"\x1Cnext"));
        let heard = hear(Ssi::default, &stream);
        assert_eq!(heard[20..], [ACK, "Oversize", ACK, "]Q1next"]);
    }

    #[test]
    fn answers_are_told_apart_and_other_packets_only_acknowledged() {
        let stream = [sent(0xD0, 0, &[]), sent(0xD1, 0, &[0x02]), sent(0xF6, 0, &[0x01])].concat();
        assert_eq!(hear(Ssi::default, &stream), ["done", "refused", ACK]);
    }

    #[test]
    fn a_torn_packet_is_asked_for_again_after_silence() {
        let mut ssi = Ssi::default();
        let mut heard = VecDeque::new();
        ssi.push(&sent(0xF3, 0, b"\x1Cabc")[..5], &mut heard);
        assert!(ssi.is_waiting());
        ssi.end(&mut heard);
        assert!(!ssi.is_waiting());
        ssi.push(&sent(0xF3, RETRANSMITTED, b"\x1Cabc"), &mut heard);
        assert_eq!(words(heard), [NAK, ACK, "]Q1abc"]);
    }

    proptest! {
        #[test]
        fn no_stream_panics_or_outgrows_the_buffers(chunks in proptest::collection::vec(
            proptest::collection::vec(prop_oneof![Just(0x06), Just(0xF3), Just(0x00), any::<u8>()], 0..600), 0..10)) {
            let mut ssi = Ssi::default();
            let mut heard = VecDeque::new();
            for chunk in &chunks {
                ssi.push(chunk, &mut heard);
            }
            ssi.end(&mut heard);
            ssi.end(&mut heard);
            prop_assert!(!ssi.is_waiting());
            prop_assert_eq!(ssi.buffer.capacity(), PACKET_BYTES_MAX);
            prop_assert_eq!(ssi.parts.capacity(), 1 + PAYLOAD_BYTES_MAX);
        }

        #[test]
        fn any_content_comes_out_as_sent(content in "[^\r\n]{1,60}") {
            let data = [b"\x1C", content.as_bytes()].concat();
            prop_assert_eq!(hear(Ssi::default, &sent(0xF3, 0, &data)), [ACK.to_owned(), format!("]Q1{content}")]);
        }
    }
}
