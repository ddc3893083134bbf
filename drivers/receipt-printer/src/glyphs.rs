//! Characters the printer's own font lacks: who draws them, and as what.

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Draws characters. The driver has no fonts; whoever has some hands this in.
pub trait Glyphs: Send {
    /// Draws a character into a cell; `None` where no font has it.
    fn draw(&mut self, character: char, cell: Cell) -> Option<Bitmap>;

    /// Fonts that should be there and are not, for the technician.
    fn missing(&self) -> Vec<String> {
        Vec::new()
    }
}

/// The room a character has, in dots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Half of the height for Latin and Cyrillic letters, all of it for Chinese characters.
    pub width: usize,
    /// 24 at normal size, 48 at double size.
    pub height: usize,
}

/// Without fonts: what the printer lacks is printed as a visible replacement.
pub struct NoGlyphs;

impl Glyphs for NoGlyphs {
    fn draw(&mut self, _: char, _: Cell) -> Option<Bitmap> {
        None
    }
}

/// Black and white dots. Zeroed when dropped, since they may show a name.
#[derive(Clone, Debug, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Bitmap {
    width: usize,
    height: usize,
    /// Row by row, the leftmost dot in the highest bit; each row begins with a new byte.
    bytes: Vec<u8>,
}

impl Bitmap {
    /// All white.
    pub fn blank(width: usize, height: usize) -> Self {
        Self { width, height, bytes: vec![0; width.div_ceil(8) * height] }
    }

    /// Dots across.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Dots down.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Blackens a dot; nothing beyond the edges.
    pub fn blacken(&mut self, x: usize, y: usize) {
        if x < self.width && y < self.height {
            self.bytes[y * self.width.div_ceil(8) + x / 8] |= 0x80 >> (x % 8);
        }
    }

    /// Whether a dot is black; white beyond the edges.
    pub fn is_black(&self, x: usize, y: usize) -> bool {
        x < self.width
            && y < self.height
            && self.bytes[y * self.width.div_ceil(8) + x / 8] & (0x80 >> (x % 8)) != 0
    }

    /// Blackens what is black in `other`, whose corner stands at `left` and `top`; times `scale` larger.
    pub(crate) fn stamp(&mut self, other: &Bitmap, left: usize, top: usize, scale: usize) {
        for y in 0..other.height * scale {
            for x in (0..other.width * scale).filter(|x| other.is_black(x / scale, y / scale)) {
                self.blacken(left + x, top + y);
            }
        }
    }

    /// Bytes of one row.
    pub(crate) fn row(&self, y: usize) -> &[u8] {
        let width = self.width.div_ceil(8);
        &self.bytes[y * width..(y + 1) * width]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_beyond_the_edges_are_white_and_stay_so() {
        let mut bitmap = Bitmap::blank(9, 2);
        for (x, y) in [(8, 1), (9, 0), (0, 2)] {
            bitmap.blacken(x, y);
        }
        assert_eq!((bitmap.row(0), bitmap.row(1)), (&[0, 0][..], &[0, 0x80][..]));
        assert!(bitmap.is_black(8, 1) && !bitmap.is_black(9, 0) && !bitmap.is_black(0, 2));
    }

    #[test]
    fn a_stamp_is_scaled_and_cut_at_the_edge() {
        let mut dot = Bitmap::blank(1, 1);
        dot.blacken(0, 0);
        let mut bitmap = Bitmap::blank(8, 2);
        bitmap.stamp(&dot, 3, 0, 2);
        bitmap.stamp(&dot, 7, 1, 2);
        assert_eq!((bitmap.row(0), bitmap.row(1)), (&[0b0001_1000][..], &[0b0001_1001][..]));
    }
}
