//! The library of synthetic residents, from `residents.toml`.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

const BUILT_IN: &str = include_str!("../residents.toml");

/// A person who does not exist, as an identity card tells of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resident {
    /// The word a tester types: ASCII.
    pub key: String,
    /// What is special about this card.
    pub about: String,
    /// At most 15 UTF-16 units.
    pub name: String,
    /// GB/T 2261.1: `1` male, `2` female, `0` unknown, `9` not stated.
    pub sex: String,
    /// GB/T 3304, two digits.
    pub ethnicity: String,
    /// YYYYMMDD.
    pub birth: String,
    /// As printed on the card: at most 35 UTF-16 units.
    pub address: String,
    /// As appended to the chip after a move, if any: at most 35 UTF-16 units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest_address: Option<String>,
    /// 18 characters, GB 11643.
    pub number: String,
    /// At most 15 UTF-16 units.
    pub authority: String,
    /// YYYYMMDD.
    pub valid_from: String,
    /// YYYYMMDD or `长期`.
    pub valid_until: String,
    /// Fingers whose features the chip holds: 0 to 2.
    #[serde(default)]
    pub fingers: usize,
}

/// Why a file of residents cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ResidentsError {
    /// The file cannot be read. Cure: check the path.
    #[error("cannot read residents from {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The text is not what `residents.toml` looks like. Cure: see the message.
    #[error("residents are not well written: {0}")]
    Parse(#[from] toml::de::Error),
    /// A field does not fit in its place on the card. Cure: shorten it.
    #[error("resident {key}: {field} has more than {units} UTF-16 units")]
    TooLong {
        /// Whose.
        key: String,
        /// Which field.
        field: &'static str,
        /// How many fit.
        units: usize,
    },
}

#[derive(Deserialize)]
struct File {
    resident: Vec<Resident>,
}

/// The residents that are built in.
pub fn library() -> &'static [Resident] {
    static LIBRARY: OnceLock<Vec<Resident>> = OnceLock::new();
    // A test reads the built-in file, so the empty default never shows.
    LIBRARY.get_or_init(|| parse(BUILT_IN).unwrap_or_default())
}

/// Reads residents from a file written like `residents.toml`.
pub fn read(path: &Path) -> Result<Vec<Resident>, ResidentsError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ResidentsError::Read { path: path.to_owned(), source })?;
    parse(&text)
}

fn parse(text: &str) -> Result<Vec<Resident>, ResidentsError> {
    let file: File = toml::from_str(text)?;
    file.resident.iter().try_for_each(fits)?;
    Ok(file.resident)
}

fn fits(resident: &Resident) -> Result<(), ResidentsError> {
    let newest = resident.newest_address.as_deref().unwrap_or_default();
    let fields = [
        ("name", resident.name.as_str(), 15),
        ("sex", &resident.sex, 1),
        ("ethnicity", &resident.ethnicity, 2),
        ("birth", &resident.birth, 8),
        ("address", &resident.address, 35),
        ("newest_address", newest, 35),
        ("number", &resident.number, 18),
        ("authority", &resident.authority, 15),
        ("valid_from", &resident.valid_from, 8),
        ("valid_until", &resident.valid_until, 8),
    ];
    for (field, text, units) in fields {
        if text.encode_utf16().count() > units {
            let key = resident.key.clone();
            return Err(ResidentsError::TooLong { key, field, units });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    /// GB 11643: weighted sum modulo 11, on the first 17 digits.
    fn check_digit(number: &str) -> char {
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let digits = number.chars().map(|c| c.to_digit(10).unwrap());
        let sum: u32 = digits.zip(weights).map(|(d, w)| d * w).sum();
        "10X98765432".chars().nth((sum % 11) as usize).unwrap()
    }

    #[test]
    fn check_digit_of_the_standards_own_example() {
        assert_eq!(check_digit("11010519491231002"), 'X');
    }

    #[test]
    fn every_number_is_valid_and_agrees_with_the_rest() {
        assert_eq!(library().len(), 6);
        for resident in library() {
            let number = &resident.number;
            assert_eq!(number.len(), 18, "{}", resident.key);
            assert_eq!(check_digit(&number[..17]), number.chars().last().unwrap());
            assert!(number.starts_with("2302"), "{}", resident.key);
            assert_eq!(number[6..14], resident.birth, "{}", resident.key);
            let odd = number.as_bytes()[16] % 2 == 1;
            assert_eq!(resident.sex, if odd { "1" } else { "2" }, "{}", resident.key);
        }
    }

    #[test]
    fn the_special_ones_are_special() {
        let of = |key: &str| library().iter().find(|r| r.key == key).unwrap();
        assert!(of("bob").newest_address.is_some());
        assert!(of("rare").name.chars().any(|c| u32::from(c) > 0xFFFF));
        assert!(*of("expired").valid_until < *"20260101");
        assert!(*of("child").birth > *"20110101");
        assert_eq!(of("forever").valid_until, "长期");
    }

    #[test]
    fn what_does_not_fit_on_a_card_is_refused_by_name() {
        let long = BUILT_IN.replace("王秀兰", "一二三四五六七八九十一二三四五六");
        let error = parse(&long).unwrap_err().to_string();
        assert!(error.contains("alice") && error.contains("name"), "{error}");
    }
}
