//! What code scanners say, on a serial line in several dialects or as HID point-of-sale scanners.
//!
//! Bytes go through a framing of [`protocol`], which finds whole codes, and through its text decision. A [`Dialect`] says
//! as data how a model frames codes and is commanded; [`Seen`] tells a code that still lies there from a new one. Nothing
//! here waits or talks to a device.

mod dialect;
mod limits;
pub mod protocol;
mod seen;

pub use dialect::{Dialect, Framing};
pub use seen::Seen;
