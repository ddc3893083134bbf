//! A social security card: files of records, and who may read them. LD/T 32.

use encoding_rs::GB18030;

use super::apdu::{
    BLOCKED, Command, DEACTIVATED, LOCKED, NO_FILE, NO_RECORD, OK, Outcome, UNKNOWN_INSTRUCTION,
    WRONG_LENGTH, WRONG_PARAMETERS, status,
};
use super::library::{SocialSpec, packed};
use crate::residents::Resident;

/// `sx1.sh.社会保障` in GBK.
const NAME: &[u8] = b"sx1.sh.\xC9\xE7\xBB\xE1\xB1\xA3\xD5\xCF";
/// Wrong PINs in a row that block it.
pub const TRIES: u8 = 3;

const CARD_FILE: [u8; 2] = [0xEF, 0x05];
const HOLDER_FILE: [u8; 2] = [0xEF, 0x06];
/// Identification and number of the card in its file.
const IDENTIFICATION: u8 = 0x01;
const NUMBER: u8 = 0x07;
/// At the end of the identification: the card's own number.
const OWN_BYTES: usize = 7;
/// Days of validity in the card's file.
const DAYS: [u8; 2] = [0x05, 0x06];

/// A social security card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocialCard {
    card_file: Vec<(u8, Vec<u8>)>,
    holder_file: Vec<(u8, Vec<u8>)>,
    is_third: bool,
    behind_pin: bool,
    pin: Vec<u8>,
    tries_left: u8,
    is_selected: bool,
    file: [u8; 2],
    is_proven: bool,
}

impl SocialCard {
    /// The card of a resident.
    pub fn of(spec: &SocialSpec, resident: &Resident) -> SocialCard {
        SocialCard {
            card_file: card_file(spec),
            holder_file: holder_file(spec, resident),
            is_third: spec.version.starts_with('3'),
            behind_pin: spec.behind_pin,
            pin: packed(&spec.pin),
            tries_left: TRIES,
            is_selected: false,
            file: [0; 2],
            is_proven: false,
        }
    }

    /// What tells it from all others: its number, and the same within its identification.
    pub(crate) fn numbers(&self) -> Vec<Vec<u8>> {
        let value =
            |wanted| self.card_file.iter().find(|(id, _)| *id == wanted).map(|(_, value)| value.clone());
        let identification = value(IDENTIFICATION).map(|bytes| bytes[bytes.len() - OWN_BYTES..].to_vec());
        [value(NUMBER), identification].into_iter().flatten().collect()
    }

    /// Wrong PINs that are still allowed.
    pub fn tries_left(&self) -> u8 {
        self.tries_left
    }

    /// Forgets what power held.
    pub fn reset(&mut self) {
        (self.is_selected, self.is_proven, self.file) = (false, false, [0; 2]);
    }

    /// Does what a command asks for.
    pub fn perform(&mut self, command: &Command, is_blocked: bool) -> Outcome {
        match command.what {
            [0x00, 0xA4] if command.p1 == 0x04 => self.select_name(&command.data, is_blocked),
            [0x00, 0xA4] => self.select_file(command),
            [0x00, 0xB2] => self.read_record(command),
            [0x00, 0x20] => self.verify(command),
            _ => status(UNKNOWN_INSTRUCTION),
        }
    }

    fn select_name(&mut self, name: &[u8], is_blocked: bool) -> Outcome {
        // What was proven stays until power goes or another application is chosen: the least careful card there is.
        self.file = [0; 2];
        if name != NAME {
            self.reset();
            return status(NO_FILE);
        }
        if is_blocked {
            return status(DEACTIVATED);
        }
        self.is_selected = true;
        // Control information: the name, and that the card calculates with SSF33 (9F0C, 86 01 01).
        let information = [&[0x84, 0x0F], NAME, &[0xA5, 0x06, 0x9F, 0x0C, 0x03, 0x86, 0x01, 0x01]].concat();
        ([&[0x6F, 0x19], information.as_slice()].concat(), OK)
    }

    fn select_file(&mut self, command: &Command) -> Outcome {
        // Cards of the first generation know files by their identifier only, wherever they are.
        let is_old = self.card_file.iter().any(|(id, value)| *id == 0x03 && value.starts_with(b"1"));
        match <[u8; 2]>::try_from(command.data.as_slice()) {
            _ if is_old && command.p1 != 0x00 => status(WRONG_PARAMETERS),
            Ok(file @ (CARD_FILE | HOLDER_FILE)) if self.is_selected => {
                self.file = file;
                status(OK)
            }
            _ => status(NO_FILE),
        }
    }

    fn read_record(&self, command: &Command) -> Outcome {
        if command.p2 != 0x00 {
            return status(WRONG_PARAMETERS);
        }
        let records = match self.file {
            CARD_FILE => &self.card_file,
            HOLDER_FILE => &self.holder_file,
            _ => return status(NO_FILE),
        };
        if self.is_locked(command.p1) {
            return status(LOCKED);
        }
        match records.iter().find(|(id, _)| *id == command.p1) {
            Some((id, value)) => ([&[*id, value.len() as u8], value.as_slice()].concat(), OK),
            None => status(NO_RECORD),
        }
    }

    fn is_locked(&self, id: u8) -> bool {
        let is_holder = self.file == HOLDER_FILE;
        (self.is_third && (is_holder || DAYS.contains(&id)))
            || (self.behind_pin && is_holder && !self.is_proven)
    }

    fn verify(&mut self, command: &Command) -> Outcome {
        if !self.is_selected {
            return status(NO_FILE);
        }
        if command.data.is_empty() {
            return status(WRONG_LENGTH);
        }
        if self.tries_left == 0 {
            return status(BLOCKED);
        }
        if command.data == self.pin {
            (self.tries_left, self.is_proven) = (TRIES, true);
            return status(OK);
        }
        self.tries_left -= 1;
        status(0x63C0 | u16::from(self.tries_left))
    }
}

fn card_file(spec: &SocialSpec) -> Vec<(u8, Vec<u8>)> {
    // Region, the registered provider D156000005, a version, and a number of the card.
    let identification = format!("{}D15600000501{:0>14}", spec.region, &spec.number[1..]);
    vec![
        (0x01, packed(&identification)),
        (0x02, b"2".to_vec()),
        (0x03, spec.version.clone().into_bytes()),
        (0x04, packed("911560000023020000000001")),
        (0x05, day(&spec.issued)),
        (0x06, day(&spec.expires)),
        (0x07, spec.number.clone().into_bytes()),
    ]
}

fn holder_file(spec: &SocialSpec, resident: &Resident) -> Vec<(u8, Vec<u8>)> {
    let name = GB18030.encode(&resident.name).0.into_owned();
    let (start, rest) = name.split_at(name.len().min(30));
    let mut records = vec![
        (0x08, resident.number.clone().into_bytes()),
        (0x09, filled(start, 30)),
        (0x0A, resident.sex.clone().into_bytes()),
        (0x0B, packed(&resident.ethnicity)),
        (0x0C, packed(&resident.number[..6])),
        (0x0D, day(&resident.birth)),
    ];
    if !spec.version.starts_with('1') {
        records.push((0x4E, filled(rest, 20)));
    }
    records
}

fn filled(text: &[u8], bytes: usize) -> Vec<u8> {
    text.iter().copied().chain(std::iter::repeat(0)).take(bytes).collect()
}

/// Four bytes; zeroes where there is no day.
fn day(digits: &str) -> Vec<u8> {
    if digits.is_empty() { vec![0; 4] } else { packed(digits) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::library::{Card, library};
    use super::*;

    fn card(key: &str) -> SocialCard {
        let found = library(crate::residents::library()).into_iter().find(|(name, _)| name == key);
        let Some((_, Card::Social(card))) = found else { panic!("no social security card {key}") };
        *card
    }

    fn ask(card: &mut SocialCard, bytes: &[u8]) -> Outcome {
        card.perform(&Command::parse(bytes).unwrap(), false)
    }

    fn select(card: &mut SocialCard, file: u8) -> u16 {
        let name = [&[0x00, 0xA4, 0x04, 0x00, 0x0F], NAME].concat();
        assert_eq!(ask(card, &name).1, OK);
        ask(card, &[0x00, 0xA4, 0x02, 0x00, 0x02, 0xEF, file]).1
    }

    #[test]
    fn records_stand_under_their_published_identifiers() {
        let mut alice = card("alice-social");
        assert_eq!(select(&mut alice, 0x05), OK);
        assert_eq!(ask(&mut alice, &[0x00, 0xB2, 0x07, 0x00, 0x0B]), (b"\x07\x09T20000012".to_vec(), OK));
        let (identification, _) = ask(&mut alice, &[0x00, 0xB2, 0x01, 0x00, 0x12]);
        assert_eq!((identification.len(), &identification[..6]), (18, &[1, 16, 0x23, 0x02, 0x03, 0xD1][..]));
        assert_eq!(ask(&mut alice, &[0x00, 0xB2, 0x05, 0x00, 0x06]).0, [5, 4, 0x20, 0x19, 0x05, 0x06]);
        assert_eq!(select(&mut alice, 0x06), OK);
        // 王秀兰 in GBK.
        let (name, _) = ask(&mut alice, &[0x00, 0xB2, 0x09, 0x00, 0x20]);
        assert_eq!(name[..9], [9, 30, 0xCD, 0xF5, 0xD0, 0xE3, 0xC0, 0xBC, 0x00]);
        assert_eq!(ask(&mut alice, &[0x00, 0xB2, 0x4E, 0x00, 0x16]).0.len(), 22);
    }

    #[test]
    fn the_generations_differ() {
        let mut bob = card("bob-social");
        assert_eq!(select(&mut bob, 0x06), WRONG_PARAMETERS);
        assert_eq!(ask(&mut bob, &[0x00, 0xA4, 0x00, 0x00, 0x02, 0xEF, 0x06]).1, OK);
        assert_eq!(ask(&mut bob, &[0x00, 0xB2, 0x4E, 0x00, 0x16]).1, NO_RECORD);
        let mut rare = card("rare-social");
        assert_eq!(select(&mut rare, 0x05), OK);
        let read = |card: &mut SocialCard, id| ask(card, &[0x00, 0xB2, id, 0x00, 0x00]).1;
        assert_eq!([1, 3, 7, 5, 6].map(|id| read(&mut rare, id)), [OK, OK, OK, LOCKED, LOCKED]);
        assert_eq!((select(&mut rare, 0x06), read(&mut rare, 8)), (OK, LOCKED));
    }

    #[test]
    fn the_pin_opens_counts_and_blocks() {
        let mut card = card("forever-social");
        let verify = |card: &mut SocialCard, pin: [u8; 3]| {
            ask(card, &[&[0x00, 0x20, 0x00, 0x00, 0x03][..], &pin].concat()).1
        };
        let (right, wrong) = ([0x24, 0x68, 0x00], [0x11, 0x11, 0x11]);
        select(&mut card, 0x06);
        assert_eq!(ask(&mut card, &[0x00, 0xB2, 0x08, 0x00, 0x14]).1, LOCKED);
        assert_eq!((verify(&mut card, wrong), verify(&mut card, right)), (0x63C2, OK));
        assert_eq!(ask(&mut card, &[0x00, 0xB2, 0x08, 0x00, 0x14]).1, OK);
        assert_eq!([wrong; 3].map(|pin| verify(&mut card, pin)), [0x63C2, 0x63C1, 0x63C0]);
        card.reset();
        select(&mut card, 0x06);
        assert_eq!(verify(&mut card, right), BLOCKED);
    }
}
