//! The printer's font: 12 x 24 dots for a narrow character, 24 x 24 for a Chinese one, black or white.
//!
//! Drawn from Noto Sans CJK SC, whose monospaced face has narrow characters of exactly half an em.

use std::collections::HashMap;
use std::path::Path;

use swash::FontRef;
use swash::scale::{Render, ScaleContext, Source};
use swash::zeno::Format;

use crate::limits::GLYPHS_MAX;

/// Debian's `fonts-noto-cjk`.
const REGULAR: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";
const BOLD: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc";
/// "Noto Sans Mono CJK SC" within the collection.
const FACE: usize = 7;
/// Height of every cell, dots.
pub const CELL: usize = 24;
/// Size of the em, a little smaller than the cell so that neighbours do not touch.
const EM: f32 = 23.0;
/// Where letters stand, dots below the top of the cell.
const BASELINE: i32 = 20;
/// Coverage from which a dot is burnt.
const BLACK: u8 = 105;

/// Dots of one character, or of a whole symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bitmap {
    /// Dots across.
    pub width: usize,
    /// Dots down.
    pub height: usize,
    dots: Vec<bool>,
}

impl Bitmap {
    /// A white one.
    pub fn blank(width: usize, height: usize) -> Bitmap {
        Bitmap { width, height, dots: vec![false; width * height] }
    }

    /// A black frame: a character the font does not have.
    pub fn tofu(width: usize) -> Bitmap {
        let mut bitmap = Bitmap::blank(width, CELL);
        for y in 3..CELL - 3 {
            for x in 2..width - 2 {
                let edge = y == 3 || y == CELL - 4 || x == 2 || x == width - 3;
                bitmap.set(x, y, edge);
            }
        }
        bitmap
    }

    /// Whether a dot is black; white beyond the edges.
    pub fn get(&self, x: usize, y: usize) -> bool {
        x < self.width && self.dots.get(y * self.width + x).is_some_and(|dot| *dot)
    }

    /// Sets a dot; nothing beyond the edges.
    pub fn set(&mut self, x: usize, y: usize, black: bool) {
        let inside = x < self.width;
        if let Some(dot) = self.dots.get_mut(y * self.width + x).filter(|_| inside) {
            *dot = black;
        }
    }

    /// Each dot as a block of `x` by `y` dots, as a printer enlarges its font.
    pub fn enlarged(&self, x: usize, y: usize) -> Bitmap {
        let mut large = Bitmap::blank(self.width * x, self.height * y);
        for row in 0..large.height {
            for column in 0..large.width {
                large.set(column, row, self.get(column / x, row / y));
            }
        }
        large
    }

    /// White on black.
    pub fn reversed(mut self) -> Bitmap {
        self.dots.iter_mut().for_each(|dot| *dot = !*dot);
        self
    }

    /// With a line of `thickness` dots at the foot.
    pub fn underlined(mut self, thickness: usize) -> Bitmap {
        for y in self.height.saturating_sub(thickness)..self.height {
            (0..self.width).for_each(|x| self.set(x, y, true));
        }
        self
    }
}

/// Why the font cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GlyphError {
    /// The file is not there. Cure: install the package fonts-noto-cjk.
    #[error("cannot read the font {path} (Debian package fonts-noto-cjk)")]
    Read {
        /// The file.
        path: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// Another build of the font. Cure: Debian's package.
    #[error("{0} has no monospaced simplified Chinese face where Noto Sans CJK has it")]
    Face(&'static str),
}

/// The font, with the glyphs drawn so far.
pub struct Glyphs {
    regular: Vec<u8>,
    bold: Vec<u8>,
    context: ScaleContext,
    drawn: HashMap<(char, bool, usize), Bitmap>,
}

impl std::fmt::Debug for Glyphs {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Glyphs").field("drawn", &self.drawn.len()).finish_non_exhaustive()
    }
}

impl Glyphs {
    /// Reads the font from where Debian puts it.
    pub fn load() -> Result<Glyphs, GlyphError> {
        Ok(Glyphs { regular: read(REGULAR)?, bold: read(BOLD)?, ..Glyphs::without_font() })
    }

    /// A printer without a font: a frame for every character.
    pub fn without_font() -> Glyphs {
        Glyphs { regular: Vec::new(), bold: Vec::new(), context: ScaleContext::new(), drawn: HashMap::new() }
    }

    /// The glyph of `character` in a cell of `width` dots.
    pub fn glyph(&mut self, character: char, bold: bool, width: usize) -> Bitmap {
        let key = (character, bold, width);
        if let Some(bitmap) = self.drawn.get(&key) {
            return bitmap.clone();
        }
        let bitmap = self.draw(character, bold, width).unwrap_or_else(|| Bitmap::tofu(width));
        if self.drawn.len() < GLYPHS_MAX {
            self.drawn.insert(key, bitmap.clone());
        }
        bitmap
    }

    fn draw(&mut self, character: char, bold: bool, width: usize) -> Option<Bitmap> {
        if matches!(character, ' ' | '\u{3000}') {
            return Some(Bitmap::blank(width, CELL));
        }
        let font = FontRef::from_index(if bold { &self.bold } else { &self.regular }, FACE)?;
        let glyph = font.charmap().map(character);
        if glyph == 0 {
            return None;
        }
        let mut scaler = self.context.builder(font).size(EM).hint(true).build();
        let image = Render::new(&[Source::Outline]).format(Format::Alpha).render(&mut scaler, glyph)?;
        let advance = font.glyph_metrics(&[]).scale(EM).advance_width(glyph);
        let margin = (width as f32 - advance) / 2.0;
        let left = image.placement.left + margin.round() as i32;
        let top = BASELINE - image.placement.top;
        Some(place(&image, width, left, top))
    }
}

/// The image in a cell, black where enough of a dot is covered.
fn place(image: &swash::scale::image::Image, width: usize, left: i32, top: i32) -> Bitmap {
    let mut bitmap = Bitmap::blank(width, CELL);
    let columns = image.placement.width.max(1) as usize;
    for (index, coverage) in image.data.iter().enumerate() {
        let x = usize::try_from(left + (index % columns) as i32);
        let y = usize::try_from(top + (index / columns) as i32);
        if let (Ok(x), Ok(y)) = (x, y) {
            bitmap.set(x, y, *coverage >= BLACK);
        }
    }
    bitmap
}

fn read(path: &'static str) -> Result<Vec<u8>, GlyphError> {
    let data = std::fs::read(Path::new(path)).map_err(|source| GlyphError::Read { path, source })?;
    match FontRef::from_index(&data, FACE) {
        Some(_) => Ok(data),
        None => Err(GlyphError::Face(path)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn ink(bitmap: &Bitmap) -> usize {
        (0..bitmap.height)
            .flat_map(|y| (0..bitmap.width).map(move |x| (x, y)))
            .filter(|(x, y)| bitmap.get(*x, *y))
            .count()
    }

    #[test]
    fn characters_have_ink_of_their_own() {
        let mut glyphs = Glyphs::load().unwrap();
        let zhong = glyphs.glyph('中', false, 24);
        assert!(ink(&zhong) > 60 && ink(&zhong) < 250, "{}", ink(&zhong));
        assert_ne!(zhong, glyphs.glyph('国', false, 24));
        assert!(ink(&glyphs.glyph('中', true, 24)) > ink(&zhong));
        assert_eq!(ink(&glyphs.glyph(' ', false, 12)), 0);
        assert_eq!(glyphs.glyph('A', false, 12).width, 12);
    }

    #[test]
    fn an_unknown_character_is_a_frame() {
        let mut glyphs = Glyphs::load().unwrap();
        assert_eq!(glyphs.glyph('\u{E000}', false, 24), Bitmap::tofu(24));
    }

    #[test]
    fn enlarging_makes_blocks() {
        let mut bitmap = Bitmap::blank(1, 1);
        bitmap.set(0, 0, true);
        assert_eq!(ink(&bitmap.enlarged(2, 3)), 6);
    }
}
