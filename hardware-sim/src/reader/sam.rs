//! The SAM: what it answers to each request, given the card on it. Interface of GA/T 467.
//!
//! The order find, select, read is mandatory, and a card that was read must be lifted before it is found again.

use std::time::Duration;

use super::card::Card;
use super::frame::{Request, reply};
use crate::limits::{THINK_FIND, THINK_ITEM, THINK_READ, THINK_SAM, THINK_SELECT, THINK_SLOW_EXTRA};

/// Line rates of command 60 0n, in the order of n.
pub const BAUDS: [u32; 5] = [115_200, 57_600, 38_400, 19_200, 9_600];

const OK: u8 = 0x90;
const FOUND: u8 = 0x9F;
const NO_CONTENT: u8 = 0x91;
const BAD_CHECKSUM: u8 = 0x10;
const BAD_LENGTH: u8 = 0x11;
const BAD_COMMAND: u8 = 0x21;
const READ_FAILED: u8 = 0x41;
const NO_CARD: u8 = 0x80;
const SELECT_FAILED: u8 = 0x81;

/// Management number of this SAM, as five little-endian numbers: 05.01-20240101-0000000001-0000000002.
const SAM_NUMBER: [u8; 16] = [5, 0, 1, 0, 0xE5, 0xD6, 0x34, 0x01, 1, 0, 0, 0, 2, 0, 0, 0];

/// What goes wrong with the next answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Noise stands before the frame, ending in bytes that look like a preamble.
    Garbage,
    /// Half the frame comes, then silence.
    Torn,
    /// Nothing comes.
    Silent,
    /// It comes late.
    Slow,
    /// The checksum is wrong.
    Checksum,
    /// The command is refused with this SW3.
    Status(u8),
}

/// One answer on the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Empty where the reader stays silent.
    pub bytes: Vec<u8>,
    /// The line rate to use after this answer is out, where it changes.
    pub then_baud: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Placed,
    Found,
    Selected,
    Read,
}

/// The state of the SAM and the card in its field.
#[derive(Clone, Debug, Default)]
pub struct Sam {
    field: Option<(Card, Phase)>,
    fault: Option<Fault>,
}

impl Sam {
    /// Puts a card into the field, instead of one that lies there.
    pub fn place(&mut self, card: Card) {
        self.field = Some((card, Phase::Placed));
    }

    /// Takes the card away.
    pub fn lift(&mut self) {
        self.field = None;
    }

    /// The card in the field.
    pub fn card(&self) -> Option<&Card> {
        self.field.as_ref().map(|(card, _)| card)
    }

    /// Spoils the next answer; `None` takes that back.
    pub fn set_fault(&mut self, fault: Option<Fault>) {
        self.fault = fault;
    }

    /// The fault that waits for the next answer.
    pub fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// Forgets what power held: the card must be found again.
    pub fn reset(&mut self) {
        if let Some((_, phase)) = &mut self.field {
            *phase = Phase::Placed;
        }
    }

    /// How long the SAM thinks before it answers `request`. Uses up the fault `slow`.
    pub fn think(&mut self, request: &Request) -> Duration {
        let usual = think(request);
        if self.fault == Some(Fault::Slow) {
            self.fault = None;
            return usual + THINK_SLOW_EXTRA;
        }
        usual
    }

    /// Does what `request` asks and answers it. Uses up any other fault.
    pub fn answer(&mut self, request: &Request) -> Answer {
        if let Some(Fault::Status(status)) = self.fault {
            self.fault = None;
            return Answer { bytes: reply(status, &[]), then_baud: None };
        }
        let (status, data) = self.perform(request);
        let bytes = self.spoil(reply(status, &data));
        Answer { bytes, then_baud: new_baud(request) }
    }

    fn perform(&mut self, request: &Request) -> (u8, Vec<u8>) {
        let (command, parameter, data) = match request {
            Request::BadChecksum => return (BAD_CHECKSUM, Vec::new()),
            Request::BadLength => return (BAD_LENGTH, Vec::new()),
            Request::Command { command, parameter, data } => (*command, *parameter, data),
        };
        match data_bytes(command, parameter) {
            None => (BAD_COMMAND, Vec::new()),
            Some(count) if count != data.len() => (BAD_LENGTH, Vec::new()),
            Some(_) => self.command(command, parameter),
        }
    }

    fn command(&mut self, command: u8, parameter: u8) -> (u8, Vec<u8>) {
        match (command, parameter) {
            (0x10, _) => {
                self.reset();
                (OK, Vec::new())
            }
            (0x12, _) => (OK, SAM_NUMBER.to_vec()),
            (0x20, 0x01) => self.find(),
            (0x20, 0x02) => self.select(),
            (0x30, item) => self.read(item),
            _ => (OK, Vec::new()),
        }
    }

    fn find(&mut self) -> (u8, Vec<u8>) {
        match &mut self.field {
            None | Some((_, Phase::Read)) => (NO_CARD, Vec::new()),
            Some((_, phase)) => {
                *phase = Phase::Found;
                (FOUND, vec![0; 4])
            }
        }
    }

    fn select(&mut self) -> (u8, Vec<u8>) {
        match &mut self.field {
            Some((_, phase @ Phase::Found)) => {
                *phase = Phase::Selected;
                (OK, vec![0; 8])
            }
            None | Some(_) => (SELECT_FAILED, Vec::new()),
        }
    }

    fn read(&mut self, item: u8) -> (u8, Vec<u8>) {
        let Some((card, phase @ (Phase::Selected | Phase::Read))) = &mut self.field else {
            return (READ_FAILED, Vec::new());
        };
        *phase = Phase::Read;
        match item {
            0x01 => (OK, card.text_and_photo()),
            0x10 => (OK, card.text_photo_and_fingerprints()),
            0x05 => (OK, card.management_number().to_vec()),
            _ => match card.newest_address() {
                Some(address) => (OK, address.to_vec()),
                None => (NO_CONTENT, Vec::new()),
            },
        }
    }

    fn spoil(&mut self, frame: Vec<u8>) -> Vec<u8> {
        match self.fault.take() {
            Some(Fault::Garbage) => [NOISE.as_slice(), &frame].concat(),
            Some(Fault::Torn) => frame[..frame.len() / 2].to_vec(),
            Some(Fault::Silent) => Vec::new(),
            Some(Fault::Checksum) => {
                let mut frame = frame;
                frame.iter_mut().next_back().into_iter().for_each(|byte| *byte ^= 0x01);
                frame
            }
            None | Some(Fault::Slow | Fault::Status(_)) => frame,
        }
    }
}

/// Noise of the fault `garbage`: ends with the beginning of a preamble, so that two follow each other closely.
const NOISE: [u8; 16] =
    [0x00, 0xFF, 0x7E, 0x31, 0xAA, 0x96, 0x69, 0x00, 0x04, 0xC3, 0x5A, 0xAA, 0xAA, 0xAA, 0x96, 0xAA];

fn think(request: &Request) -> Duration {
    let Request::Command { command, parameter, .. } = request else {
        return THINK_SAM;
    };
    match (command, parameter) {
        (0x20, 0x01) => THINK_FIND,
        (0x20, 0x02) => THINK_SELECT,
        (0x30, 0x01 | 0x10) => THINK_READ,
        (0x30, _) => THINK_ITEM,
        _ => THINK_SAM,
    }
}

/// How many bytes of data a known command carries; nothing for an unknown one.
fn data_bytes(command: u8, parameter: u8) -> Option<usize> {
    match (command, parameter) {
        (0x10..=0x12, 0xFF) | (0x20, 0x01 | 0x02) | (0x30, 0x01 | 0x03 | 0x05 | 0x10) => Some(0),
        (0x60, n) if usize::from(n) < BAUDS.len() => Some(0),
        (0x61, 0xFF) => Some(1),
        _ => None,
    }
}

fn new_baud(request: &Request) -> Option<u32> {
    match request {
        Request::Command { command: 0x60, parameter, data } if data.is_empty() => {
            BAUDS.get(usize::from(*parameter)).copied()
        }
        Request::Command { .. } | Request::BadChecksum | Request::BadLength => None,
    }
}

#[cfg(test)]
mod tests {
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
}
