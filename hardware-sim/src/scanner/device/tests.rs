#![allow(clippy::unwrap_used)]
use super::*;

const START: Duration = Duration::from_secs(1);
const PULL: &[u8] = b"\x7E\x010000#SCNTRG1;\x03";
const RELEASE: &[u8] = b"\x7E\x010000#SCNTRG0;\x03";
const ANSWER_BYTES: usize = 17;
const SSI_PULL: [u8; 6] = [0x04, 0xE4, 0x04, 0x00, 0xFF, 0x14];
const SSI_ACK: [u8; 6] = [0x04, 0xD0, 0x04, 0x00, 0xFF, 0x28];
const SSI_NAK: [u8; 7] = [0x05, 0xD1, 0x04, 0x00, 0x01, 0xFF, 0x25];

fn qr(content: &[u8]) -> Option<Shown> {
    Some(Shown { content: content.to_vec(), symbology: "Q1".parse().unwrap() })
}

/// What it says up to `until`, answers to orders left out.
fn says(scanner: &mut Scanner, until: Duration) -> Vec<Vec<u8>> {
    while let Some(due) = scanner.due().filter(|due| *due <= until) {
        scanner.advance(due);
    }
    let is_answer = |bytes: &[u8]| bytes.starts_with(b"\x02\x01") || bytes.get(1) == Some(&0xD0);
    let said = std::iter::from_fn(|| Peripheral::say(scanner)).map(|said| said.bytes);
    said.filter(|bytes| !is_answer(bytes)).collect()
}

#[test]
fn it_reads_when_it_is_told_and_a_code_is_there_and_then_stops() {
    let mut scanner = Scanner::new(Dialect::Newland);
    scanner.show(START, qr(b"abc"));
    assert!(says(&mut scanner, START * 2).is_empty());
    scanner.hear(START * 2, PULL);
    let reads = START * 2 + THINK_ORDER + wire_time(ANSWER_BYTES, 115_200) + THINK_DECODE;
    assert_eq!(scanner.due(), Some(reads));
    assert!(scanner.is_lit());
    assert_eq!(says(&mut scanner, START * 3), [b"abc\r"]);
    assert!(!scanner.is_lit());
    assert_eq!(scanner.codes(), 1);
}

#[test]
fn a_code_shown_to_a_looking_scanner_is_read_and_a_released_one_reads_nothing() {
    let mut scanner = Scanner::new(Dialect::Honeywell);
    scanner.hear(START, b"\x16T\x0D");
    scanner.show(START * 2, qr(b"abc"));
    assert_eq!(says(&mut scanner, START * 3), [b"abc\r"]);
    scanner.hear(START * 4, b"\x16T\x0D");
    scanner.hear(START * 4, b"\x16U\x0D");
    assert!(says(&mut scanner, START * 6).is_empty() && !scanner.is_lit());
}

#[test]
fn it_gives_up_looking_by_itself() {
    let mut scanner = Scanner::new(Dialect::Newland);
    scanner.hear(START, PULL);
    assert!(says(&mut scanner, START + LOOK_TIME * 2).is_empty() && !scanner.is_lit());
}

#[test]
fn orders_in_haste_are_lost() {
    let mut scanner = Scanner::new(Dialect::Newland);
    scanner.hear(START, PULL);
    scanner.hear(START + SCANNER_ORDER_GAP / 2, RELEASE);
    assert!(scanner.is_lit());
    scanner.hear(START + SCANNER_ORDER_GAP * 2, RELEASE);
    assert!(!scanner.is_lit());
}

#[test]
fn a_plain_one_says_what_it_sees_again_and_again() {
    let mut scanner = Scanner::new(Dialect::Plain);
    scanner.show(START, qr(b"abc"));
    assert_eq!(says(&mut scanner, START * 2 + THINK_DECODE), [b"abc\r"; 2]);
    scanner.show(START * 3, None);
    assert!(says(&mut scanner, START * 9).is_empty());
}

#[test]
fn packets_wait_for_their_acknowledgement() {
    let mut scanner = Scanner::new(Dialect::Ssi);
    scanner.show(START, qr(&[b'7'; 300]));
    scanner.hear(START, &SSI_PULL);
    assert_eq!(says(&mut scanner, START * 2)[0][3], 0x02);
    scanner.hear(START * 2, &SSI_NAK);
    assert_eq!(says(&mut scanner, START * 2)[0][3], 0x03);
    scanner.hear(START * 2, &SSI_ACK);
    assert_eq!(says(&mut scanner, START * 2)[0][3], 0x00);
    scanner.hear(START * 2, &SSI_ACK);
    assert!(says(&mut scanner, START * 9).is_empty());
}

#[test]
fn a_packet_nobody_acknowledges_is_given_up() {
    let mut scanner = Scanner::new(Dialect::Ssi);
    scanner.show(START, qr(b"abc"));
    scanner.hear(START, &SSI_PULL);
    assert_eq!(says(&mut scanner, START * 60).len(), PACKET_TRIES as usize);
}

#[test]
fn each_fault_spoils_one_code_and_silence_lasts() {
    let spoilt = |fault| {
        let mut scanner = Scanner::new(Dialect::Honeywell);
        scanner.show(START, qr(b"abc"));
        scanner.set_fault(Some(fault));
        scanner.hear(START, b"\x16T\x0D");
        says(&mut scanner, START * 4)
    };
    assert_eq!(spoilt(Fault::Torn), [b"ab"]);
    assert!(spoilt(Fault::Garbage)[0].ends_with(b"abc\r"));
    assert_eq!(spoilt(Fault::Oversize)[0].len(), OVERSIZE_BYTES + 1);
    assert_eq!(spoilt(Fault::Slow), [b"abc\r"]);
    assert!(spoilt(Fault::Silent).is_empty());
}

#[test]
fn without_power_the_light_and_what_was_to_be_said_are_gone() {
    let mut scanner = Scanner::new(Dialect::Plain);
    scanner.show(START, qr(b"abc"));
    scanner.power_cycle();
    assert!(says(&mut scanner, START * 9).is_empty());
    scanner.power_on(START * 9);
    assert_eq!(says(&mut scanner, START * 9 + THINK_DECODE), [b"abc\r"]);
}

proptest::proptest! {
    #[test]
    fn no_bytes_upset_it(bytes: Vec<u8>, which in 0_usize..4) {
        use clap::ValueEnum;
        let mut scanner = Scanner::new(Dialect::value_variants()[which]);
        scanner.show(START, qr(b"abc"));
        scanner.hear(START, &bytes);
        says(&mut scanner, START * 20);
    }
}
