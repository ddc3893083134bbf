//! A bank card: directory, one application, its records. EMV Books 1 and 3, PBOC 3.0.

use super::apdu::{
    Command, DEACTIVATED, NO_FILE, NO_RECORD, NOT_NOW, OK, Outcome, UNKNOWN_INSTRUCTION, WRONG_LENGTH, status,
};
use super::library::{BankSpec, Directory, packed};

const PROXIMITY: &[u8] = b"2PAY.SYS.DDF01";
const CONTACT: &[u8] = b"1PAY.SYS.DDF01";
/// UnionPay debit.
const APPLICATION: &[u8] = &[0xA0, 0x00, 0x00, 0x03, 0x33, 0x01, 0x01, 0x01];

/// A bank card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankCard {
    number: String,
    /// YYYYMM.
    expires: String,
    directory: Directory,
    chosen: Option<Chosen>,
    has_started: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chosen {
    Directory,
    Application,
}

impl BankCard {
    /// The card as it is issued.
    pub fn of(spec: &BankSpec) -> BankCard {
        BankCard {
            number: spec.number.clone(),
            expires: spec.expires.clone(),
            directory: spec.directory,
            chosen: None,
            has_started: false,
        }
    }

    /// Its number.
    pub(crate) fn number(&self) -> &str {
        &self.number
    }

    /// Forgets what power held.
    pub fn reset(&mut self) {
        (self.chosen, self.has_started) = (None, false);
    }

    /// Does what a command asks for.
    pub fn perform(&mut self, command: &Command, is_blocked: bool) -> Outcome {
        match command.what {
            [0x00, 0xA4] if command.p1 == 0x04 => self.select(&command.data, is_blocked),
            [0x00, 0xA4] => status(NO_FILE),
            [0x80, 0xA8] => self.start(&command.data),
            [0x00, 0xB2] => self.read_record(command),
            _ => status(UNKNOWN_INSTRUCTION),
        }
    }

    fn select(&mut self, name: &[u8], is_blocked: bool) -> Outcome {
        self.reset();
        let entry = tlv(0x61, &[tlv(0x4F, APPLICATION), tlv(0x50, b"PBOC DEBIT"), tlv(0x87, &[1])].concat());
        let (chosen, proprietary) = match name {
            PROXIMITY if self.directory == Directory::Proximity => (Chosen::Directory, tlv(0xBF0C, &entry)),
            CONTACT if self.directory == Directory::Contact => (Chosen::Directory, tlv(0x88, &[1])),
            APPLICATION if is_blocked => return status(DEACTIVATED),
            APPLICATION => {
                (Chosen::Application, [tlv(0x50, b"PBOC DEBIT"), tlv(0x9F38, self.wanted_list())].concat())
            }
            _ => return status(NO_FILE),
        };
        self.chosen = Some(chosen);
        (tlv(0x6F, &[tlv(0x84, name), tlv(0xA5, &proprietary)].concat()), OK)
    }

    /// Terminal qualifiers, amount and country; nothing on cards without a directory.
    fn wanted_list(&self) -> &'static [u8] {
        match self.directory {
            Directory::Proximity | Directory::Contact => {
                &[0x9F, 0x66, 0x04, 0x9F, 0x02, 0x06, 0x9F, 0x1A, 0x02]
            }
            Directory::None => &[],
        }
    }

    fn start(&mut self, data: &[u8]) -> Outcome {
        let wanted_bytes = if self.wanted_list().is_empty() { 0 } else { 12 };
        let fits = matches!(data, [0x83, length, values @ ..]
            if usize::from(*length) == values.len() && values.len() == wanted_bytes);
        if self.chosen != Some(Chosen::Application) {
            return status(NOT_NOW);
        }
        if !fits {
            return status(WRONG_LENGTH);
        }
        // The country stands last: 0156 is China. A card with contacts wants to be in its own.
        if self.directory == Directory::Contact && !data.ends_with(&[0x01, 0x56]) {
            return status(NOT_NOW);
        }
        self.has_started = true;
        // Profile, then where the records are: file 1 record 1, file 2 records 1 and 2.
        let (profile, files) = ([0x7C, 0x00], [0x08, 1, 1, 0, 0x10, 1, 2, 1]);
        let answer = match self.directory {
            Directory::Proximity => tlv(0x77, &[tlv(0x82, &profile), tlv(0x94, &files)].concat()),
            Directory::Contact | Directory::None => tlv(0x80, &[&profile[..], &files].concat()),
        };
        (answer, OK)
    }

    fn read_record(&self, command: &Command) -> Outcome {
        let (file, record) = (command.p2 >> 3, command.p1);
        let content = match (self.chosen, file, record) {
            (Some(Chosen::Directory), 1, 1) => {
                tlv(0x61, &[tlv(0x4F, APPLICATION), tlv(0x50, b"PBOC DEBIT")].concat())
            }
            (Some(Chosen::Application), 1, 1) if self.has_started => tlv(0x5F20, b"CARDHOLDER/SYNTHETIC"),
            (Some(Chosen::Application), 2, 1) if self.has_started => tlv(0x5F24, &self.last_day()),
            (Some(Chosen::Application), 2, 2) if self.has_started => self.number_objects(),
            _ => return status(NO_RECORD),
        };
        (tlv(0x70, &content), OK)
    }

    /// The number: cards without a directory have it in their second track only.
    fn number_objects(&self) -> Vec<u8> {
        let track = format!("{}D{}2010000000000", self.number, &self.expires[2..]);
        match self.directory {
            Directory::None => tlv(0x57, &packed(&track)),
            Directory::Proximity | Directory::Contact => tlv(0x5A, &packed(&self.number)),
        }
    }

    /// YYMMDD.
    fn last_day(&self) -> Vec<u8> {
        packed(&format!("{}28", &self.expires[2..]))
    }
}

/// A data object; no content here is longer than 127 bytes.
fn tlv(tag: u16, content: &[u8]) -> Vec<u8> {
    let [high, low] = tag.to_be_bytes();
    let tag = if high == 0 { vec![low] } else { vec![high, low] };
    [&tag[..], &[content.len() as u8], content].concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::library::{Card, library};
    use super::*;

    fn card(key: &str) -> BankCard {
        let found = library(crate::residents::library()).into_iter().find(|(name, _)| name == key);
        let Some((_, Card::Bank(card))) = found else { panic!("no bank card {key}") };
        card
    }

    fn ask(card: &mut BankCard, header: [u8; 4], data: &[u8]) -> Outcome {
        let bytes = [&header[..], &[data.len() as u8], data].concat();
        card.perform(&Command::parse(&bytes).unwrap(), false)
    }

    fn select(card: &mut BankCard, name: &[u8]) -> Outcome {
        ask(card, [0x00, 0xA4, 0x04, 0x00], name)
    }

    #[test]
    fn the_directory_names_the_application() {
        let (information, _) = select(&mut card("alice-bank"), PROXIMITY);
        assert_eq!(information[..4], [0x6F, information.len() as u8 - 2, 0x84, 0x0E]);
        assert!(information.windows(8).any(|part| part == APPLICATION));
        assert_eq!(select(&mut card("alice-bank"), CONTACT).1, NO_FILE);
        assert_eq!(select(&mut card("bob-bank"), CONTACT).1, OK);
    }

    #[test]
    fn records_come_only_after_the_start() {
        let mut alice = card("alice-bank");
        select(&mut alice, APPLICATION);
        let read = |card: &mut BankCard| ask(card, [0x00, 0xB2, 2, 0x14], &[]);
        assert_eq!(read(&mut alice).1, NO_RECORD);
        let values = [&[0x83, 12][..], &[0; 12]].concat();
        assert_eq!(ask(&mut alice, [0x80, 0xA8, 0, 0], &[0x83, 0]).1, WRONG_LENGTH);
        assert_eq!(ask(&mut alice, [0x80, 0xA8, 0, 0], &values).1, OK);
        let number = [0x70, 0x0A, 0x5A, 0x08, 0x62, 0x50, 0x94, 0, 0, 0, 0, 0x19];
        assert_eq!(read(&mut alice), (number.to_vec(), OK));
    }

    #[test]
    fn a_card_with_contacts_wants_to_be_in_its_country() {
        let mut bob = card("bob-bank");
        select(&mut bob, APPLICATION);
        let start = |country: [u8; 2]| [&[0x83, 12][..], &[0; 10], &country].concat();
        assert_eq!(ask(&mut bob, [0x80, 0xA8, 0, 0], &start([0, 0])).1, NOT_NOW);
        assert_eq!(ask(&mut bob, [0x80, 0xA8, 0, 0], &start([0x01, 0x56])).1, OK);
    }

    #[test]
    fn nineteen_digits_are_filled_up() {
        assert_eq!(packed("6250940000000000016").last(), Some(&0x6F));
    }
}
