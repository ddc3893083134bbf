//! One line of text being put together, with the styles in force.

use super::glyphs::{Bitmap, CELL, Glyphs};
use super::paper::{DOTS, Row};

/// Dots of a narrow character's cell.
const NARROW: usize = 12;
/// Dots of a Chinese character's cell.
const WIDE: usize = 24;
/// Paper feed of one line after power-on: 3.75 mm.
pub const LINE_SPACING: usize = 30;

/// Styles as ESC/POS sets them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Emphasised.
    pub bold: bool,
    /// White on black.
    pub reverse: bool,
    /// Dots of the line under narrow characters: 0 to 2.
    pub underline: usize,
    /// Dots of the line under Chinese characters: 0 to 2.
    pub chinese_underline: usize,
    /// Times wider and higher, less one, as `GS !` gives them: 0 to 7.
    pub size: (usize, usize),
    /// Chinese characters twice as wide and high, by `FS W` or `FS !`.
    pub chinese_double: (bool, bool),
}

impl Style {
    /// ESC !: 08 bold, 10 double height, 20 double width, 80 underline.
    pub fn set_print_mode(&mut self, n: u8) {
        self.bold = n & 0x08 != 0;
        self.size = (usize::from(n >> 5 & 1), usize::from(n >> 4 & 1));
        self.underline = usize::from(n >> 7);
    }

    /// FS !, Epson's bits: 04 double width, 08 double height, 80 underline.
    pub fn set_chinese_print_mode(&mut self, n: u8) {
        self.chinese_double = (n & 0x04 != 0, n & 0x08 != 0);
        self.chinese_underline = usize::from(n >> 7);
    }

    /// GS !: width in the high half, height in the low half.
    pub fn set_size(&mut self, n: u8) {
        self.size = (usize::from(n >> 4 & 7), usize::from(n & 7));
    }

    fn times(&self, wide: bool) -> (usize, usize) {
        let (width, height) = (self.size.0 + 1, self.size.1 + 1);
        let (double_width, double_height) = self.chinese_double;
        let at_least = |double: bool| if wide && double { 2 } else { 1 };
        (width.max(at_least(double_width)), height.max(at_least(double_height)))
    }

    fn dress(&self, bitmap: &Bitmap, wide: bool) -> Bitmap {
        let (x, y) = self.times(wide);
        let large = bitmap.enlarged(x, y);
        let underline = if wide { self.chinese_underline } else { self.underline };
        let lined = large.underlined(underline);
        if self.reverse { lined.reversed() } else { lined }
    }
}

/// Where a line stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// At the left edge.
    #[default]
    Left,
    /// In the middle.
    Centre,
    /// At the right edge.
    Right,
}

impl Align {
    fn offset(self, width: usize) -> usize {
        let free = DOTS.saturating_sub(width);
        match self {
            Align::Left => 0,
            Align::Centre => free / 2,
            Align::Right => free,
        }
    }

    /// Rows of `bitmap` where this alignment puts it.
    pub fn rows(self, bitmap: &Bitmap) -> Vec<Row> {
        let offset = self.offset(bitmap.width);
        (0..bitmap.height).map(|y| row(bitmap, y, offset)).collect()
    }
}

fn row(bitmap: &Bitmap, y: usize, offset: usize) -> Row {
    let mut row = Row::default();
    (0..bitmap.width).filter(|x| bitmap.get(*x, y)).for_each(|x| row.burn(offset + x));
    row
}

/// Characters that wait for the end of the line.
#[derive(Clone, Debug, Default)]
pub struct Line {
    cells: Vec<Bitmap>,
    width: usize,
    text: String,
}

impl Line {
    /// Whether nothing is on it.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// What it says, with the alignment's spaces left out.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Adds a character; gives it back undone where the line is full.
    pub fn add(&mut self, character: char, wide: bool, style: &Style, glyphs: &mut Glyphs) -> bool {
        let glyph = glyphs.glyph(character, style.bold, if wide { WIDE } else { NARROW });
        let cell = style.dress(&glyph, wide);
        if self.width + cell.width > DOTS {
            return false;
        }
        self.width += cell.width;
        self.cells.push(cell);
        self.text.push(character);
        true
    }

    /// Spaces up to the next multiple of eight narrow characters.
    pub fn tab(&mut self) {
        let stop = (self.width / (8 * NARROW) + 1) * 8 * NARROW;
        if stop < DOTS {
            self.cells.push(Bitmap::blank(stop - self.width, CELL));
            self.width = stop;
            self.text.push('\t');
        }
    }

    /// The line as one bitmap: all characters stand on the same foot.
    pub fn bitmap(&self) -> Bitmap {
        let height = self.cells.iter().map(|cell| cell.height).max().unwrap_or(0);
        let mut bitmap = Bitmap::blank(self.width, height);
        let mut left = 0;
        for cell in &self.cells {
            copy(cell, &mut bitmap, left, height - cell.height);
            left += cell.width;
        }
        bitmap
    }
}

fn copy(from: &Bitmap, to: &mut Bitmap, left: usize, top: usize) {
    for y in 0..from.height {
        (0..from.width).for_each(|x| to.set(left + x, top + y, from.get(x, y)));
    }
}
