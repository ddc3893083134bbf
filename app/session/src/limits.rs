//! Every limit of the session, in one table.

/// Digits of an amount before the point: below ten million yuan; packages set the real bounds.
pub(crate) const YUAN_DIGITS_MAX: usize = 7;
/// Digits of an amount behind the point: fen.
pub(crate) const FEN_DIGITS: usize = 2;

/// Tiles on one page of the home screen: as many as can be large enough for everybody.
pub(crate) const TILES_PER_PAGE: usize = 6;

/// Digits of the PIN of a social security card: the fewest its driver hands over. Two share a byte, so there is no odd number.
pub(crate) const CARD_PIN_DIGITS_MIN: usize = 4;
/// The most that can be marked side by side; the driver takes more, usual are 6.
pub(crate) const CARD_PIN_DIGITS_MAX: usize = 12;
/// Places that are marked before anything is typed.
pub(crate) const CARD_PIN_DIGITS_USUAL: usize = 6;

/// Digits of a technician's PIN: the fewest that cannot be tried out between two waits, the most anybody keeps in mind.
pub(crate) const PIN_DIGITS_MIN: usize = 6;
/// The most.
pub(crate) const PIN_DIGITS_MAX: usize = 8;

/// Of the store's room gone, percent: from here on technicians are told, while there is time to see why nothing is delivered. The
/// store's own first tier.
pub(crate) const ROOM_MINDED_PERCENT: u8 = 80;
