//! Draws characters for a receipt printer whose own font lacks them.
//!
//! The files are mapped, not read: Debian's fonts for all of GB 18030 are 70 MB, of which a name needs a few pages, and the
//! window's text uses the same files.

use std::fs::File;
use std::path::{Path, PathBuf};

use kiosk_receipt_printer::{Bitmap, Cell, Glyphs};
use memmap2::Mmap;
use swash::scale::image::Image;
use swash::scale::{Render, ScaleContext, Source};
use swash::zeno::{Format, Transform};
use swash::{FontRef, StringId};

/// Debian's `fonts-noto-cjk` and `fonts-hanazono`: between them every Chinese character of GB 18030-2022.
pub const DEBIAN: [&str; 3] = [
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/hanazono/HanaMinA.ttf",
    "/usr/share/fonts/truetype/hanazono/HanaMinB.ttf",
];

/// The face of a collection whose Latin letters are half as wide as its Chinese characters, as a printer's are.
const PREFERRED: &str = "Noto Sans Mono CJK SC";

/// The em, a little smaller than the cell, so that neighbours do not touch.
const EM: f32 = 23.0 / 24.0;
/// Where letters stand, from the top of the cell.
const BASELINE: f32 = 20.0 / 24.0;
/// Coverage of a dot from which it is burnt.
const BLACK: u8 = 96;
/// The same in a Ming face, whose thin strokes never cover half a dot.
const BLACK_IN_THIN: u8 = 60;

/// The fonts of this terminal, in the order they are asked.
pub struct Fonts {
    faces: Vec<Face>,
    missing: Vec<String>,
    context: ScaleContext,
}

impl Fonts {
    /// Opens fonts; what cannot be opened is logged, and told by [`Glyphs::missing`].
    pub fn open(paths: &[PathBuf]) -> Self {
        let mut fonts = Self { faces: Vec::new(), missing: Vec::new(), context: ScaleContext::new() };
        for path in paths {
            match Face::open(path) {
                Ok(face) => fonts.faces.push(face),
                Err(error) => {
                    tracing::warn!(path = %path.display(), %error, "a font is missing: receipts show 〓 for its characters");
                    fonts.missing.push(path.display().to_string());
                }
            }
        }
        fonts
    }
}

impl Glyphs for Fonts {
    fn draw(&mut self, character: char, cell: Cell) -> Option<Bitmap> {
        let context = &mut self.context;
        self.faces.iter().find_map(|face| face.draw(character, cell, context))
    }

    fn missing(&self) -> Vec<String> {
        self.missing.clone()
    }
}

struct Face {
    data: Mmap,
    index: usize,
    /// A Ming face, with thin strokes.
    is_thin: bool,
}

impl Face {
    fn open(path: &Path) -> std::io::Result<Self> {
        let data = map(&File::open(path)?)?;
        let faces = || (0..).map_while(|index| FontRef::from_index(&data, index));
        if faces().next().is_none() {
            return Err(std::io::Error::other("not a font"));
        }
        let index = faces().position(|face| family(face) == PREFERRED);
        Ok(Self { index: index.unwrap_or(0), is_thin: index.is_none(), data })
    }

    fn glyph(&self, character: char) -> Option<(FontRef<'_>, u16)> {
        let font = FontRef::from_index(&self.data, self.index)?;
        let glyph = font.charmap().map(character);
        (glyph != 0).then_some((font, glyph))
    }

    fn draw(&self, character: char, cell: Cell, context: &mut ScaleContext) -> Option<Bitmap> {
        let (font, glyph) = self.glyph(character)?;
        let em = cell.height as f32 * EM;
        let advance = font.glyph_metrics(&[]).scale(em).advance_width(glyph);
        // A letter wider than its cell is narrowed.
        let narrowed = (cell.width as f32 / advance.max(1.0)).min(1.0);
        let mut scaler = context.builder(font).size(em).hint(!self.is_thin).build();
        let mut render = Render::new(&[Source::Outline]);
        render.format(Format::Alpha).transform(Some(Transform::scale(narrowed, 1.0)));
        let image = render.render(&mut scaler, glyph)?;
        let margin = (cell.width as f32 - advance * narrowed) / 2.0;
        let black = if self.is_thin { BLACK_IN_THIN } else { BLACK };
        Some(place(&image, cell, margin.round() as i32, black))
    }
}

fn family(face: FontRef) -> String {
    let names = face.localized_strings();
    names.find_by_id(StringId::Family, None).map(|name| name.chars().collect()).unwrap_or_default()
}

/// The image in its cell, black where enough of a dot is covered.
fn place(image: &Image, cell: Cell, margin: i32, black: u8) -> Bitmap {
    let mut bitmap = Bitmap::blank(cell.width, cell.height);
    let columns = image.placement.width.max(1) as usize;
    let (left, top) =
        (margin + image.placement.left, (cell.height as f32 * BASELINE) as i32 - image.placement.top);
    for (index, _) in image.data.iter().enumerate().filter(|(_, coverage)| **coverage >= black) {
        let x = usize::try_from(left + (index % columns) as i32);
        let y = usize::try_from(top + (index / columns) as i32);
        if let (Ok(x), Ok(y)) = (x, y) {
            bitmap.blacken(x, y);
        }
    }
    bitmap
}

#[allow(unsafe_code)]
fn map(file: &File) -> std::io::Result<Mmap> {
    // SAFETY: a mapping must not change or shrink while it is in use. Font packages replace a file by renaming a new one
    // over it, which leaves the mapped one as it is; nobody but the machine's administrator can write there.
    unsafe { Mmap::map(file) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: Cell = Cell { width: 24, height: 24 };
    const NARROW: Cell = Cell { width: 12, height: 24 };

    fn debian() -> Fonts {
        Fonts::open(&DEBIAN.map(PathBuf::from))
    }

    fn ink(bitmap: &Bitmap) -> usize {
        let dots = (0..bitmap.height()).flat_map(|y| (0..bitmap.width()).map(move |x| (x, y)));
        dots.filter(|(x, y)| bitmap.is_black(*x, *y)).count()
    }

    #[test]
    fn rare_and_common_characters_have_ink_of_their_own() {
        let mut fonts = debian();
        assert!(fonts.missing().is_empty());
        let drawn: Vec<Option<Bitmap>> = "赵𬍛䶮𠀀𪚥〓".chars().map(|c| fonts.draw(c, WIDE)).collect();
        for (at, bitmap) in drawn.iter().enumerate() {
            let inked = bitmap.as_ref().map_or(0, ink);
            assert!((40..400).contains(&inked), "character {at}: {inked}");
            assert!(!drawn[..at].contains(bitmap));
        }
    }

    /// The Chinese characters of GB 18030-2022, level 3: as in ISO/IEC 10646:2017 with its first amendments, extensions A
    /// to F included.
    const CHINESE: [std::ops::RangeInclusive<char>; 7] = [
        '\u{4E00}'..='\u{9FEF}',
        '\u{3400}'..='\u{4DB5}',
        '\u{20000}'..='\u{2A6D6}',
        '\u{2A700}'..='\u{2B734}',
        '\u{2B740}'..='\u{2B81D}',
        '\u{2B820}'..='\u{2CEA1}',
        '\u{2CEB0}'..='\u{2EBE0}',
    ];

    #[test]
    fn debians_fonts_have_every_chinese_character_of_the_standard() {
        let fonts = debian();
        let has = |character: &char| fonts.faces.iter().any(|face| face.glyph(*character).is_some());
        let lacking: Vec<char> = CHINESE.into_iter().flatten().filter(|character| !has(character)).collect();
        assert!(lacking.is_empty(), "{lacking:?}");
    }

    #[test]
    fn letters_stay_within_their_cells() {
        let mut fonts = debian();
        for letter in "AgЖщЫñ№".chars() {
            let bitmap = fonts.draw(letter, NARROW);
            assert_eq!(bitmap.as_ref().map(Bitmap::width), Some(12));
            assert!(bitmap.as_ref().map_or(0, ink) > 20, "{letter}");
        }
    }

    #[test]
    fn a_double_cell_is_drawn_finer_not_coarser() {
        let mut fonts = debian();
        let large = fonts.draw('赵', Cell { width: 48, height: 48 });
        let small = fonts.draw('赵', WIDE);
        let (large, small) = (large.as_ref().map_or(0, ink), small.as_ref().map_or(0, ink));
        assert!(large > 2 * small && large != 4 * small, "{large} {small}");
    }

    #[test]
    fn a_font_that_is_not_there_is_named_and_draws_nothing() {
        let mut fonts = Fonts::open(&[PathBuf::from("/nowhere/font.ttf"), PathBuf::from("/dev/null")]);
        assert_eq!(fonts.missing(), ["/nowhere/font.ttf", "/dev/null"]);
        assert!(fonts.draw('赵', WIDE).is_none());
    }

    #[test]
    fn what_no_font_has_is_not_drawn() {
        assert!(debian().draw('\u{10FFFF}', WIDE).is_none());
    }
}
