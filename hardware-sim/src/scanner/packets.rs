//! Packets of Zebra's Simple Serial Interface, as the scanner sends and takes them.
//!
//! Length without checksum, opcode, source (00 scanner, 04 host), status, data; then the checksum, 16 bits, most
//! significant byte first: what makes the sum of all bytes before it and itself zero.

use super::code::Shown;

/// Why a packet is refused: it came disturbed, send it again.
pub(super) const RESEND: u8 = 0x01;
/// Why a packet is refused: not something this scanner does.
pub(super) const DENIED: u8 = 0x06;

/// Carries a code.
const DECODE_DATA: u8 = 0xF3;
/// Source of a packet: the scanner.
const SCANNER: u8 = 0x00;
/// Status: sent before.
const SENT_BEFORE: u8 = 0x01;
/// Status: the code goes on in the next packet.
const GOES_ON: u8 = 0x02;
/// Most bytes of data in a packet: the length has one byte and counts four more.
const DATA_BYTES_MAX: usize = 251;

/// What was found in the bytes received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packet {
    /// A packet of the host, by its opcode.
    Whole(u8),
    /// One whose checksum is wrong.
    Disturbed,
}

/// Takes the next packet out of `received`; nothing while it is incomplete.
pub(super) fn take(received: &mut Vec<u8>) -> Option<Packet> {
    let noise = received.iter().take_while(|byte| **byte < 4).count();
    received.drain(..noise);
    let whole = usize::from(*received.first()?) + 2;
    if received.len() < whole {
        return None;
    }
    let bytes: Vec<u8> = received.drain(..whole).collect();
    let (counted, checksum) = bytes.split_at(whole - 2);
    Some(if sum(counted) == checksum { Packet::Whole(counted[1]) } else { Packet::Disturbed })
}

/// Mends the checksums of code packets that were changed and right before; `masked` is as long as `original`.
pub(crate) fn mend(original: &[u8], masked: &mut [u8]) {
    let mut at = 0;
    while let Some(&[length, opcode, source]) = original.get(at..).and_then(<[u8]>::first_chunk) {
        let end = at + usize::from(length);
        let is_code = (opcode, source) == (DECODE_DATA, SCANNER)
            && original.get(end..end + 2).is_some_and(|checksum| sum(&original[at..end]) == checksum);
        if is_code {
            let mended = sum(&masked[at..end]);
            masked[end..end + 2].copy_from_slice(&mended);
        }
        at = if is_code { end + 2 } else { at + 1 };
    }
}

/// The packets of a code: its kind, then the content.
pub(super) fn of_code(shown: &Shown) -> Vec<Vec<u8>> {
    let data = [&[shown.symbology.zebra()], shown.content.as_slice()].concat();
    let pieces: Vec<&[u8]> = data.chunks(DATA_BYTES_MAX).collect();
    let last = pieces.len() - 1;
    let status = |number| if number == last { 0 } else { GOES_ON };
    pieces.iter().enumerate().map(|(number, piece)| packet(DECODE_DATA, status(number), piece)).collect()
}

/// The same packet, marked as sent before.
pub(super) fn again(packet: &[u8]) -> Vec<u8> {
    let mut counted = packet[..packet.len() - 2].to_vec();
    counted[3] |= SENT_BEFORE;
    with_sum(counted)
}

pub(super) fn acknowledge() -> Vec<u8> {
    packet(0xD0, 0, &[])
}

pub(super) fn refuse(why: u8) -> Vec<u8> {
    packet(0xD1, 0, &[why])
}

fn packet(opcode: u8, status: u8, data: &[u8]) -> Vec<u8> {
    let length = u8::try_from(data.len() + 4).unwrap_or(u8::MAX);
    with_sum([&[length, opcode, SCANNER, status], data].concat())
}

fn with_sum(mut counted: Vec<u8>) -> Vec<u8> {
    counted.extend(sum(&counted));
    counted
}

fn sum(counted: &[u8]) -> [u8; 2] {
    let total: u32 = counted.iter().map(|byte| u32::from(*byte)).sum();
    let [.., high, low] = (!total).wrapping_add(1).to_be_bytes();
    [high, low]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn qr(content: &[u8]) -> Vec<Vec<u8>> {
        of_code(&Shown { content: content.to_vec(), symbology: "Q1".parse().unwrap() })
    }

    #[test]
    fn a_code_is_one_packet_with_its_kind() {
        // 06 + F3 + 00 + 00 + 1C + 61 = 176.
        assert_eq!(qr(b"a"), [[0x06, 0xF3, 0x00, 0x00, 0x1C, 0x61, 0xFE, 0x8A]]);
        // One more for the status.
        assert_eq!(again(&qr(b"a")[0]), [0x06, 0xF3, 0x00, 0x01, 0x1C, 0x61, 0xFE, 0x89]);
    }

    #[test]
    fn a_long_code_goes_on_in_further_packets() {
        let packets = qr(&[b'7'; 600]);
        assert_eq!(packets.iter().map(|packet| packet[3]).collect::<Vec<_>>(), [0x02, 0x02, 0x00]);
        assert_eq!(packets.iter().map(|packet| packet.len() - 6).sum::<usize>(), 601);
    }

    #[test]
    fn a_changed_code_gets_its_checksum_and_a_wrong_one_stays_wrong() {
        let original = [b"\r".as_slice(), &qr(b"abc")[0], &qr(b"abd")[0][..9], &[0, 0]].concat();
        let mut masked = original.clone();
        masked[6] = b'x';
        mend(&original, &mut masked);
        assert_eq!(masked[1..11], qr(b"xbc")[0]);
        assert_eq!(masked[11..], original[11..]);
    }

    #[test]
    fn the_hosts_packets_are_taken_one_by_one() {
        let mut received = vec![0x00, 0x04, 0xD0, 0x04, 0x00, 0xFF, 0x28, 0x05, 0xD1, 0x04, 0x00, 0x01, 0xFF];
        assert_eq!(take(&mut received), Some(Packet::Whole(0xD0)));
        assert_eq!(take(&mut received), None);
        received.push(0x25);
        assert_eq!(take(&mut received), Some(Packet::Whole(0xD1)));
    }
}
