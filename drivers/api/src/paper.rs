//! A printed page, independent of any printer.

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A receipt: lines from top to bottom, cut at the end. Zeroed when dropped, since it may name a person.
#[derive(Clone, Default, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Document {
    /// From top to bottom.
    pub lines: Vec<Line>,
}

/// One element of a receipt.
#[derive(Clone, PartialEq, Eq, Zeroize)]
pub enum Line {
    /// Text; wrapped by the driver at the paper's width.
    Text {
        /// What is printed.
        text: String,
        /// Where it stands.
        align: Align,
        /// How large.
        size: Size,
        /// Whether it is emphasised.
        bold: bool,
    },
    /// A label at the left and its value at the right; on two lines where one is too narrow.
    Pair {
        /// At the left edge.
        label: String,
        /// At the right edge.
        value: String,
    },
    /// A dashed line across the paper.
    Rule,
    /// This many empty lines.
    Space(u8),
    /// A QR code (ISO/IEC 18004, level M), centred.
    Qr(String),
}

/// Where a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Zeroize)]
pub enum Align {
    /// At the left edge.
    Left,
    /// In the middle.
    Centre,
}

/// How large a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Zeroize)]
pub enum Size {
    /// 24 dots high on a printer of 203 dpi: 3 mm.
    Normal,
    /// Twice as wide and high.
    Double,
}
