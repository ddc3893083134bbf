//! Bytes to types and back; no input or output here.

mod check;
mod command;
mod foreigner;
mod frame;
mod record;
mod resident;
mod status;
mod text;

pub use check::is_valid_number;
pub use command::{Answer, Command, sam_number};
pub use frame::{Decoder, FRAME_BYTES_MAX, Reply, encode};
pub(crate) use frame::{HEADER_BYTES, PREAMBLE};
pub use record::{Body, newest_address, parse};
pub use status::fault_of;

#[cfg(test)]
pub(crate) use record::tests::synthetic;
