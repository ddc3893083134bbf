//! Commands, answers and what cards hold; no input or output of its own: a [`Transmit`] is handed in.

mod apdu;
mod bank;
mod check;
mod conversation;
mod pin;
mod social;
mod status;
mod technician;
mod text;
mod tlv;

pub use apdu::Command;
pub use bank::read_bank_card;
pub use check::{is_luhn_valid, is_valid_number};
pub use conversation::{Conversation, Reply, Transmit};
pub use pin::Pin;
pub use social::{read_social_card, select_social_card, verify_pin};
pub use status::Status;
pub use technician::read_technician_card;
pub use tlv::{Tlv, all, find, items, list_values};
