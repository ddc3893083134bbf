//! The ID-card reader: frames, cards, the SAM between them, and the time it takes. No I/O.

mod card;
mod device;
mod frame;
mod sam;

pub use card::{Card, PHOTO_BYTES, TEXT_BYTES};
pub use device::Reader;
pub(crate) use frame::mend;
pub use frame::{Request, reply, take_request};
pub use sam::{Answer, BAUDS, Fault, Sam};
