//! The library of synthetic chip cards, from `cards.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::apdu::{Command, Outcome};
use super::bank::BankCard;
use super::social::SocialCard;
use super::technician::TechnicianCard;
use crate::residents::Resident;

const BUILT_IN: &str = include_str!("../../cards.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    social: Vec<SocialSpec>,
    bank: Vec<BankSpec>,
    technician: Vec<TechnicianSpec>,
}

/// A social security card as it is written in the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SocialSpec {
    key: String,
    #[serde(rename = "about")]
    _about: String,
    resident: String,
    /// Version of the specification; its first character is the generation.
    pub version: String,
    /// GB/T 2260.
    pub region: String,
    /// Nine characters.
    pub number: String,
    /// YYYYMMDD.
    pub issued: String,
    /// YYYYMMDD, or nothing.
    pub expires: String,
    /// An even number of digits.
    pub pin: String,
    /// Whether the holder can be read only after the PIN.
    #[serde(default)]
    pub behind_pin: bool,
}

/// A bank card as it is written in the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankSpec {
    key: String,
    #[serde(rename = "about")]
    _about: String,
    resident: String,
    /// 16 or 19 digits.
    pub number: String,
    /// YYYYMM.
    pub expires: String,
    /// Where its application can be looked up.
    pub directory: Directory,
}

/// A technician's card as it is written in the file; it is no resident's.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TechnicianSpec {
    key: String,
    #[serde(rename = "about")]
    _about: String,
    /// What it names itself.
    pub serial: String,
    /// Its secret key of SM2, 32 bytes, hexadecimal.
    pub secret: String,
}

/// Where a bank card's application can be looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Directory {
    /// `2PAY.SYS.DDF01`.
    Proximity,
    /// `1PAY.SYS.DDF01`.
    Contact,
    /// Nowhere.
    None,
}

/// A card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Card {
    /// Social security.
    Social(Box<SocialCard>),
    /// A bank's.
    Bank(BankCard),
    /// A technician's.
    Technician(TechnicianCard),
}

impl Card {
    /// Forgets what power held.
    pub fn reset(&mut self) {
        match self {
            Card::Social(card) => card.reset(),
            Card::Bank(card) => card.reset(),
            Card::Technician(card) => card.reset(),
        }
    }

    /// Does what a command asks for.
    pub fn perform(&mut self, command: &Command, is_blocked: bool) -> Outcome {
        match self {
            Card::Social(card) => card.perform(command, is_blocked),
            Card::Bank(card) => card.perform(command, is_blocked),
            Card::Technician(card) => card.perform(command, is_blocked),
        }
    }

    /// Wrong PINs that are still allowed, on cards with one.
    pub fn tries_left(&self) -> Option<u8> {
        match self {
            Card::Social(card) => Some(card.tries_left()),
            Card::Bank(_) | Card::Technician(_) => None,
        }
    }
}

/// Two digits a byte, the last one filled up with F.
pub(crate) fn packed(digits: &str) -> Vec<u8> {
    let nibbles: Vec<u8> =
        digits.chars().filter_map(|char| char.to_digit(16)).map(|nibble| nibble as u8).collect();
    nibbles.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0x0F)).collect()
}

/// What the check digit leaves over: nothing in a right number (ISO/IEC 7812-1, annex B).
pub(crate) fn luhn(digits: &str) -> u32 {
    let digits = digits.bytes().rev().map(|byte| u32::from(byte - b'0')).enumerate();
    let sum: u32 = digits
        .map(|(place, digit)| if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 })
        .sum();
    sum % 10
}

/// Bytes written as hexadecimal digits.
fn unpacked(digits: &str) -> Vec<u8> {
    let nibbles: Vec<u8> = digits.chars().filter_map(|char| char.to_digit(16)).map(|one| one as u8).collect();
    nibbles.chunks(2).map(|pair| pair.iter().fold(0, |byte, nibble| byte << 4 | nibble)).collect()
}

/// The cards of those who are among the residents, and of technicians, by key.
pub fn library(residents: &[Resident]) -> BTreeMap<String, Card> {
    // A test reads the built-in file, so the empty default never shows.
    let Ok(file) = toml::from_str::<File>(BUILT_IN) else {
        return BTreeMap::new();
    };
    let resident = |key: &str| residents.iter().find(|resident| resident.key == key);
    let social = file.social.iter().filter_map(|spec| {
        let card = SocialCard::of(spec, resident(&spec.resident)?);
        Some((spec.key.clone(), Card::Social(Box::new(card))))
    });
    let bank = file.bank.iter().filter_map(|spec| {
        resident(&spec.resident)?;
        Some((spec.key.clone(), Card::Bank(BankCard::of(spec))))
    });
    let technician = file.technician.iter().filter_map(|spec| {
        let card = TechnicianCard::of(&spec.serial, &unpacked(&spec.secret))?;
        Some((spec.key.clone(), Card::Technician(card)))
    });
    social.chain(bank).chain(technician).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_card_is_well_written_and_somebodys() {
        let file: File = toml::from_str(BUILT_IN).unwrap();
        let cards = library(crate::residents::library());
        assert_eq!(cards.len(), file.social.len() + file.bank.len() + file.technician.len());
        for bank in &file.bank {
            assert_eq!(luhn(&bank.number), 0, "{}", bank.key);
            assert!(bank.number.starts_with("625094") && bank.expires.len() == 6, "{}", bank.key);
        }
        for social in &file.social {
            assert_eq!((social.number.len(), social.version.len(), social.region.len()), (9, 4, 6));
            assert!(social.pin.len().is_multiple_of(2), "{}", social.key);
        }
    }

    #[test]
    fn nobody_elses_cards_are_there() {
        assert!(library(&[]).values().all(|card| matches!(card, Card::Technician(_))));
    }
}
