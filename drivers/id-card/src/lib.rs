//! Driver of resident-identity-card readers: a SAM_V / SAM_A security module (GA/T 467) on a serial line or USB.
//!
//! Bytes flow `kiosk_serial` or `usb` → `protocol::frame` → `protocol::command` → `protocol::record`, and come out as the
//! port's [`IdCard`](kiosk_drivers_api::IdCard). Only `driver` knows about time, reconnecting and cancelling.

mod config;
mod deadlines;
mod driver;
mod photo;
pub mod protocol;
mod usb;

#[cfg(test)]
mod scripted;

pub use config::Config;
pub use driver::{Reader, SerialIdCardReader};
pub use photo::{Photo, PhotoDecoder};
pub use usb::{ReaderLink, USB_IDS, UsbConfig, UsbIdCardReader};
