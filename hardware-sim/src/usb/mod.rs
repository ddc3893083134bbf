//! Devices on a USB bus that no kernel has: a tree of files like `/sys` and `/dev`, and sockets that answer what the
//! kernel's usbfs would be asked.
//!
//! A program started with Debian's `libumockdev-preload.so.0` and `UMOCKDEV_DIR` set to that tree finds the devices with
//! the system's libusb and talks to them. The device models are those of the serial lines.
//!
//! `wire` speaks to the preloaded library, `usbfs` is the kernel's side of it, `bus` carries packets between transfers and a
//! [`UsbPeripheral`], `tree` and `uevent` are what a program looks through and listens to.

mod bus;
mod descriptor;
mod peripheral;
mod pipes;
mod plug;
mod tree;
mod uevent;
mod urb;
mod usbfs;
mod wire;

pub use descriptor::Shape;
pub use peripheral::{Setup, UsbPeripheral};
pub use pipes::ReaderPipes;
pub use plug::UsbLine;
pub use tree::{DIR_BYTES_MAX, Place};
