//! The receipt printer: ESC/POS commands, a mechanism that takes its time, and the paper that comes out. No I/O
//! except the font files.
//!
//! 80 mm paper, 576 dots of 203 dpi, a Chinese font of 24 dots, a cutter behind the head.

mod buffer;
mod command;
mod compose;
mod glyphs;
mod model;
mod paper;
mod picture;
mod qr;
mod request;
mod status;
mod writer;

pub use buffer::Flow;
pub use glyphs::{Bitmap, GlyphError, Glyphs};
pub use model::Printer;
pub use paper::{DOTS, HEAD_TO_CUTTER, Piece, Row};
pub use picture::{PAPER_DOTS, png};
pub use status::{Condition, PrinterState};
