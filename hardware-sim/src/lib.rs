//! The kiosk's devices at the wire: an ID-card reader and a receipt printer behind ptys, and a network that can be cut.
//!
//! The simulator encodes every byte itself and shares no codec with the drivers it is used to test.

pub mod limits;
pub mod line;
pub mod pacing;
pub mod peripheral;
pub mod pty;
pub mod reader;
pub mod residents;
