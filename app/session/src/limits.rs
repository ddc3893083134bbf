//! Every limit of the session, in one table.

use kiosk_model::Mode;

/// Digits of an amount before the point: below ten million yuan; packages set the real bounds.
pub(crate) const YUAN_DIGITS_MAX: usize = 7;
/// Digits of an amount behind the point: fen.
pub(crate) const FEN_DIGITS: usize = 2;

/// Tiles on one page of the home screen; six for elders, who get larger ones.
pub(crate) fn tiles_per_page(mode: Mode) -> usize {
    match mode {
        Mode::Normal => 8,
        Mode::Elder => 6,
    }
}
