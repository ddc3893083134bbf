//! Driver of code scanners: several dialects on a serial line, and HID point-of-sale scanners.
//!
//! Bytes flow [`Input`] → [`protocol`], whose framing finds whole codes and whose text decision reads them, and come out
//! as the port's [`Scan`](kiosk_drivers_api::Scan). A [`Dialect`] says as data how a model frames codes and is commanded;
//! [`Seen`] tells a code that still lies there from a new one. Only `driver` knows about waiting and reconnecting.

mod config;
mod deadlines;
mod dialect;
mod driver;
mod input;
pub mod protocol;
mod seen;
mod usb;

#[cfg(test)]
mod scripted;

pub use config::Config;
pub use dialect::{Dialect, Framing};
pub use driver::{Scanner, SerialCodeScanner};
pub use input::{Input, SerialInput};
pub use seen::Seen;
pub use usb::{HidCodeScanner, HidInput, USB_IDS, UsbConfig};
