//! A look at the outer shape of an answer, before crate `ipp` reads it.
//!
//! Version 8.0.0 of the crate cuts texts with a language at the length they claim, without looking whether they have it,
//! and puts collections into one another as deep as the answer says. Both would end the terminal; here they end the answer.

use crate::deadlines::NESTING_MAX;

/// RFC 8010 3.5.1: `end-of-attributes-tag`.
const END: u8 = 0x03;
/// RFC 8010 3.5.1: tags up to this one begin a group.
const DELIMITER_MAX: u8 = 0x0F;
/// RFC 8010 3.5.2: `begCollection`, `endCollection`.
const COLLECTION: (u8, u8) = (0x34, 0x37);
/// RFC 8010 3.5.2: `textWithLanguage`, `nameWithLanguage`.
const WITH_LANGUAGE: [u8; 2] = [0x35, 0x36];
/// RFC 8010 3.1.1: version, status, request id.
const HEADER_BYTES: usize = 8;

/// Whether all lengths are true and no collection is nested too deep.
pub(super) fn is_sound(bytes: &[u8]) -> bool {
    walk(bytes).is_some()
}

fn walk(bytes: &[u8]) -> Option<()> {
    let mut rest = bytes.get(HEADER_BYTES..)?;
    let mut depth = 0_usize;
    loop {
        let (&tag, after) = rest.split_first()?;
        rest = after;
        if tag <= DELIMITER_MAX {
            match (tag, depth) {
                (END, 0) => return Some(()),
                (_, 0) => continue,
                (_, _) => return None,
            }
        }
        let (_name, after) = field(rest)?;
        let (value, after) = field(after)?;
        rest = after;
        depth = nest(tag, depth)?;
        if WITH_LANGUAGE.contains(&tag) {
            let (_language, text) = field(value)?;
            field(text)?;
        }
    }
}

fn nest(tag: u8, depth: usize) -> Option<usize> {
    let depth = match tag {
        tag if tag == COLLECTION.0 => depth + 1,
        tag if tag == COLLECTION.1 => depth.checked_sub(1)?,
        _ => depth,
    };
    (depth <= NESTING_MAX).then_some(depth)
}

/// Two bytes of length, so many bytes, the rest.
fn field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(attributes: &[u8]) -> Vec<u8> {
        [&[1, 1, 0, 0, 0, 0, 0, 1, 0x04], attributes].concat()
    }

    #[test]
    fn lengths_must_be_true() {
        assert!(is_sound(&message(&[0x44, 0, 1, b'a', 0, 1, b'b', END])));
        assert!(!is_sound(&message(&[0x44, 0, 1, b'a', 0, 9, b'b', END])));
        assert!(!is_sound(&message(&[0x44, 0, 1, b'a', 0, 1, b'b'])));
    }

    #[test]
    fn a_text_with_language_must_hold_both() {
        assert!(is_sound(&message(&[0x35, 0, 1, b'a', 0, 6, 0, 1, b'x', 0, 1, b'y', END])));
        assert!(!is_sound(&message(&[0x35, 0, 1, b'a', 0, 4, 0, 9, b'x', b'y', END])));
        assert!(!is_sound(&message(&[0x36, 0, 1, b'a', 0, 6, 0, 1, b'x', 0, 2, b'y', END])));
    }

    #[test]
    fn collections_end_and_are_not_bottomless() {
        let nested = |depth: usize| {
            let begin = [0x34, 0, 0, 0, 0].repeat(depth);
            let end = [0x37, 0, 0, 0, 0].repeat(depth);
            is_sound(&message(&[begin, end, vec![END]].concat()))
        };
        assert!(nested(NESTING_MAX));
        assert!(!nested(NESTING_MAX + 1));
        assert!(!is_sound(&message(&[0x34, 0, 0, 0, 0, END])));
        assert!(!is_sound(&message(&[0x37, 0, 0, 0, 0, END])));
    }
}
