//! Characters as the printer takes them: one byte for ASCII, two for GB 18030's two-byte area.

use encoding_rs::{Encoder, EncoderResult, GB18030};
use zeroize::{Zeroize, Zeroizing};

/// The geta mark 〓 (U+3013, GB A1FE): stands visibly for what the printer cannot show.
const GETA: Glyph = Glyph { bytes: [0xA1, 0xFE], len: 2 };

/// One character ready to be sent; as many cells wide as it has bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Zeroize)]
pub(super) struct Glyph {
    bytes: [u8; 2],
    len: u8,
}

impl Glyph {
    const SPACE: Glyph = Glyph { bytes: [b' ', 0], len: 1 };

    /// What is sent.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.cells()]
    }

    /// Cells it takes at normal size.
    pub(super) fn cells(&self) -> usize {
        usize::from(self.len)
    }

    /// Whether it is an ordinary space.
    pub(super) fn is_space(&self) -> bool {
        *self == Self::SPACE
    }
}

/// Encodes a text. Control characters never get through: to a printer they are commands. Four-byte and private-use
/// characters become 〓, since the fonts hold the two-byte area only.
pub(super) fn glyphs(text: &str) -> Zeroizing<Vec<Glyph>> {
    let mut glyphs = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut encoder = GB18030.new_encoder();
    glyphs.extend(text.chars().map(|char| glyph(char, &mut encoder)));
    glyphs
}

fn glyph(char: char, encoder: &mut Encoder) -> Glyph {
    if char.is_control() || matches!(char, '\u{E000}'..='\u{F8FF}') {
        return GETA;
    }
    let mut utf8 = [0; 4];
    let mut gb = [0; 8];
    let source = char.encode_utf8(&mut utf8);
    let (result, _, written) = encoder.encode_from_utf8_without_replacement(source, &mut gb, false);
    match (result, written) {
        (EncoderResult::InputEmpty, 1) => Glyph { bytes: [gb[0], 0], len: 1 },
        (EncoderResult::InputEmpty, 2) => Glyph { bytes: [gb[0], gb[1]], len: 2 },
        (EncoderResult::InputEmpty | EncoderResult::OutputFull | EncoderResult::Unmappable(_), _) => GETA,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(text: &str) -> Vec<u8> {
        glyphs(text).iter().flat_map(|glyph| glyph.bytes().to_vec()).collect()
    }

    #[test]
    fn chinese_cyrillic_and_latin_are_encoded() {
        // Codes looked up in GB 2312 rows 26, 7, 8 and in the euro's place of GB 18030.
        assert_eq!(encoded("鹤A"), [0xBA, 0xD7, b'A']);
        assert_eq!(encoded("Ж"), [0xA7, 0xA8]);
        assert_eq!(encoded("é€"), [0xA8, 0xA6, 0xA2, 0xE3]);
    }

    #[test]
    fn four_byte_characters_are_replaced_visibly() {
        // Extension B, Extension A, Latin without a two-byte code, emoji, private use.
        for text in ["𠀀", "\u{3400}", "ñ", "🙂", "\u{E000}", "\u{E5E5}", "\u{200B}"] {
            assert_eq!(encoded(text), [0xA1, 0xFE], "{text:?}");
        }
    }

    #[test]
    fn control_characters_never_get_through() {
        assert_eq!(encoded("\u{1B}@"), [0xA1, 0xFE, b'@']);
        assert_eq!(encoded("\u{10}\u{7F}\u{85}"), [0xA1, 0xFE].repeat(3));
    }

    #[test]
    fn cells_follow_bytes() {
        let cells: Vec<usize> = glyphs("a鹤Ж𠀀 ").iter().map(Glyph::cells).collect();
        assert_eq!(cells, [1, 2, 2, 2, 1]);
    }

    proptest! {
        #[test]
        fn no_text_yields_a_command_byte(text in any::<String>()) {
            prop_assert!(encoded(&text).iter().all(|byte| *byte >= 0x20 && *byte != 0x7F));
            prop_assert_eq!(glyphs(&text).len(), text.chars().count());
        }
    }
}
