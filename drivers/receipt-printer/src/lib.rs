//! Driver of ESC/POS receipt printers on a serial line or USB.
//!
//! A [`Document`](kiosk_drivers_api::paper::Document) becomes a `protocol::job` of whole commands; `driver` sends them,
//! watches the printer meanwhile, and believes in the page only when the printer answered a question queued behind the
//! cut. The answers of all kinds share one stream, which `protocol::input` takes apart. What the printer's font lacks is
//! drawn by the [`Glyphs`] that are handed in.

mod config;
mod deadlines;
mod driver;
mod glyphs;
mod model;
pub mod protocol;
mod usb;

#[cfg(test)]
mod scripted;

pub use config::Config;
pub use driver::{Printer, SerialReceiptPrinter};
pub use glyphs::{Bitmap, Cell, Glyphs, NoGlyphs};
pub use kiosk_serial::Flow;
pub use model::{ChineseDouble, Cutter, Model, Repertoire};
pub use usb::{PrinterLink, UsbConfig, UsbReceiptPrinter};
