//! Data of persons out of recordings: what is known of the residents is replaced by marks of the same length.
//!
//! Looked for are name, number, birth date and addresses, the latter in parts too, in UTF-16LE, GB 18030 and UTF-8 (so
//! ASCII), the birth date in packed digits as well, the card's portrait, fingerprints and management number, and the numbers of chip
//! cards. Sums over what was changed are mended. A PIN is blanked where a command carries it. A picture sent to a printer may be a
//! line with a name in it: it is blanked whole.

use std::collections::HashMap;

use super::{Recording, Way, Wire};
use crate::chip;
use crate::reader::{self, Card};
use crate::residents::Resident;
use crate::scanner;

/// Stands for every number: the example of GB 11643 itself, so that its check digit is right.
const NUMBER: &str = "11010519491231002X";
/// Stands for every birth date, as in [`NUMBER`].
const BIRTH: &str = "19491231";
/// Stands for a character: 某, somebody.
const SOMEBODY: char = '某';
/// Characters of an address that are masked although the rest of it is not there: a printer breaks lines.
const PART_CHARS: usize = 6;
/// Bytes by which a value is found; no value is shorter.
const KEY_BYTES: usize = 4;

/// Knows what to look for.
#[derive(Debug, Default)]
pub struct Masker {
    /// By their first bytes.
    values: HashMap<[u8; KEY_BYTES], Vec<Value>>,
}

#[derive(Debug)]
struct Value {
    bytes: Vec<u8>,
    mark: Vec<u8>,
}

impl Masker {
    /// Masks the data of these residents.
    pub fn of(residents: &[Resident]) -> Masker {
        let mut masker = Masker::default();
        residents.iter().for_each(|resident| masker.learn(resident));
        chip::library(residents).values().for_each(|card| masker.learn_chip(card));
        masker
    }

    /// Masks both ways of a recording; a value may be spread over several events.
    pub fn mask(&self, recording: &mut Recording) {
        let wire = recording.wire;
        for (way, _) in Way::ALL {
            let parts = recording.events.iter_mut().filter(|event| event.way == way);
            let mut parts: Vec<&mut Vec<u8>> = parts.map(|event| &mut event.bytes).collect();
            let bytes = parts.iter().flat_map(|part| part.iter().copied()).collect::<Vec<u8>>();
            let mut masked = self.masked(&bytes);
            if way == Way::ToDevice {
                blank_pictures(&mut masked);
            }
            let mut rest = masked.iter();
            parts
                .iter_mut()
                .flat_map(|part| part.iter_mut())
                .zip(&mut rest)
                .for_each(|(to, from)| *to = *from);
            if wire == Wire::PcSc {
                parts.iter_mut().for_each(|part| **part = chip::without_secret(part));
            }
        }
    }

    /// The same bytes without the values; longer values win over their parts.
    fn masked(&self, bytes: &[u8]) -> Vec<u8> {
        let starts = bytes.windows(KEY_BYTES).enumerate();
        let mut found: Vec<(usize, &Value)> = starts
            .filter_map(|(at, key)| Some((at, self.values.get(key)?)))
            .flat_map(|(at, values)| values.iter().map(move |value| (at, value)))
            .filter(|(at, value)| bytes[*at..].starts_with(&value.bytes))
            .collect();
        found.sort_by_key(|(_, value)| value.bytes.len());
        let mut masked = bytes.to_vec();
        for (at, value) in found {
            masked[at..at + value.bytes.len()].copy_from_slice(&value.mark);
        }
        reader::mend(bytes, &mut masked);
        scanner::mend(bytes, &mut masked);
        masked
    }

    fn learn(&mut self, resident: &Resident) {
        let encodings: [fn(&str) -> Vec<u8>; 3] = [utf_16, gb_18030, |text| text.as_bytes().to_vec()];
        for encode in encodings {
            self.add(encode(&resident.number), encode(NUMBER));
            self.add(encode(&resident.birth), encode(BIRTH));
            self.add_text(&resident.name, encode);
            for address in [Some(&resident.address), resident.newest_address.as_ref()].into_iter().flatten() {
                self.add_text(address, encode);
                let chars: Vec<char> = address.chars().collect();
                for part in chars.windows(PART_CHARS) {
                    self.add_text(&part.iter().collect::<String>(), encode);
                }
            }
        }
        self.add(chip::packed(&resident.birth), chip::packed(BIRTH));
        let card = Card::of(resident);
        for block in [card.photo(), card.fingerprints(), card.management_number()] {
            self.add(block.to_vec(), vec![0; block.len()]);
        }
    }

    /// Masks what a chip card alone says of its holder.
    fn learn_chip(&mut self, card: &chip::Card) {
        match card {
            chip::Card::Social(card) => {
                card.numbers().into_iter().for_each(|number| self.add(number.clone(), zeros(&number)));
            }
            // Says nothing of a person.
            chip::Card::Technician(_) => {}
            chip::Card::Bank(card) => {
                self.add(whole_bytes(card.number()), whole_bytes(&nobodys(card.number())))
            }
        }
    }

    fn add_text(&mut self, text: &str, encode: fn(&str) -> Vec<u8>) {
        let mark = text.chars().flat_map(|char| mark(char, encode)).collect();
        self.add(encode(text), mark);
    }

    fn add(&mut self, bytes: Vec<u8>, mark: Vec<u8>) {
        if let Some(key) = bytes.first_chunk::<KEY_BYTES>().filter(|_| bytes.len() == mark.len()) {
            self.values.entry(*key).or_default().push(Value { bytes, mark });
        }
    }
}

/// Digits as digits, letters as letters.
fn zeros(number: &[u8]) -> Vec<u8> {
    number.iter().map(|byte| if byte.is_ascii_alphanumeric() { b'0' } else { 0 }).collect()
}

/// As a card has them, two digits a byte; an odd one at the end shares its byte with what follows.
fn whole_bytes(digits: &str) -> Vec<u8> {
    let mut bytes = chip::packed(digits);
    bytes.truncate(digits.len() / 2);
    bytes
}

/// The prefix UnionPay uses for test cards.
const TEST_CARDS: &str = "625094";

/// Nobody's number that is as long, ends alike and has the right check digit (ISO/IEC 7812-1).
fn nobodys(number: &str) -> String {
    let last = number.chars().last().unwrap_or('0');
    let nines = "9".repeat(number.len().saturating_sub(TEST_CARDS.len() + 2));
    let all = (0..=9).map(|free| format!("{TEST_CARDS}{nines}{free}{last}"));
    all.into_iter().find(|digits| chip::luhn(digits) == 0).unwrap_or_default()
}

/// Blanks what `GS v 0` prints: 1D 76 30, mode, bytes of a row, rows, dots.
fn blank_pictures(bytes: &mut [u8]) {
    let mut at = 0;
    while let Some(&[kind, operation, form, _, x_low, x_high, y_low, y_high]) = bytes.get(at..at + 8) {
        if [kind, operation, form] != [0x1D, 0x76, 0x30] {
            at += 1;
            continue;
        }
        let row = usize::from(u16::from_le_bytes([x_low, x_high]));
        let end = (at + 8 + row * usize::from(u16::from_le_bytes([y_low, y_high]))).min(bytes.len());
        bytes[at + 8..end].fill(0);
        at = end;
    }
}

/// What stands for one character: as many bytes, readable as far as they go.
fn mark(char: char, encode: fn(&str) -> Vec<u8>) -> Vec<u8> {
    let ascii = if char.is_ascii_digit() { "0" } else { "X" };
    let length = encode(char.encode_utf8(&mut [0; 4])).len();
    let mut mark = Vec::new();
    let somebody = encode(SOMEBODY.encode_utf8(&mut [0; 4]));
    while mark.len() + somebody.len() <= length && !char.is_ascii() {
        mark.extend(&somebody);
    }
    while mark.len() < length {
        mark.extend(encode(ascii));
    }
    mark
}

fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn gb_18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use super::super::Event;
    use super::*;
    use crate::residents::library;

    #[test]
    fn pictures_are_blanked_and_what_stands_around_them_is_kept() {
        let mut bytes =
            [b"a".as_slice(), &[0x1D, 0x76, 0x30, 0, 2, 0, 2, 0, 1, 2, 3, 4], b"b\x1Dv0"].concat();
        blank_pictures(&mut bytes);
        assert_eq!(
            bytes,
            [b"a".as_slice(), &[0x1D, 0x76, 0x30, 0, 2, 0, 2, 0, 0, 0, 0, 0], b"b\x1Dv0"].concat()
        );
        let mut torn = [0x1D, 0x76, 0x30, 0, 2, 0, 2, 0, 7];
        blank_pictures(&mut torn);
        assert_eq!(torn[8], 0);
    }

    fn masked(bytes: &[u8]) -> Vec<u8> {
        Masker::of(library()).masked(bytes)
    }

    fn text(text: &str) -> String {
        String::from_utf8(masked(text.as_bytes())).unwrap()
    }

    #[test]
    fn values_become_marks_of_the_same_length() {
        let before = "姓名:王秀兰 230203198803120022;1";
        let after = text(before);
        assert_eq!(after, "姓名:某某某 11010519491231002X;1");
        assert_eq!(after.len(), before.len());
        assert_eq!(text("born 19721105"), "born 19491231");
    }

    #[test]
    fn the_part_of_an_address_on_one_line_is_masked_whole() {
        assert_eq!(text("地址 新明大街118号3单\n元"), "地址 某某某某000某0某\n元");
        assert_eq!(text("新明大街"), "新明大街");
    }

    #[test]
    fn every_value_in_every_encoding_is_gone() {
        for resident in library() {
            let values = [&resident.name, &resident.number, &resident.address, &resident.birth];
            for value in values.into_iter().chain(&resident.newest_address) {
                for encode in [utf_16, gb_18030, |text: &str| text.as_bytes().to_vec()] {
                    let bytes = [b"<".as_slice(), &encode(value), b">"].concat();
                    let masked = masked(&bytes);
                    let is_gone =
                        !masked.windows(bytes.len() - 2).any(|part| part == &bytes[1..bytes.len() - 1]);
                    assert!(is_gone && masked.len() == bytes.len(), "{value}");
                    assert_eq!((masked[0], masked[masked.len() - 1]), (b'<', b'>'), "{value}");
                }
            }
        }
    }

    #[test]
    fn what_chip_cards_say_of_their_holders_is_gone() {
        let cards = chip::library(library());
        let numbers = cards.values().flat_map(|card| match card {
            chip::Card::Social(card) => card.numbers(),
            chip::Card::Bank(card) => vec![whole_bytes(card.number())],
            chip::Card::Technician(_) => Vec::new(),
        });
        for number in numbers {
            let after = masked(&[b"<".as_slice(), &number, b">"].concat());
            assert_ne!(after[1..after.len() - 1], number, "{number:02X?}");
            assert_eq!(after.len(), number.len() + 2);
        }
        let day = [0x70, 0x19, 0x88, 0x03, 0x12];
        assert_eq!(masked(&day), [0x70, 0x19, 0x49, 0x12, 0x31], "born packed");
        assert_eq!((nobodys("6250940000000019").len(), chip::luhn(&nobodys("6250940000000019"))), (16, 0));
    }

    #[test]
    fn a_value_spread_over_events_is_masked_and_other_bytes_stay() {
        let event = |way, bytes: &str| Event { at: Duration::ZERO, way, bytes: bytes.into() };
        let mut recording = Recording {
            device: "scale".into(),
            wire: Wire::Usb,
            events: vec![
                event(Way::ToDevice, "to 2302031988"),
                event(Way::FromDevice, "seen"),
                event(Way::ToDevice, "03120022."),
            ],
        };
        Masker::of(library()).mask(&mut recording);
        let bytes = recording.events.iter().map(|event| String::from_utf8(event.bytes.clone()).unwrap());
        assert_eq!(bytes.collect::<Vec<_>>(), ["to 1101051949", "seen", "1231002X."]);
    }
}
