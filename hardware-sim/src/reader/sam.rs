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
    /// The card is lifted while it is read the next time.
    Lifted,
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
        if self.fault == Some(Fault::Lifted) && is_reading(request) {
            self.lift();
            self.fault = None;
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
        match self.fault.take_if(|fault| *fault != Fault::Lifted) {
            Some(Fault::Garbage) => [NOISE.as_slice(), &frame].concat(),
            Some(Fault::Torn) => frame[..frame.len() / 2].to_vec(),
            Some(Fault::Silent) => Vec::new(),
            Some(Fault::Checksum) => {
                let mut frame = frame;
                frame.iter_mut().next_back().into_iter().for_each(|byte| *byte ^= 0x01);
                frame
            }
            None | Some(Fault::Slow | Fault::Status(_) | Fault::Lifted) => frame,
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

/// Whether text and photo of the card are asked for.
fn is_reading(request: &Request) -> bool {
    matches!(request, Request::Command { command: 0x30, parameter: 0x01 | 0x10, .. })
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
mod tests;
