//! National codes.

mod id_number;
mod rating;

pub use id_number::{BadIdNumber, check_char, check_id_number};
pub use rating::RatingLevel;
