//! A device and how it is connected.

use crate::line::{End, Line};
use crate::recording::Wire;
use crate::usb::{UsbLine, UsbPeripheral};

/// A device on a serial line or on the bus; what is done to it is the same.
#[derive(Debug)]
pub enum Attached<P> {
    /// Behind a pty.
    Serial(Line<P>),
    /// On the USB bus.
    Usb(UsbLine<P>),
}

impl<P: UsbPeripheral> Attached<P> {
    /// Looks at the device or changes it.
    pub fn with<T>(&self, act: impl FnOnce(&mut End<P>) -> T) -> T {
        match self {
            Attached::Serial(line) => line.with(act),
            Attached::Usb(line) => line.with(act),
        }
    }

    /// What it hangs on.
    pub fn wire(&self) -> Wire {
        match self {
            Attached::Serial(line) => Wire::Serial { baud: line.with(|end| end.device.baud()) },
            Attached::Usb(_) => Wire::Usb,
        }
    }

    /// Whether the plug is in.
    pub fn is_plugged(&self) -> bool {
        match self {
            Attached::Serial(line) => line.is_plugged(),
            Attached::Usb(line) => line.is_plugged(),
        }
    }

    /// Pulls the plug once the device has said so many more bytes; tells whether it can: there are no bytes in a row on a bus.
    pub fn pull_after(&self, bytes: u64) -> bool {
        match self {
            Attached::Serial(line) => {
                line.with(|end| end.pull_after(bytes));
                true
            }
            Attached::Usb(_) => false,
        }
    }

    /// Pulls the plug or puts it in.
    pub fn set_plugged(&self, plugged: bool) {
        match self {
            Attached::Serial(line) => line.set_plugged(plugged),
            Attached::Usb(line) => line.set_plugged(plugged),
        }
    }
}
