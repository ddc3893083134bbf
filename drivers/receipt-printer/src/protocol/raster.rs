//! Pictures: lines with characters the printer lacks, and QR codes it cannot draw (`GS v 0`).
//!
//! The whole line is one picture, since a picture within a line is done differently by every maker. It stands where its
//! offset puts it, counted from the left edge: not every printer aligns pictures.

use kiosk_drivers_api::paper::Align;
use zeroize::Zeroizing;

use super::text::{CELL_HEIGHT, CELL_WIDTH, Glyph};
use crate::glyphs::{Bitmap, Cell, Glyphs};

/// Rows of one command. Between two of them the printer can be asked how it stands.
const BAND_ROWS: usize = 24;

/// `GS v 0`, not enlarged.
const RASTER: [u8; 4] = [0x1D, 0x76, 0x30, 0x00];

/// Begins every real-time command.
const DLE: u8 = 0x10;
/// The second byte of those that exist: EOT, ENQ, DC4.
const REAL_TIME: [u8; 3] = [0x04, 0x05, 0x14];
/// The dot that makes another byte of a DLE.
const ONE_DOT_MORE: u8 = 0x08;

/// Shown where a font that has the odd character lacks a common one.
const REPLACEMENT: char = '〓';

/// How a line is drawn.
#[derive(Clone, Copy)]
pub(super) struct Drawing {
    /// Where it stands.
    pub(super) align: Align,
    /// 1, or 2 for twice as wide and high.
    pub(super) scale: usize,
    /// Emphasised.
    pub(super) bold: bool,
    /// Dots across the paper.
    pub(super) dots: usize,
    /// Rows from this line to the next.
    pub(super) pitch: usize,
}

/// Draws a line of text.
pub(super) fn line(glyphs: &[Glyph], drawing: &Drawing, drawn: &mut dyn Glyphs) -> Bitmap {
    let width = |glyph: &Glyph| glyph.cells() * CELL_WIDTH * drawing.scale;
    let text: usize = glyphs.iter().map(width).sum();
    let mut left = match drawing.align {
        Align::Left => 0,
        Align::Centre => drawing.dots.saturating_sub(text) / 2,
    };
    let mut bitmap = Bitmap::blank((left + text).min(drawing.dots), drawing.pitch);
    for glyph in glyphs {
        let cell = Cell { width: width(glyph), height: CELL_HEIGHT * drawing.scale };
        stamp(&mut bitmap, &picture(glyph.character(), cell, drawn), left, drawing);
        left += cell.width;
    }
    bitmap
}

/// As a printer emphasises: everything once more, one dot further.
fn stamp(bitmap: &mut Bitmap, glyph: &Bitmap, left: usize, drawing: &Drawing) {
    let copies = if drawing.bold { drawing.scale } else { 0 };
    (0..=copies).for_each(|shift| bitmap.stamp(glyph, left + shift, 0, 1));
}

fn picture(character: char, cell: Cell, drawn: &mut dyn Glyphs) -> Bitmap {
    if character.is_whitespace() {
        return Bitmap::blank(cell.width, cell.height);
    }
    let found = drawn.draw(character, cell).or_else(|| drawn.draw(REPLACEMENT, cell));
    found.unwrap_or_else(|| Bitmap::blank(cell.width, cell.height))
}

/// The commands that print a picture at the left edge.
pub(super) fn commands(bitmap: &Bitmap) -> Vec<Zeroizing<Vec<u8>>> {
    let rows = (0..bitmap.height()).collect::<Vec<_>>();
    rows.chunks(BAND_ROWS).map(|rows| band(bitmap, rows)).collect()
}

/// Some rows as one command, no wider than what is black; white paper is one byte wide.
fn band(bitmap: &Bitmap, rows: &[usize]) -> Zeroizing<Vec<u8>> {
    let used = |row: &usize| bitmap.row(*row).iter().rposition(|byte| *byte != 0).map_or(1, |last| last + 1);
    let width = rows.iter().map(used).max().unwrap_or(1);
    let [x_low, x_high] = u16::try_from(width).unwrap_or(u16::MAX).to_le_bytes();
    let [y_low, y_high] = u16::try_from(rows.len()).unwrap_or(u16::MAX).to_le_bytes();
    let mut command = Zeroizing::new(Vec::with_capacity(RASTER.len() + 4 + width * rows.len()));
    command.extend(RASTER);
    command.extend([x_low, x_high, y_low, y_high]);
    rows.iter().for_each(|row| command.extend(&bitmap.row(*row)[..width]));
    tame(&mut command);
    command
}

/// A printer looks for real-time commands in every byte, a picture's too: one dot more makes them another byte.
fn tame(bytes: &mut [u8]) {
    for at in 1..bytes.len() {
        if bytes[at - 1] == DLE && REAL_TIME.contains(&bytes[at]) {
            bytes[at - 1] |= ONE_DOT_MORE;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::text::Font;
    use super::*;
    use crate::glyphs::NoGlyphs;
    use crate::model::Model;
    use crate::scripted::Blocks;

    const PLAIN: Drawing = Drawing { align: Align::Left, scale: 1, bold: false, dots: 576, pitch: 30 };

    fn drawn(text: &str, drawing: &Drawing) -> Bitmap {
        let mut blocks = Blocks;
        let glyphs = Font { model: &Model::PRESENTER_80, drawn: &mut blocks }.glyphs(text);
        line(&glyphs, drawing, &mut Blocks)
    }

    #[test]
    fn characters_stand_side_by_side_in_their_cells() {
        let bitmap = drawn("A鹤", &PLAIN);
        assert_eq!((bitmap.width(), bitmap.height()), (36, 30));
        // Blocks leave one dot white at each edge of a cell.
        let black: Vec<usize> = (0..36).filter(|x| bitmap.is_black(*x, 1)).collect();
        assert_eq!(black, (1..11).chain(13..35).collect::<Vec<_>>());
        assert!((0..36).all(|x| !bitmap.is_black(x, 24)));
    }

    #[test]
    fn a_centred_line_is_drawn_where_it_stands_and_a_double_one_twice_as_large() {
        let centred = Drawing { align: Align::Centre, scale: 2, pitch: 48, ..PLAIN };
        let bitmap = drawn("鹤", &centred);
        let black: Vec<usize> = (0..bitmap.width()).filter(|x| bitmap.is_black(*x, 46)).collect();
        assert_eq!((black.first(), black.last()), (Some(&(264 + 1)), Some(&(264 + 46))));
    }

    #[test]
    fn bold_is_one_dot_more() {
        let bold = drawn("A", &Drawing { bold: true, ..PLAIN });
        assert!(bold.is_black(11, 1) && !drawn("A", &PLAIN).is_black(11, 1));
    }

    #[test]
    fn a_picture_is_sent_in_bands_no_wider_than_its_ink() {
        let mut bitmap = Bitmap::blank(576, 30);
        bitmap.blacken(0, 0);
        bitmap.blacken(17, 23);
        let bands = commands(&bitmap);
        assert_eq!(bands.len(), 2);
        assert_eq!(bands[0][..11], [0x1D, 0x76, 0x30, 0, 3, 0, 24, 0, 0x80, 0, 0]);
        assert_eq!(bands[0].len(), 8 + 3 * 24);
        assert_eq!(bands[0][8 + 3 * 23..], [0, 0, 0x40]);
        assert_eq!(bands[1].to_vec(), [&[0x1D, 0x76, 0x30, 0, 1, 0, 6, 0][..], &[0; 6]].concat());
    }

    #[test]
    fn no_real_time_command_hides_in_a_picture() {
        for second in REAL_TIME {
            let mut bytes = [0xFF, DLE, second, 0x01];
            tame(&mut bytes);
            assert_eq!(bytes, [0xFF, 0x18, second, 0x01]);
        }
        let mut across_rows = [0x00, 0x10, 0x10, 0x04, 0x10];
        tame(&mut across_rows);
        assert_eq!(across_rows, [0x00, 0x10, 0x18, 0x04, 0x10]);
    }

    #[test]
    fn without_fonts_a_picture_stays_white() {
        let mut blocks = Blocks;
        let glyphs = Font { model: &Model::GENERIC_80, drawn: &mut blocks }.glyphs("𠀀");
        let bitmap = line(&glyphs, &PLAIN, &mut NoGlyphs);
        assert!((0..30).all(|y| bitmap.row(y).iter().all(|byte| *byte == 0)));
    }

    proptest! {
        #[test]
        fn bands_hold_every_dot(dots in proptest::collection::vec((0_usize..40, 0_usize..60), 0..40)) {
            let mut bitmap = Bitmap::blank(40, 60);
            dots.iter().for_each(|(x, y)| bitmap.blacken(*x, *y));
            let mut y = 0;
            for band in commands(&bitmap) {
                let (width, rows) = (usize::from(band[4]), usize::from(band[6]));
                prop_assert_eq!(band.len(), 8 + width * rows);
                for row in band[8..].chunks(width) {
                    for x in 0..40 {
                        let sent = row.get(x / 8).is_some_and(|byte| byte & (0x80 >> (x % 8)) != 0);
                        prop_assert!(sent || !bitmap.is_black(x, y));
                    }
                    y += 1;
                }
            }
            prop_assert_eq!(y, 60);
        }
    }
}
