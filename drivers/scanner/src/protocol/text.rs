//! What the bytes of a code mean.
//!
//! A code says seldom how its text is encoded. Where the symbology announces extended channel interpretations, they
//! decide; else what is valid UTF-8 is UTF-8; else it is GB 18030, if it is valid; else it is no text. Short texts of GBK
//! that happen to be valid UTF-8 exist, but no Chinese ones of more than one character in use.

use encoding_rs::GB18030;
use kiosk_drivers_api::{Private, ScanFault};
use zeroize::Zeroizing;

use super::code::Code;
use super::eci;

/// The text of a code, never empty; what holds other control characters than codes use is binary.
pub fn text_of(code: &Code) -> Result<Private, ScanFault> {
    let is_eci = code.symbology.is_some_and(eci::is_announced);
    let text = if is_eci { eci::text(&code.payload) } else { guess(&code.payload).map(Zeroizing::new) };
    let text = text.filter(|text| !text.is_empty() && !text.chars().any(is_binary));
    text.map(|mut text| Private::from(std::mem::take(&mut *text))).ok_or(ScanFault::Unreadable)
}

/// UTF-8 where it is valid, without a byte order mark; else GB 18030.
pub(super) fn guess(bytes: &[u8]) -> Option<String> {
    match str::from_utf8(bytes) {
        Ok(text) => Some(text.strip_prefix('\u{FEFF}').unwrap_or(text).to_owned()),
        Err(_) => gb_18030(bytes),
    }
}

/// GB 18030, and with it GBK and GB 2312.
pub(super) fn gb_18030(bytes: &[u8]) -> Option<String> {
    GB18030.decode_without_bom_handling_and_without_replacement(bytes).map(|text| text.into_owned())
}

/// Tabulator and line ends are text; EOT and the separators FS, GS, RS and US stand in codes of trade (ISO/IEC 15434).
fn is_binary(character: char) -> bool {
    let is_allowed = matches!(character, '\t' | '\r' | '\n' | '\u{04}' | '\u{1C}'..='\u{1F}');
    character.is_control() && !is_allowed
}

#[cfg(test)]
mod tests {
    use kiosk_drivers_api::AimId;
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;

    fn text(content: &[u8]) -> Option<String> {
        text_of(&Code::new(None, content)).ok().map(|text| text.expose_secret().to_owned())
    }

    #[test]
    fn text_is_utf_8_where_it_is_valid_and_else_gb_18030() {
        assert_eq!(text("齐齐哈尔".as_bytes()).as_deref(), Some("齐齐哈尔"));
        // 齐齐哈尔 in GB 2312; 𠮷 (U+20BB7) in four bytes of GB 18030.
        assert_eq!(text(b"\xC6\xEB\xC6\xEB\xB9\xFE\xB6\xFB").as_deref(), Some("齐齐哈尔"));
        assert_eq!(text(b"\x95\x34\xB2\x35\xC6\xEB").as_deref(), Some("𠮷齐"));
        assert_eq!(text(b"\xEF\xBB\xBFabc").as_deref(), Some("abc"));
    }

    #[test]
    fn what_is_no_text_is_unreadable() {
        for binary in
            [b"".as_slice(), b"\r\n", b"\x00\x01\x02", b"abc\x00", b"\xFF\xFE\x80", b"\xC6", b"\x7F"]
        {
            assert_eq!(text(binary), None, "{binary:02X?}");
        }
    }

    #[test]
    fn separators_of_trade_are_text() {
        assert!(text(b"[)>\x1E06\x1DS1\x1E\x04").is_some());
        assert!(text(b"line\r\nline\tcolumn").is_some());
    }

    #[test]
    fn an_announced_encoding_decides() {
        let eci = Some(AimId { family: b'Q', modifier: b'2' });
        let text =
            |content| text_of(&Code::new(eci, content)).ok().map(|text| text.expose_secret().to_owned());
        assert_eq!(text(b"\\000029\xC4\xE3").as_deref(), Some("你"));
        assert_eq!(text(b"\\000899abc"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600), modifier in b'0'..=b'9') {
            let symbology = Some(AimId { family: b'Q', modifier });
            if let Ok(text) = text_of(&Code::new(symbology, &bytes)) {
                prop_assert!(!text.expose_secret().is_empty());
            }
        }

        #[test]
        fn chinese_comes_back_from_both_encodings(written in "[一-龥]{2,40}") {
            let (gbk, _, _) = GB18030.encode(&written);
            prop_assert_eq!(text(written.as_bytes()), Some(written.clone()));
            if str::from_utf8(&gbk).is_err() {
                prop_assert_eq!(text(&gbk), Some(written));
            }
        }
    }
}
