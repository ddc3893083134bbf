//! The portrait on the card: handed to whoever can decode it.

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Turns the card's compressed portrait into pixels.
///
/// The format ("WLT") is proprietary and no open decoder is known, so none is shipped; a site with a licensed
/// decoder wraps it in this trait.
pub trait PhotoDecoder: Send {
    /// Decodes the block of 1,024 bytes; `None` when it is not a portrait.
    fn decode(&self, wlt: &[u8; 1024]) -> Option<Photo>;
}

/// A portrait of 102 × 126 pixels. Zeroed when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Photo {
    /// Rows from the top, three bytes (red, green, blue) a pixel: 38,556 bytes.
    pub rgb: Vec<u8>,
}
