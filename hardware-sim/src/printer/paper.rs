//! The paper: rows of dots under the head, notes of what they say, and pieces that were cut off.

use crate::limits::{NOTES_MAX, PAPER_ROWS_MAX};

/// Dots across the printing width: 72 mm at 203 dpi (8 dots a millimetre).
pub const DOTS: usize = 576;
/// Bytes of one row.
pub const ROW_BYTES: usize = DOTS / 8;
/// Rows between the head and the cutter behind it: 12 mm.
pub const HEAD_TO_CUTTER: usize = 96;

/// One row of dots, the leftmost in the highest bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row([u8; ROW_BYTES]);

impl Default for Row {
    fn default() -> Row {
        Row([0; ROW_BYTES])
    }
}

impl Row {
    /// Burns one dot; nothing beyond the printing width.
    pub fn burn(&mut self, x: usize) {
        if let Some(byte) = self.0.get_mut(x / 8) {
            *byte |= 0x80 >> (x % 8);
        }
    }

    /// Whether the dot at `x` is black.
    pub fn is_black(&self, x: usize) -> bool {
        self.0.get(x / 8).is_some_and(|byte| byte & (0x80 >> (x % 8)) != 0)
    }

    /// Whether nothing is on it.
    pub fn is_blank(&self) -> bool {
        self.0.iter().all(|byte| *byte == 0)
    }
}

/// What a part of the paper says, for people who cannot look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A line of text.
    Line(String),
    /// The content of a QR code.
    Qr(String),
}

/// The paper from the cutter to the head and beyond: all that is not cut off yet.
#[derive(Clone, Debug)]
pub struct Roll {
    rows: Vec<Row>,
    notes: Vec<(usize, Note)>,
    interrupted: bool,
}

impl Default for Roll {
    fn default() -> Roll {
        Roll { rows: vec![Row::default(); HEAD_TO_CUTTER], notes: Vec::new(), interrupted: false }
    }
}

impl Roll {
    /// Moves the paper by one printed row.
    pub fn print(&mut self, row: Row) {
        if self.rows.len() < PAPER_ROWS_MAX {
            self.rows.push(row);
        }
    }

    /// Notes what the rows before say.
    pub fn note(&mut self, note: Note) {
        if self.notes.len() < NOTES_MAX {
            self.notes.push((self.rows.len(), note));
        }
    }

    /// Remembers that data of the present job were lost.
    pub fn interrupt(&mut self) {
        self.interrupted = true;
    }

    /// Rows from the first print to the head; 0 on a roll where nothing is printed since the cut.
    pub fn uncut_rows(&self) -> usize {
        let first = self.rows.iter().position(|row| !row.is_blank());
        first.map_or(0, |first| self.rows.len() - first)
    }

    /// Cuts at the blade. What lies between blade and head stays.
    pub fn cut(&mut self, partial: bool) -> Piece {
        let blade = self.rows.len().saturating_sub(HEAD_TO_CUTTER);
        let kept = self.rows.split_off(blade);
        let rows = std::mem::replace(&mut self.rows, kept);
        let (gone, kept) = self.notes.drain(..).partition(|(row, _)| *row <= blade);
        self.notes = kept;
        self.notes.iter_mut().for_each(|(row, _)| *row -= blade);
        let complete = !std::mem::take(&mut self.interrupted);
        Piece::new(rows, gone, complete, partial)
    }
}

/// A piece of paper that was cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// From top to bottom.
    pub rows: Vec<Row>,
    /// Lines of text as printed.
    pub lines: Vec<String>,
    /// Contents of QR codes.
    pub qr: Vec<String>,
    /// Whether no data were lost while it was printed.
    pub complete: bool,
    /// Whether a bridge was left at its end.
    pub partial: bool,
}

impl Piece {
    fn new(rows: Vec<Row>, notes: Vec<(usize, Note)>, complete: bool, partial: bool) -> Piece {
        let mut piece = Piece { rows, lines: Vec::new(), qr: Vec::new(), complete, partial };
        for (_, note) in notes {
            match note {
                Note::Line(line) => piece.lines.push(line),
                Note::Qr(content) => piece.qr.push(content),
            }
        }
        piece
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn black() -> Row {
        let mut row = Row::default();
        row.burn(0);
        row
    }

    #[test]
    fn what_lies_between_blade_and_head_comes_with_the_next_piece() {
        let mut roll = Roll::default();
        roll.print(black());
        roll.note(Note::Line("late".into()));
        let first = roll.cut(false);
        assert!(first.rows.iter().all(Row::is_blank) && first.lines.is_empty());
        (0..HEAD_TO_CUTTER).for_each(|_| roll.print(Row::default()));
        let second = roll.cut(true);
        assert_eq!(second.lines, ["late"]);
        assert_eq!(second.rows.iter().filter(|row| !row.is_blank()).count(), 1);
        assert!(second.partial && second.complete);
    }

    #[test]
    fn an_interrupted_piece_says_so_once() {
        let mut roll = Roll::default();
        roll.interrupt();
        assert!(!roll.cut(false).complete);
        assert!(roll.cut(false).complete);
    }
}
