//! Fields of a record: GBK or ASCII text, packed digits, days. All of them may be padded with 00, spaces or FF.

use encoding_rs::GB18030;
use kiosk_drivers_api::{CardDate, Private, SmartCardFault};
use zeroize::Zeroizing;

/// A field without its padding.
pub(super) fn trimmed(field: &[u8]) -> &[u8] {
    let end = field.iter().rposition(|byte| !matches!(byte, 0x00 | 0x20 | 0xFF)).map_or(0, |last| last + 1);
    &field[..end]
}

/// Decodes Chinese text. GB 18030 is GBK and more, so rare names written by newer issuers are read too.
pub(super) fn chinese(field: &[u8], what: &'static str) -> Result<Private, SmartCardFault> {
    let bad = SmartCardFault::BadRecord { what };
    let mut decoder = GB18030.new_decoder_without_bom_handling();
    let Some(room) = decoder.max_utf8_buffer_length(field.len()) else {
        return Err(bad);
    };
    let mut text = Zeroizing::new(String::with_capacity(room));
    let (_, _, had_errors) = decoder.decode_to_string(trimmed(field), &mut text, true);
    if had_errors || text.chars().any(char::is_control) { Err(bad) } else { Ok(private(&text)) }
}

/// Decodes letters and digits of ASCII.
pub(super) fn ascii(field: &[u8], what: &'static str) -> Result<Private, SmartCardFault> {
    let text = str::from_utf8(trimmed(field)).ok();
    let text = text.filter(|text| text.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    text.map(private).ok_or(SmartCardFault::BadRecord { what })
}

/// Decodes packed digits; an empty text where there is only padding.
pub(super) fn digits(field: &[u8], what: &'static str) -> Result<Private, SmartCardFault> {
    if is_blank(field) {
        return Ok(Private::from(""));
    }
    unpacked(field).map(|text| private(&text)).ok_or(SmartCardFault::BadRecord { what })
}

/// Decodes a day of four bytes; none where there is only padding.
pub(super) fn day(field: &[u8], what: &'static str) -> Result<Option<CardDate>, SmartCardFault> {
    if is_blank(field) {
        return Ok(None);
    }
    let day = unpacked(field).and_then(|text| parse_day(&text));
    day.map(Some).ok_or(SmartCardFault::BadRecord { what })
}

/// Packed digits as text; `None` for nibbles above 9.
fn unpacked(field: &[u8]) -> Option<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::with_capacity(field.len() * 2));
    for nibble in field.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]) {
        text.push(char::from_digit(u32::from(nibble), 10)?);
    }
    Some(text)
}

fn parse_day(text: &str) -> Option<CardDate> {
    let (year, month, day) = (text.get(..4)?, text.get(4..6)?, text.get(6..)?);
    let date = jiff::civil::Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    let year = u16::try_from(date.year()).ok().filter(|year| (1900..=2999).contains(year))?;
    Some(CardDate { year, month: date.month().unsigned_abs(), day: date.day().unsigned_abs() })
}

fn is_blank(field: &[u8]) -> bool {
    trimmed(field).is_empty()
}

/// Copies once, at the exact size: a string that is shrunk may leave its old self behind.
fn private(text: &str) -> Private {
    Private::from(text)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    const BAD: SmartCardFault = SmartCardFault::BadRecord { what: "field" };

    fn shown(value: Result<Private, SmartCardFault>) -> Result<String, SmartCardFault> {
        value.map(|value| value.expose_secret().to_owned())
    }

    #[test]
    fn names_are_gbk_with_any_padding() {
        // 王秀兰, synthetic.
        let name = [0xCD, 0xF5, 0xD0, 0xE3, 0xC0, 0xBC];
        for padding in [0x00, 0x20, 0xFF] {
            let field = [&name[..], &[padding; 24]].concat();
            assert_eq!(shown(chinese(&field, "field")), Ok("王秀兰".into()));
        }
        assert_eq!(shown(chinese(&[0xCD, 0xF5, 0xD0], "field")), Err(BAD));
        assert_eq!(shown(chinese(&[b'a', 0x07, b'b'], "field")), Err(BAD));
    }

    #[test]
    fn four_bytes_of_gb_18030_are_one_rare_character() {
        // U+2C35B is 99 30 C3 37 in GB 18030.
        let (field, _, _) = GB18030.encode("赵\u{2C35B}");
        assert_eq!(field.len(), 6);
        assert_eq!(shown(chinese(&field, "field")), Ok("赵\u{2C35B}".into()));
    }

    #[test]
    fn letters_and_digits_only() {
        assert_eq!(shown(ascii(b"A12345678\0\0", "field")), Ok("A12345678".into()));
        assert_eq!(shown(ascii(b"A1234 678", "field")), Err(BAD));
        assert_eq!(shown(ascii(&[0xCD, 0xF5], "field")), Err(BAD));
    }

    #[test]
    fn packed_digits_and_days() {
        assert_eq!(shown(digits(&[0x23, 0x02, 0x00], "field")), Ok("230200".into()));
        assert_eq!(shown(digits(&[0x2A], "field")), Err(BAD));
        assert_eq!(shown(digits(&[0xFF, 0xFF], "field")), Ok(String::new()));
        let leap = CardDate { year: 2024, month: 2, day: 29 };
        assert_eq!(day(&[0x20, 0x24, 0x02, 0x29], "field"), Ok(Some(leap)));
        assert_eq!(day(&[0x20, 0x23, 0x02, 0x29], "field"), Err(BAD));
        assert_eq!(day(&[0x20, 0x24, 0x02], "field"), Err(BAD));
        assert_eq!(day(&[0; 4], "field"), Ok(None));
    }
}
