//! Why a USB device cannot be used.

use kiosk_serial::LinkError;

/// What went wrong with a device or a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsbError {
    /// No such device is plugged in. Cure: plug it in, or correct the numbers in the configuration.
    #[error("no such USB device")]
    Missing,
    /// The operating system refuses access. Cure: install the udev rules.
    #[error("no permission to open the USB device")]
    Refused,
    /// Somebody else holds the interface. Cure: stop the other program.
    #[error("the USB device is in use by another program")]
    InUse,
    /// Nothing was transferred within the deadline.
    #[error("the USB device took or gave nothing in time")]
    TimedOut,
    /// The device was unplugged or restarted. Cure: plug it in again; the driver reopens by itself.
    #[error("the USB device went away")]
    Gone,
    /// The device refused the request, or its endpoint halted; the halt has been cleared.
    #[error("the USB device refused the transfer")]
    Stalled,
    /// A transfer failed otherwise. Cure: cable and hub, then the device.
    #[error("the USB transfer failed")]
    Failed,
}

impl From<rusb::Error> for UsbError {
    fn from(error: rusb::Error) -> Self {
        match error {
            rusb::Error::NoDevice => UsbError::Gone,
            rusb::Error::Access => UsbError::Refused,
            rusb::Error::Busy => UsbError::InUse,
            rusb::Error::Timeout => UsbError::TimedOut,
            rusb::Error::Pipe => UsbError::Stalled,
            rusb::Error::Io
            | rusb::Error::InvalidParam
            | rusb::Error::NotFound
            | rusb::Error::Overflow
            | rusb::Error::Interrupted
            | rusb::Error::NoMem
            | rusb::Error::NotSupported
            | rusb::Error::BadDescriptor
            | rusb::Error::Other => UsbError::Failed,
        }
    }
}

impl From<UsbError> for LinkError {
    /// A line with a failed transfer counts as broken: opening it afresh is the cure for all of them.
    fn from(error: UsbError) -> Self {
        match error {
            UsbError::Missing => LinkError::Missing,
            UsbError::Refused => LinkError::Refused,
            UsbError::InUse => LinkError::InUse,
            UsbError::TimedOut | UsbError::Gone | UsbError::Stalled | UsbError::Failed => LinkError::Gone,
        }
    }
}

/// Nothing within the deadline is no error on a line.
pub(crate) fn idle_as_zero(result: Result<usize, UsbError>) -> Result<usize, UsbError> {
    match result {
        Err(UsbError::TimedOut) => Ok(0),
        other => other,
    }
}
