//! A scanner of the HID point-of-sale kind on USB: codes come in reports, commands go out in reports.

use std::time::Duration;

use kiosk_serial::LinkError;
use kiosk_usb::{HidPort, Port, REPORT_BYTES, Role, UsbError, UsbId, UsbPort, Wanted};

use crate::dialect::Dialect;
use crate::driver::Scanner;
use crate::input::Input;

/// Scanners met so far that come up in this mode. Keyboards are HID as well: without numbers nothing tells them apart.
pub const USB_IDS: [UsbId; 1] = [UsbId::new(0x0C2E, 0x0DB3)];

/// Which scanner it may be, and how it is commanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsbConfig {
    /// Any of these; none at all means [`USB_IDS`].
    pub ids: Vec<UsbId>,
    /// [`Dialect::HID_POS`] or [`Dialect::HONEYWELL_HID`].
    pub dialect: Dialect,
}

/// A scanner on USB.
pub type HidCodeScanner = Scanner<HidInput<UsbPort>>;

impl HidCodeScanner {
    /// Remembers which scanner it may be. Never fails and never waits: the device is looked for on first use.
    pub fn new(config: UsbConfig) -> Self {
        let ids = if config.ids.is_empty() { USB_IDS.to_vec() } else { config.ids };
        Self::on(HidInput::on(UsbPort::new(Wanted { ids, role: Role::Hid })), config.dialect)
    }
}

/// The reports of a scanner on some port.
pub struct HidInput<P>(HidPort<P>);

impl<P: Port> HidInput<P> {
    /// Reports over `port`.
    pub fn on(port: P) -> Self {
        Self(HidPort::new(port))
    }
}

impl<P: Port> Input for HidInput<P> {
    fn open(&mut self) -> Result<(), LinkError> {
        Ok(self.0.open()?)
    }

    fn close(&mut self) {
        self.0.close();
    }

    /// A report has its own deadline.
    fn send(&mut self, command: &[u8], _wait: Duration) -> Result<bool, LinkError> {
        match self.0.write(command) {
            Ok(()) => Ok(true),
            Err(UsbError::Stalled | UsbError::TimedOut) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn receive(&mut self, buffer: &mut [u8], wait: Duration) -> Result<usize, LinkError> {
        match buffer.first_chunk_mut::<REPORT_BYTES>() {
            Some(report) => Ok(self.0.read(report, wait)?),
            None => Ok(0),
        }
    }

    fn now(&self) -> Duration {
        self.0.now()
    }
}

#[cfg(test)]
mod tests;
