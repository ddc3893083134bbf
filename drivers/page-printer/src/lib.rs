//! Driver of printers of whole pages that speak IPP (RFC 8010, RFC 8011), by themselves or behind a CUPS queue.
//!
//! `protocol` makes requests and reads answers, `line` carries both over HTTP, `driver` keeps order and deadlines. A page
//! counts as printed when its job is `completed` and the printer's own state does not speak against it; that the printer
//! took the document says nothing.

mod config;
mod deadlines;
mod driver;
pub mod line;
pub mod protocol;

#[cfg(test)]
mod scripted;

pub use config::Config;
pub use driver::{IppPagePrinter, Printer};
