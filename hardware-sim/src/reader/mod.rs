//! The ID-card reader: frames, cards, and the SAM between them. Pure: bytes in, bytes and think times out.

mod card;
mod frame;
mod model;

pub use card::{Card, PHOTO_BYTES, TEXT_BYTES};
pub use model::{Answer, Fault, Reader};
