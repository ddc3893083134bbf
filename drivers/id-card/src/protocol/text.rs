//! Fields of the record: UTF-16LE, padded with spaces at the end.

use kiosk_drivers_api::{CardDate, Private, ReaderFault, ValidUntil};
use secrecy::ExposeSecret;

/// 长期: valid without end.
const LONG_TERM: &str = "长期";

/// Decodes a field without its padding. Surrogate pairs are ordinary rare characters; half a pair or a control character
/// makes the record invalid.
pub(super) fn text(field: &[u8], what: &'static str) -> Result<Private, ReaderFault> {
    let bad = || ReaderFault::BadRecord { what };
    let padded = chars(field).collect::<Option<Padded>>().ok_or_else(bad)?;
    // Allocated once and at its exact size: a growing string would leave copies of itself behind.
    let mut string = String::with_capacity(padded.bytes);
    string.extend(chars(field).take(padded.chars).flatten());
    Ok(Private::from(string))
}

/// Decodes a field that must be `len` ASCII digits.
pub(super) fn digits(field: &[u8], what: &'static str) -> Result<Private, ReaderFault> {
    let value = text(field, what)?;
    let is_digits = value.expose_secret().bytes().all(|byte| byte.is_ascii_digit());
    if is_digits { Ok(value) } else { Err(ReaderFault::BadRecord { what }) }
}

/// Decodes a day written YYYYMMDD.
pub(super) fn day(field: &[u8], what: &'static str) -> Result<CardDate, ReaderFault> {
    let value = text(field, what)?;
    parse_day(value.expose_secret()).ok_or(ReaderFault::BadRecord { what })
}

/// Decodes a day, or 长期.
pub(super) fn until(field: &[u8], what: &'static str) -> Result<ValidUntil, ReaderFault> {
    let value = text(field, what)?;
    if value.expose_secret() == LONG_TERM {
        return Ok(ValidUntil::Forever);
    }
    parse_day(value.expose_secret()).map(ValidUntil::Day).ok_or(ReaderFault::BadRecord { what })
}

fn parse_day(value: &str) -> Option<CardDate> {
    if value.len() != 8 || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year: u16 = value[0..4].parse().ok()?;
    let month: u8 = value[4..6].parse().ok()?;
    let day: u8 = value[6..8].parse().ok()?;
    let is_real = (1900..=2999).contains(&year) && (1..=days_in(year, month)).contains(&day);
    is_real.then_some(CardDate { year, month, day })
}

/// Days of a Gregorian month; 0 for a month that does not exist.
fn days_in(year: u16, month: u8) -> u8 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => 0,
    }
}

/// The characters of a field; `None` for what is not allowed there.
fn chars(field: &[u8]) -> impl Iterator<Item = Option<char>> + '_ {
    let units = field.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).map(|char| char.ok().filter(|c| !c.is_control()))
}

/// How much of a field stands before its padding.
#[derive(Default)]
struct Padded {
    chars: usize,
    bytes: usize,
}

impl FromIterator<char> for Padded {
    fn from_iter<I: IntoIterator<Item = char>>(all: I) -> Self {
        let (mut kept, mut seen) = (Padded::default(), Padded::default());
        for char in all {
            seen = Padded { chars: seen.chars + 1, bytes: seen.bytes + char.len_utf8() };
            if char != ' ' {
                kept = Padded { ..seen };
            }
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn field(text: &str, units: usize) -> Vec<u8> {
        let padded = text.encode_utf16().chain(std::iter::repeat(0x20)).take(units);
        padded.flat_map(u16::to_le_bytes).collect()
    }

    fn decoded(bytes: &[u8]) -> Result<String, ReaderFault> {
        text(bytes, "name").map(|value| value.expose_secret().to_owned())
    }

    const BAD: ReaderFault = ReaderFault::BadRecord { what: "name" };

    #[test]
    fn padding_is_trimmed_at_the_end_only() {
        assert_eq!(decoded(&field("张 三", 15)), Ok("张 三".into()));
        assert_eq!(decoded(&field("", 15)), Ok(String::new()));
        assert_eq!(decoded(&field("  a", 5)), Ok("  a".into()));
    }

    #[test]
    fn a_surrogate_pair_is_a_rare_character() {
        // U+2C029, CJK extension F.
        assert_eq!(decoded(&field("王𬀩", 15)), Ok("王𬀩".into()));
    }

    #[test]
    fn half_a_surrogate_pair_is_no_text() {
        assert_eq!(decoded(&[0x70, 0xD8, 0x20, 0x00]), Err(BAD));
        assert_eq!(decoded(&[0x29, 0xDC]), Err(BAD));
        assert_eq!(decoded(&[0x4E, 0x4E, 0x70, 0xD8]), Err(BAD));
    }

    #[test]
    fn control_characters_are_no_text() {
        assert_eq!(decoded(&field("a\u{1B}@", 5)), Err(BAD));
        assert_eq!(decoded(&[0x00, 0x00]), Err(BAD));
    }

    #[test]
    fn only_real_days_pass() {
        let ok = |text: &str| day(&field(text, 8), "day").is_ok();
        assert!(["20240229", "20000229", "19000101", "29991231"].into_iter().all(ok));
        for text in [
            "20230229", "19000229", "20231301", "20230001", "20230431", "20230100", "18991231", "2023011",
            "2023 101",
        ] {
            assert!(!ok(text), "{text}");
        }
    }

    #[test]
    fn long_term_is_forever() {
        let bytes = [0x7F, 0x95, 0x1F, 0x67, 0x20, 0, 0x20, 0, 0x20, 0, 0x20, 0, 0x20, 0, 0x20, 0];
        assert_eq!(until(&bytes, "end"), Ok(ValidUntil::Forever));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = (text(&bytes, "a").is_ok(), day(&bytes, "b").is_ok(), until(&bytes, "c").is_ok());
        }
    }
}
