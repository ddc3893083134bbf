//! The kiosk's devices at the wire: an ID-card reader and a receipt printer behind ptys or on USB, a code scanner, a page
//! printer, chip cards, and a network that can be cut.
//!
//! The simulator encodes every byte itself and shares no codec with the drivers it is used to test. The device models
//! ([`reader`], [`printer`], [`scanner`], [`ipp`]) are pure: given the time, they run without waiting.

mod attached;
pub mod chip;
pub mod control;
mod disk;
pub mod ipp;
pub mod limits;
pub mod line;
mod outgoing;
pub mod pacing;
pub mod peripheral;
pub mod printer;
mod proxy;
pub mod pty;
pub mod reader;
pub mod recording;
pub mod residents;
pub mod scanner;
mod simulator;
mod tray;
pub mod usb;
mod world;

pub use attached::Attached;
pub use simulator::{Options, Simulator, SimulatorError, UsbOptions};
