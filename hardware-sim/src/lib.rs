//! The kiosk's devices at the wire: an ID-card reader and a receipt printer behind ptys, and a network that can be cut.
//!
//! The simulator encodes every byte itself and shares no codec with the drivers it is used to test. The device models
//! ([`reader`], [`printer`], [`ipp`]) are pure: given the time, they run without waiting.

pub mod chip;
pub mod control;
pub mod ipp;
pub mod limits;
pub mod line;
pub mod pacing;
pub mod peripheral;
pub mod printer;
mod proxy;
pub mod pty;
pub mod reader;
pub mod residents;
mod simulator;
mod tray;
mod world;

pub use simulator::{Options, Simulator, SimulatorError};
