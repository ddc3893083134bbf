//! Driver of smart-card readers: social security cards, bank cards and technicians' cards, over PC/SC and its service `pcscd`.
//!
//! Bytes flow `slot` (a card in a reader) → `protocol::conversation` (commands and answers) → `protocol::social`,
//! `protocol::technician` or `protocol::bank`, and come out as the port's [`SmartCard`](kiosk_drivers_api::SmartCard). Only `driver` knows about
//! time, reconnecting and cancelling.

mod config;
mod deadlines;
mod driver;
pub mod protocol;
mod slot;

#[cfg(test)]
mod scripted;

pub use config::{Config, TECHNICIAN_APPLICATION};
pub use driver::{PcscSmartCardReader, Reader};
pub use slot::{Answer, Insertion, PcscSlot, Request, Slot, SlotError, Wire};
