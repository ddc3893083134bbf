//! One interface of one USB device: found by its numbers or its class, opened, claimed, and talked to in transfers.
//!
//! Drivers see a [`Port`] only, so that their tests can put a peer with virtual time in the place of [`UsbPort`]. The
//! habits of libusb end here: a wait below a millisecond would be one for ever, a kernel driver may sit on the interface,
//! and a device that is plugged in anew is another device. What comes out is a count of bytes or a [`UsbError`].
//!
//! Above it stand [`InPipe`] and [`OutPipe`] (a stream over bulk endpoints), [`printer_class`] (requests of USB printers)
//! and [`HidPort`] (reports of point-of-sale scanners).

mod error;
mod hid;
mod id;
mod interface;
mod limits;
mod open;
mod pipe;
mod port;
pub mod printer_class;

#[cfg(test)]
mod scripted;

pub use error::UsbError;
pub use hid::{HidPort, REPORT_BYTES};
pub use id::{NotAnId, UsbId};
pub use interface::{Endpoint, EndpointKind, Interface, Role, Wanted};
pub use limits::BYTE_TIME;
pub use open::UsbPort;
pub use pipe::{InPipe, OutPipe};
pub use port::{ControlRequest, Port};
