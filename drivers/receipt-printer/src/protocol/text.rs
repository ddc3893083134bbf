//! Characters as they are sent, or marked to be drawn where the printer's font lacks them.

use encoding_rs::{EncoderResult, GB18030};
use zeroize::{Zeroize, Zeroizing};

use super::repertoire::{in_gb2312, in_gbk, is_cyrillic};
use crate::glyphs::{Cell, Glyphs};
use crate::model::{Model, Repertoire};

/// The geta mark 〓 (U+3013, GB A1FE): stands visibly for what cannot be shown.
const GETA: Glyph = Glyph { character: '〓', code: Code::of(&[0xA1, 0xFE]), cells: 2 };

/// The same on a printer without Chinese characters.
const QUESTION_MARK: Glyph = Glyph { character: '?', code: Code::of(b"?"), cells: 1 };

/// Below this (Hangul Jamo), drawn characters are as wide as Latin letters: Latin, Greek, Cyrillic and their like.
const FIRST_WIDE: char = '\u{1100}';

/// Dots of a cell at normal size.
pub(super) const CELL_WIDTH: usize = 12;
pub(super) const CELL_HEIGHT: usize = 24;

/// One character: what it is, what is sent for it, how wide it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Zeroize)]
pub(super) struct Glyph {
    character: char,
    code: Code,
    cells: u8,
}

/// Up to four bytes; none for what must be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Zeroize)]
struct Code {
    bytes: [u8; 4],
    len: u8,
}

impl Code {
    const NONE: Code = Code::of(&[]);

    const fn of(bytes: &[u8]) -> Code {
        let mut code = Code { bytes: [0; 4], len: 0 };
        while (code.len as usize) < bytes.len() && code.len < 4 {
            code.bytes[code.len as usize] = bytes[code.len as usize];
            code.len += 1;
        }
        code
    }

    /// Cyrillic is drawn even where the printer has it: in cells of Chinese width it reads like letters told one by one,
    /// and takes twice the paper.
    fn is_cyrillic(self) -> bool {
        let [first, second, ..] = self.bytes;
        self.len == 2 && is_cyrillic([first, second])
    }
}

impl Glyph {
    /// An ordinary space.
    pub(super) const SPACE: Glyph = Glyph { character: ' ', code: Code::of(b" "), cells: 1 };

    /// What a rule is made of.
    pub(super) const DASH: Glyph = Glyph { character: '-', code: Code::of(b"-"), cells: 1 };

    /// What it is.
    pub(super) fn character(&self) -> char {
        self.character
    }

    /// What is sent; nothing for what must be drawn.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.code.bytes[..usize::from(self.code.len)]
    }

    /// Whether the printer cannot print it by itself.
    pub(super) fn is_drawn(&self) -> bool {
        self.code == Code::NONE
    }

    /// Cells it takes at normal size.
    pub(super) fn cells(&self) -> usize {
        usize::from(self.cells)
    }

    /// Whether it is an ordinary space.
    pub(super) fn is_space(&self) -> bool {
        *self == Self::SPACE
    }
}

/// What a model prints by itself, and who draws the rest.
pub(super) struct Font<'a> {
    pub(super) model: &'a Model,
    pub(super) drawn: &'a mut dyn Glyphs,
}

impl Font<'_> {
    /// The glyphs of a text. Control characters never get through: to a printer they are commands.
    pub(super) fn glyphs(&mut self, text: &str) -> Zeroizing<Vec<Glyph>> {
        let mut glyphs = Zeroizing::new(Vec::with_capacity(text.len()));
        glyphs.extend(text.chars().map(|character| self.glyph(character)));
        glyphs
    }

    fn glyph(&mut self, character: char) -> Glyph {
        if character.is_control() || matches!(character, '\u{E000}'..='\u{F8FF}') {
            return self.replacement();
        }
        let code = encode(character);
        let cells = if code.len == 1 { 1 } else { 2 };
        let own = self.prints(code).then_some(Glyph { character, code, cells });
        match own {
            Some(own) if !code.is_cyrillic() => own,
            Some(_) | None => self.drawn(character).or(own).unwrap_or_else(|| self.replacement()),
        }
    }

    fn drawn(&mut self, character: char) -> Option<Glyph> {
        let cells = if character < FIRST_WIDE { 1 } else { 2 };
        let cell = Cell { width: usize::from(cells) * CELL_WIDTH, height: CELL_HEIGHT };
        self.drawn.draw(character, cell).map(|_| Glyph { character, code: Code::NONE, cells })
    }

    /// Whether the printer's own font holds the character with this code.
    fn prints(&self, code: Code) -> bool {
        let [first, second, ..] = code.bytes;
        let (repertoire, has_cyrillic) = (self.model.repertoire, self.model.has_cyrillic);
        match code.len {
            1 => true,
            2 if code.is_cyrillic() => has_cyrillic,
            2 => match repertoire {
                Repertoire::Ascii => false,
                Repertoire::Gb2312 => in_gb2312([first, second]),
                Repertoire::Gbk => in_gbk([first, second]),
                Repertoire::Gb18030 => true,
            },
            4 => repertoire == Repertoire::Gb18030,
            _ => false,
        }
    }

    fn replacement(&self) -> Glyph {
        match self.model.repertoire {
            Repertoire::Ascii => QUESTION_MARK,
            Repertoire::Gb2312 | Repertoire::Gbk | Repertoire::Gb18030 => GETA,
        }
    }
}

/// The character's code in GB 18030: one, two or four bytes.
fn encode(character: char) -> Code {
    let mut utf8 = [0; 4];
    let mut gb = [0; 8];
    let source = character.encode_utf8(&mut utf8);
    let mut encoder = GB18030.new_encoder();
    match encoder.encode_from_utf8_without_replacement(source, &mut gb, true) {
        (EncoderResult::InputEmpty, _, written) => Code::of(&gb[..written]),
        (EncoderResult::OutputFull | EncoderResult::Unmappable(_), ..) => Code::NONE,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::glyphs::{Bitmap, NoGlyphs};
    use crate::scripted::Blocks;

    const ASCII_ONLY: Model = Model::PRESENTER_80;

    fn glyphs(text: &str, model: &Model, drawn: &mut dyn Glyphs) -> Vec<Glyph> {
        Font { model, drawn }.glyphs(text).to_vec()
    }

    fn encoded(text: &str) -> Vec<u8> {
        sent(text, &Model::GENERIC_80)
    }

    fn sent(text: &str, model: &Model) -> Vec<u8> {
        glyphs(text, model, &mut NoGlyphs).iter().flat_map(|glyph| glyph.bytes().to_vec()).collect()
    }

    fn drawn(text: &str, model: &Model) -> String {
        let glyphs = glyphs(text, model, &mut Blocks);
        glyphs.iter().filter(|glyph| glyph.is_drawn()).map(Glyph::character).collect()
    }

    #[test]
    fn chinese_cyrillic_and_latin_are_encoded() {
        // Codes looked up in GB 2312 rows 26, 7 and 8.
        assert_eq!(encoded("鹤A"), [0xBA, 0xD7, b'A']);
        assert_eq!(encoded("Ж"), [0xA7, 0xA8]);
        assert_eq!(encoded("é"), [0xA8, 0xA6]);
    }

    #[test]
    fn what_the_font_lacks_is_drawn_and_cyrillic() {
        let text = "赵𬍛䶮 镕Ж€A鹤";
        assert_eq!(drawn(text, &Model::GENERIC_80), "𬍛䶮Ж€");
        assert_eq!(drawn(text, &Model::SPRT_80), "𬍛䶮镕Ж€");
        assert_eq!(drawn(text, &ASCII_ONLY), "赵𬍛䶮镕Ж€鹤");
        assert_eq!(drawn(text, &Model { repertoire: Repertoire::Gb18030, ..Model::GENERIC_80 }), "Ж");
    }

    #[test]
    fn a_full_font_gets_four_bytes() {
        let model = Model { repertoire: Repertoire::Gb18030, ..Model::GENERIC_80 };
        // U+2C35B: 115,547 places behind 90 30 81 30.
        assert_eq!(sent("𬍛", &model), [0x99, 0x31, 0xD9, 0x37]);
        assert_eq!(glyphs("𬍛", &model, &mut NoGlyphs)[0].cells(), 2);
    }

    #[test]
    fn what_nobody_can_draw_is_replaced_visibly() {
        // Extension B, Extension A, Latin without a two-byte code, emoji, private use.
        for text in ["𠀀", "\u{3400}", "ñ", "🙂", "\u{E000}", "\u{E5E5}", "\u{200B}"] {
            assert_eq!(encoded(text), [0xA1, 0xFE], "{text:?}");
        }
        assert_eq!(sent("鹤", &ASCII_ONLY), b"?");
    }

    #[test]
    fn control_characters_never_get_through() {
        assert_eq!(encoded("\u{1B}@"), [0xA1, 0xFE, b'@']);
        assert_eq!(encoded("\u{10}\u{7F}\u{85}"), [0xA1, 0xFE].repeat(3));
        assert_eq!(drawn("\u{1B}\u{E000}", &ASCII_ONLY), "");
    }

    #[test]
    fn drawn_letters_are_narrow_and_drawn_characters_wide() {
        let cells = |model: &Model| -> Vec<usize> {
            glyphs("a鹤Ж𠀀ñ ", model, &mut Blocks).iter().map(Glyph::cells).collect()
        };
        assert_eq!(cells(&Model::GENERIC_80), [1, 2, 1, 2, 1, 1]);
        assert_eq!(cells(&ASCII_ONLY), [1, 2, 1, 2, 1, 1]);
    }

    /// Draws nothing but one character.
    struct Only(char);

    impl Glyphs for Only {
        fn draw(&mut self, character: char, cell: Cell) -> Option<Bitmap> {
            (character == self.0).then(|| Bitmap::blank(cell.width, cell.height))
        }
    }

    #[test]
    fn a_character_no_font_has_is_replaced_beside_one_that_is_drawn() {
        let glyphs = glyphs("𠀀🙂", &Model::GENERIC_80, &mut Only('𠀀'));
        assert!(glyphs[0].is_drawn());
        assert_eq!(glyphs[1], GETA);
    }

    proptest! {
        #[test]
        fn no_text_yields_a_command_byte(text in any::<String>()) {
            prop_assert!(encoded(&text).iter().all(|byte| *byte >= 0x20 && *byte != 0x7F));
            prop_assert_eq!(glyphs(&text, &Model::SPRT_80, &mut NoGlyphs).len(), text.chars().count());
        }
    }
}
