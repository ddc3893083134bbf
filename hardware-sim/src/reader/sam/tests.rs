#![allow(clippy::unwrap_used)]
use super::*;
use crate::reader::frame::take_request;

/// Requests by hand: what follows the preamble, checksum included.
const RESET: &[u8] = &[0x00, 0x03, 0x10, 0xFF, 0xEC];
const STATUS: &[u8] = &[0x00, 0x03, 0x11, 0xFF, 0xED];
const NUMBER: &[u8] = &[0x00, 0x03, 0x12, 0xFF, 0xEE];
const FIND: &[u8] = &[0x00, 0x03, 0x20, 0x01, 0x22];
const SELECT: &[u8] = &[0x00, 0x03, 0x20, 0x02, 0x21];
const READ: &[u8] = &[0x00, 0x03, 0x30, 0x01, 0x32];
const READ_ALL: &[u8] = &[0x00, 0x03, 0x30, 0x10, 0x23];
const ADDRESS: &[u8] = &[0x00, 0x03, 0x30, 0x03, 0x30];
const MANAGEMENT: &[u8] = &[0x00, 0x03, 0x30, 0x05, 0x36];
const FRAME_SIZE: &[u8] = &[0x00, 0x04, 0x61, 0xFF, 0x50, 0xCA];

fn ask(sam: &mut Sam, counted: &[u8]) -> Vec<u8> {
    let mut received = [&[0xAA, 0xAA, 0xAA, 0x96, 0x69], counted].concat();
    let request = take_request(&mut received).unwrap();
    sam.answer(&request).bytes
}

/// SW3 of the answer.
fn status(sam: &mut Sam, counted: &[u8]) -> u8 {
    ask(sam, counted)[9]
}

fn with_card(key: &str) -> Sam {
    let resident = crate::residents::library().iter().find(|r| r.key == key).unwrap();
    let mut sam = Sam::default();
    sam.place(Card::of(resident));
    sam
}

#[test]
fn questions_without_a_card() {
    let mut sam = Sam::default();
    let ok = [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x04, 0x00, 0x00, 0x90, 0x94];
    for request in [RESET, STATUS, FRAME_SIZE] {
        assert_eq!(ask(&mut sam, request), ok);
    }
    let number = ask(&mut sam, NUMBER);
    assert_eq!(number[5..10], [0x00, 0x14, 0x00, 0x00, 0x90]);
    assert_eq!(number[10..26], SAM_NUMBER);
    assert_eq!(ask(&mut sam, FIND)[5..], [0x00, 0x04, 0x00, 0x00, 0x80, 0x84]);
    assert_eq!(ask(&mut sam, SELECT)[5..], [0x00, 0x04, 0x00, 0x00, 0x81, 0x85]);
    assert_eq!(ask(&mut sam, READ)[5..], [0x00, 0x04, 0x00, 0x00, 0x41, 0x45]);
}

#[test]
fn a_card_is_found_selected_and_read() {
    let mut sam = with_card("alice");
    let found = [0x00, 0x08, 0x00, 0x00, 0x9F, 0, 0, 0, 0, 0x97];
    assert_eq!(ask(&mut sam, FIND)[5..], found);
    let selected = [0x00, 0x0C, 0x00, 0x00, 0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0x9C];
    assert_eq!(ask(&mut sam, SELECT)[5..], selected);
    let read = ask(&mut sam, READ);
    assert_eq!(read.len(), 1295);
    assert_eq!(read[5..14], [0x05, 0x08, 0x00, 0x00, 0x90, 0x01, 0x00, 0x04, 0x00]);
    assert_eq!(read[14..16], [0x8B, 0x73]);
    assert_eq!(read[5..].iter().fold(0, |sum, byte| sum ^ byte), 0);
    assert_eq!(ask(&mut sam, READ_ALL).len(), 2321);
    assert_eq!(ask(&mut sam, MANAGEMENT)[5..10], [0x00, 0x20, 0x00, 0x00, 0x90]);
}

#[test]
fn the_order_is_mandatory() {
    let mut sam = with_card("alice");
    assert_eq!(status(&mut sam, SELECT), 0x81);
    assert_eq!(status(&mut sam, READ), 0x41);
    assert_eq!(status(&mut sam, FIND), 0x9F);
    assert_eq!(status(&mut sam, READ), 0x41);
    assert_eq!(status(&mut sam, SELECT), 0x90);
    assert_eq!(status(&mut sam, SELECT), 0x81);
}

#[test]
fn a_card_that_was_read_is_found_again_only_after_it_was_lifted_or_the_sam_reset() {
    let mut sam = with_card("alice");
    for request in [FIND, SELECT, READ] {
        ask(&mut sam, request);
    }
    assert_eq!(status(&mut sam, FIND), 0x80);
    assert_eq!(status(&mut sam, ADDRESS), 0x91);
    assert_eq!(status(&mut sam, RESET), 0x90);
    assert_eq!(status(&mut sam, FIND), 0x9F);
    sam.lift();
    assert_eq!(status(&mut sam, FIND), 0x80);
}

#[test]
fn a_card_is_lifted_at_its_reading_and_not_before() {
    let mut sam = with_card("alice");
    sam.set_fault(Some(Fault::Lifted));
    assert_eq!([FIND, SELECT, READ].map(|request| status(&mut sam, request)), [0x9F, 0x90, 0x41]);
    assert_eq!((sam.card(), sam.fault()), (None, None));
}

#[test]
fn an_appended_address_is_given() {
    let mut sam = with_card("bob");
    for request in [FIND, SELECT, READ] {
        ask(&mut sam, request);
    }
    let address = ask(&mut sam, ADDRESS);
    assert_eq!(address[5..10], [0x00, 0x4A, 0x00, 0x00, 0x90]);
    assert_eq!(address.len(), 7 + 74);
    // 黑 U+9ED1
    assert_eq!(address[10..12], [0xD1, 0x9E]);
}

#[test]
fn bad_requests_are_told_apart() {
    let mut sam = Sam::default();
    assert_eq!(status(&mut sam, &[0x00, 0x03, 0x20, 0x01, 0x23]), 0x10);
    assert_eq!(status(&mut sam, &[0x00, 0x04, 0x20, 0x01, 0x00, 0x25]), 0x11);
    assert_eq!(status(&mut sam, &[0x00, 0x00]), 0x11);
    assert_eq!(status(&mut sam, &[0x00, 0x03, 0x20, 0x07, 0x24]), 0x21);
    assert_eq!(status(&mut sam, &[0x00, 0x03, 0x60, 0x05, 0x66]), 0x21);
}

#[test]
fn every_line_rate_is_answered() {
    for (n, baud) in (0..).zip(BAUDS) {
        let request = Request::Command { command: 0x60, parameter: n, data: Vec::new() };
        let answer = Sam::default().answer(&request);
        assert_eq!(answer.then_baud, Some(baud));
        assert_eq!(answer.bytes[9], 0x90);
    }
}

#[test]
fn each_fault_spoils_one_answer() {
    let right = ask(&mut Sam::default(), STATUS);
    let spoilt = |fault| {
        let mut sam = Sam::default();
        sam.set_fault(Some(fault));
        let bytes = ask(&mut sam, STATUS);
        assert_eq!(ask(&mut sam, STATUS), right, "{fault:?} lasts");
        bytes
    };
    let garbage = spoilt(Fault::Garbage);
    assert!(garbage.len() > right.len() && garbage.ends_with(&right));
    assert_eq!(spoilt(Fault::Torn), right[..5]);
    assert!(spoilt(Fault::Silent).is_empty());
    assert_eq!(spoilt(Fault::Checksum)[10], 0x95);
    assert_eq!(spoilt(Fault::Status(0x66))[5..], [0x00, 0x04, 0x00, 0x00, 0x66, 0x62]);
}

#[test]
fn slow_lengthens_one_think_time() {
    let mut sam = Sam::default();
    sam.set_fault(Some(Fault::Slow));
    assert_eq!(sam.think(&Request::BadChecksum), THINK_SAM + THINK_SLOW_EXTRA);
    assert_eq!(sam.think(&Request::BadChecksum), THINK_SAM);
}

proptest::proptest! {
    #[test]
    fn no_bytes_upset_the_sam(bytes: Vec<u8>, framed: bool, lengthy: u8) {
        let mut received = if framed { vec![0xAA, 0xAA, 0xAA, 0x96, 0x69, 0, lengthy] } else { Vec::new() };
        received.extend(bytes);
        let mut sam = with_card("alice");
        while let Some(request) = take_request(&mut received) {
            sam.think(&request);
            let answer = sam.answer(&request);
            proptest::prop_assert!(answer.bytes.len() >= 11);
        }
    }
}
