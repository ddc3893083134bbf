//! The line between a driver and its device: bytes and a clock behind one small trait, and its serial implementation.
//!
//! A driver sees a [`Link`] only, so that its tests can put a peer with virtual time in the place of [`SerialLink`]. The
//! habits of serial ports and pseudo-terminals end here: what comes out is a count of bytes or a [`LinkError`].

mod limits;
mod link;
mod port;

pub use limits::{PIECE_BYTES, SLICE};
pub use link::{Link, LinkError, SideStatus};
pub use port::{Flow, SerialLink};
