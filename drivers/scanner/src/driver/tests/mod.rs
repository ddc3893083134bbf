//! Codes: read, refused, suppressed, forgotten.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod any;
mod device;

use kiosk_drivers_api::AimId;
use secrecy::ExposeSecret;

use super::*;
use crate::deadlines::{IDLE_GAP, REST, SAME_CODE, TORN_GAP};
use crate::protocol::PAYLOAD_BYTES_MAX;
use crate::scripted::{ANSWERS_AFTER, Peer, READS_AFTER, packet};

const ACK: [u8; 6] = [0x04, 0xD0, 0x04, 0x00, 0xFF, 0x28];
const NAK: [u8; 7] = [0x05, 0xD1, 0x04, 0x00, 0x01, 0xFF, 0x25];
const SERIAL: [Dialect; 7] = [
    Dialect::PLAIN,
    Dialect::PLAIN_CRLF,
    Dialect::PLAIN_GAP,
    Dialect::AIM,
    Dialect::NEWLAND,
    Dialect::HONEYWELL,
    Dialect::ZEBRA_SSI,
];
const COMMANDED: [Dialect; 3] = [Dialect::NEWLAND, Dialect::HONEYWELL, Dialect::ZEBRA_SSI];

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn scanner(dialect: Dialect) -> (Scanner<SerialInput<Peer>>, Peer) {
    let peer = Peer::new(dialect);
    (Scanner::on(SerialInput(peer.clone()), dialect), peer)
}

fn scan<I: Input>(scanner: &mut Scanner<I>) -> Result<String, ScanFault> {
    scanner.scan(&Cancel::default()).map(|scan| scan.text.expose_secret().to_owned())
}

/// What a scanner of this dialect sends for a QR code.
fn wire(dialect: Dialect, content: &[u8]) -> Vec<u8> {
    match dialect.name {
        "plain-crlf" => [content, b"\r\n"].concat(),
        "plain-gap" => content.to_vec(),
        "aim" => [b"]Q1", content, b"\r"].concat(),
        "zebra-ssi" => packet(0, &[b"\x1C", content].concat()),
        _ => [content, b"\r"].concat(),
    }
}

/// Reads one code that is shown 1 s from now, or on the trigger.
fn read(dialect: Dialect, content: &[u8]) -> Result<String, ScanFault> {
    let (mut scanner, peer) = scanner(dialect);
    let bytes = wire(dialect, content);
    if dialect.pull.is_empty() {
        peer.say(ms(1_000), &bytes);
    } else {
        peer.show(&bytes);
    }
    scan(&mut scanner)
}

#[test]
fn every_dialect_reads_utf_8_and_gb_18030_and_refuses_binary() {
    for dialect in SERIAL {
        assert_eq!(read(dialect, "齐齐哈尔".as_bytes()).as_deref(), Ok("齐齐哈尔"), "{}", dialect.name);
        assert_eq!(read(dialect, b"\xC6\xEB\xB9\xFE").as_deref(), Ok("齐哈"), "{}", dialect.name);
        assert_eq!(
            read(dialect, b"\x01\x00\xFF").as_deref(),
            Err(&ScanFault::Unreadable),
            "{}",
            dialect.name
        );
    }
}

#[test]
fn the_raw_content_and_the_kind_of_code_come_along() {
    for dialect in [Dialect::AIM, Dialect::ZEBRA_SSI] {
        let (mut scanner, peer) = scanner(dialect);
        peer.say(ms(50), &wire(dialect, b"\xC6\xEB"));
        let scan = scanner.scan(&Cancel::default()).unwrap();
        assert_eq!(scan.symbology, Some(AimId { family: b'Q', modifier: b'1' }));
        assert_eq!(scan.raw.as_slice(), b"\xC6\xEB");
    }
}

#[test]
fn the_trigger_is_pulled_and_released_around_a_code() {
    for dialect in COMMANDED {
        let (mut scanner, peer) = scanner(dialect);
        peer.show(&wire(dialect, b"abc"));
        assert_eq!(scan(&mut scanner).as_deref(), Ok("abc"));
        let sent = peer.state().sent.clone();
        assert_eq!(sent.first().map(Vec::as_slice), Some(dialect.pull));
        assert_eq!(sent.last().map(Vec::as_slice), Some(dialect.release));
        let tail = if dialect.has_answers { ANSWERS_AFTER } else { REST };
        assert_eq!(peer.state().now, READS_AFTER + tail, "{}", dialect.name);
    }
}

#[test]
fn silence_ends_a_code_without_a_suffix() {
    let (mut scanner, peer) = scanner(Dialect::PLAIN_GAP);
    peer.say(ms(10), b"two\r\n");
    peer.say(ms(40), b"lines");
    assert_eq!(scan(&mut scanner).as_deref(), Ok("two\r\nlines"));
    assert_eq!(peer.state().now, ms(40) + IDLE_GAP);
}

#[test]
fn a_line_end_inside_a_code_never_makes_it_a_shorter_one() {
    for dialect in [Dialect::PLAIN, Dialect::NEWLAND, Dialect::HONEYWELL] {
        assert_eq!(read(dialect, b"short\rlong"), Err(ScanFault::Garbled), "{}", dialect.name);
    }
    let (mut scanner, peer) = scanner(Dialect::PLAIN);
    peer.say(ms(100), b"short\r");
    peer.say(ms(115), b"long\r");
    assert_eq!(scan(&mut scanner), Err(ScanFault::Garbled));
}

#[test]
fn a_code_that_lies_there_is_taken_once() {
    for dialect in COMMANDED {
        let (mut scanner, peer) = scanner(dialect);
        peer.show(&wire(dialect, b"one"));
        assert_eq!(scan(&mut scanner).as_deref(), Ok("one"));
        assert_eq!(scan(&mut scanner), Err(ScanFault::NoCode), "{}", dialect.name);
        peer.show(&wire(dialect, b"two"));
        assert_eq!(scan(&mut scanner).as_deref(), Ok("two"));
        peer.pass(SAME_CODE);
        assert_eq!(scan(&mut scanner).as_deref(), Ok("two"), "taken away and shown again");
    }
}

#[test]
fn without_a_code_the_trigger_is_pulled_anew_and_at_last_released() {
    for dialect in COMMANDED {
        let (mut scanner, peer) = scanner(dialect);
        assert_eq!(scan(&mut scanner), Err(ScanFault::NoCode));
        assert!(peer.state().now >= SCAN && peer.state().now <= SCAN + LET_GO);
        let pulls = peer.times_sent(dialect.pull);
        assert!((8..=11).contains(&pulls), "{}: {pulls}", dialect.name);
        assert_eq!(peer.state().sent.last().map(Vec::as_slice), Some(dialect.release));
    }
}

#[test]
fn a_code_that_is_on_its_way_at_the_end_is_heard_out() {
    let (mut scanner, peer) = scanner(Dialect::PLAIN);
    peer.say(SCAN - ms(10), b"lo");
    peer.say(SCAN + ms(100), b"ng\r");
    assert_eq!(scan(&mut scanner).as_deref(), Ok("long"));
}

#[test]
fn what_was_scanned_while_nobody_asked_is_forgotten() {
    let (mut scanner, peer) = scanner(Dialect::PLAIN);
    peer.say(ms(0), b"old\rha");
    peer.say(ms(30), b"lf\r");
    peer.say(ms(500), b"new\r");
    assert_eq!(scan(&mut scanner).as_deref(), Ok("new"));
}

#[test]
fn the_rest_of_a_code_that_was_cancelled_is_no_code() {
    let (mut scanner, peer) = scanner(Dialect::PLAIN);
    let cancel = Cancel::default();
    peer.say(ms(100), b"ha");
    peer.cancel_at(ms(110), cancel.clone());
    assert_eq!(scanner.scan(&cancel).err(), Some(ScanFault::Cancelled));
    peer.say(ms(20), b"lf\r");
    peer.say(ms(500), b"new\r");
    assert_eq!(scan(&mut scanner).as_deref(), Ok("new"));
}

#[test]
fn the_rest_of_a_code_that_failed_is_no_code() {
    let (mut scanner, peer) = scanner(Dialect::PLAIN);
    peer.say(ms(100), b"one\rtwo\r");
    peer.say(ms(125), b"three\r");
    peer.say(ms(500), b"new\r");
    assert_eq!(scan(&mut scanner), Err(ScanFault::Garbled));
    assert_eq!(scan(&mut scanner).as_deref(), Ok("new"));
}

#[test]
fn a_torn_code_is_garbled_after_the_gap_and_the_next_one_is_read() {
    let (mut scanner, peer) = scanner(Dialect::NEWLAND);
    peer.show(b"ha");
    assert_eq!(scan(&mut scanner), Err(ScanFault::Garbled));
    assert_eq!(peer.state().now, READS_AFTER + TORN_GAP + ANSWERS_AFTER);
    peer.show(b"whole\r");
    assert_eq!(scan(&mut scanner).as_deref(), Ok("whole"));
}

#[test]
fn what_is_too_long_is_refused_and_forgotten() {
    for dialect in SERIAL {
        let (mut scanner, peer) = scanner(dialect);
        let long = vec![b'7'; PAYLOAD_BYTES_MAX + 1];
        let pieces = long.chunks(200).map(|piece| packet(0x02, piece));
        let packets = [pieces.collect::<Vec<_>>().concat(), packet(0, b"7")].concat();
        let is_packets = dialect == Dialect::ZEBRA_SSI;
        peer.say(ms(200), &if is_packets { packets } else { wire(dialect, &long) });
        assert_eq!(scan(&mut scanner), Err(ScanFault::Oversize), "{}", dialect.name);
        peer.say(ms(200), &wire(dialect, b"next"));
        assert_eq!(scan(&mut scanner).as_deref(), Ok("next"), "{}", dialect.name);
    }
}

#[test]
fn a_packet_with_a_wrong_checksum_is_asked_for_again() {
    let (mut scanner, peer) = scanner(Dialect::ZEBRA_SSI);
    let mut disturbed = packet(0, b"\x1Cabc");
    disturbed[6] ^= 0x01;
    peer.show(&disturbed);
    peer.answer_once(&NAK, &packet(0x01, b"\x1Cabc"));
    assert_eq!(scan(&mut scanner).as_deref(), Ok("abc"));
    let sent = peer.state().sent.clone();
    assert_eq!(sent, [Dialect::ZEBRA_SSI.pull, &NAK, &ACK, Dialect::ZEBRA_SSI.release]);
}

#[test]
fn a_torn_packet_is_asked_for_again_after_the_gap() {
    let (mut scanner, peer) = scanner(Dialect::ZEBRA_SSI);
    peer.show(&packet(0, b"\x1Cabc")[..5]);
    peer.answer_once(&NAK, &packet(0x01, b"\x1Cabc"));
    assert_eq!(scan(&mut scanner).as_deref(), Ok("abc"));
}
