//! Extended channel interpretations: how a code says in which encoding its bytes are (AIM ITS/04-001).
//!
//! Where the symbology identifier announces them, a backslash and six digits name the encoding of what follows, and a
//! backslash of the text is doubled. A backslash with anything else behind it stands for itself: some scanners announce
//! interpretations and then send none.

use kiosk_drivers_api::AimId;
use zeroize::Zeroizing;

use super::text::{gb_18030, guess};

/// Digits of an encoding's number.
const DIGITS: usize = 6;

/// Tells whether this symbology announces interpretations: QR code (ISO/IEC 18004) and Data Matrix (ISO/IEC 16022).
pub(super) fn is_announced(symbology: AimId) -> bool {
    match symbology.family {
        b'Q' => matches!(symbology.modifier, b'2' | b'4' | b'6'),
        b'd' => matches!(symbology.modifier, b'4'..=b'6'),
        _ => false,
    }
}

/// Decodes a content; none where a part is in an encoding this driver does not know, or is not valid.
pub(super) fn text(content: &[u8]) -> Option<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::with_capacity(content.len() * 2));
    let mut encoding = None;
    let mut run = Zeroizing::new(Vec::with_capacity(content.len()));
    let mut rest = content;
    while let Some((first, behind)) = rest.split_first() {
        if let Some((number, behind)) = named(rest) {
            text.push_str(&decode(encoding, &run)?);
            run.clear();
            encoding = Some(number);
            rest = behind;
            continue;
        }
        run.push(*first);
        rest = if *first == b'\\' { behind.strip_prefix(b"\\").unwrap_or(behind) } else { behind };
    }
    text.push_str(&decode(encoding, &run)?);
    Some(text)
}

/// The number of an encoding at the beginning, and what is behind it.
fn named(rest: &[u8]) -> Option<(u32, &[u8])> {
    let digits = rest.strip_prefix(b"\\")?.get(..DIGITS)?;
    let is_number = digits.iter().all(u8::is_ascii_digit);
    let number = digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit.wrapping_sub(b'0')));
    is_number.then_some((number, &rest[1 + DIGITS..]))
}

/// Decodes by the number of the encoding.
fn decode(encoding: Option<u32>, run: &[u8]) -> Option<Zeroizing<String>> {
    match encoding {
        None => guess(run),
        // ISO 8859-1, and US-ASCII as its lower half.
        Some(1 | 3 | 27) => Some(run.iter().copied().map(char::from).collect()),
        Some(26) => str::from_utf8(run).ok().map(str::to_owned),
        // GB 2312 and GB 18030.
        Some(29 | 32) => gb_18030(run),
        Some(_) => None,
    }
    .map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(content: &[u8]) -> Option<String> {
        text(content).map(|text| text.to_string())
    }

    #[test]
    fn each_run_is_decoded_by_its_own_encoding() {
        assert_eq!(decoded(b"a\\000026\xE9\xBD\x90\\000032\xC6\xEB").as_deref(), Some("a齐齐"));
        assert_eq!(decoded(b"\\000003\xE9").as_deref(), Some("é"));
        assert_eq!(decoded(b"\xC6\xEB").as_deref(), Some("齐"));
    }

    #[test]
    fn a_doubled_backslash_is_one_and_a_single_one_stands_for_itself() {
        assert_eq!(decoded(b"\\\\000026").as_deref(), Some("\\000026"));
        assert_eq!(decoded(b"a\\b\\").as_deref(), Some("a\\b\\"));
        assert_eq!(decoded(b"\\00002x").as_deref(), Some("\\00002x"));
    }

    #[test]
    fn unknown_encodings_and_invalid_bytes_are_no_text() {
        assert_eq!(decoded(b"\\000899abc"), None);
        assert_eq!(decoded(b"\\000020abc"), None);
        assert_eq!(decoded(b"\\000026\xFF"), None);
        assert_eq!(decoded(b"\\000029\xC6"), None);
    }

    #[test]
    fn only_some_modifiers_announce_them() {
        let is = |family, modifier| is_announced(AimId { family, modifier });
        assert!(is(b'Q', b'2') && is(b'Q', b'4') && is(b'd', b'5'));
        assert!(!is(b'Q', b'1') && !is(b'Q', b'3') && !is(b'd', b'1') && !is(b'E', b'4'));
    }
}
