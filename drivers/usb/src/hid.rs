//! Reports of human interface devices (HID 1.11), as point-of-sale scanners give and take them.

use std::time::Duration;

use crate::error::{UsbError, idle_as_zero};
use crate::interface::{Endpoint, Interface};
use crate::limits::REPORT;
use crate::port::{ControlRequest, Port};

/// Bytes of a report of a point-of-sale scanner (HID point of sale usage tables 1.02, 5), in both directions.
pub const REPORT_BYTES: usize = 64;

/// Class request to an interface, out of the terminal (HID 1.11, 7.2).
const ORDER: u8 = 0x21;
const SET_REPORT: u8 = 0x09;
/// Report type "output", the high byte of `wValue`.
const OUTPUT: u8 = 0x02;

/// A device that gives and takes reports.
pub struct HidPort<P> {
    port: P,
    open: Option<(Interface, Endpoint)>,
}

impl<P: Port> HidPort<P> {
    /// Reports over `port`.
    pub fn new(port: P) -> Self {
        Self { port, open: None }
    }

    /// Opens the device; does nothing when it is open.
    pub fn open(&mut self) -> Result<(), UsbError> {
        if self.open.is_none() {
            let interface = self.port.open()?;
            let endpoint = interface.interrupt_in().ok_or(UsbError::Missing)?;
            self.open = Some((interface, endpoint));
        }
        Ok(())
    }

    /// Lets the device go; the next `open` looks for it afresh.
    pub fn close(&mut self) {
        self.open = None;
        self.port.close();
    }

    /// Receives one report, waiting at most `wait`; 0 bytes when none came.
    pub fn read(&mut self, report: &mut [u8; REPORT_BYTES], wait: Duration) -> Result<usize, UsbError> {
        let (_, endpoint) = self.open.as_ref().ok_or(UsbError::Gone)?;
        idle_as_zero(self.port.interrupt_in(endpoint.address, report, wait))
    }

    /// Sends an output report; its first byte is its number.
    pub fn write(&mut self, report: &[u8]) -> Result<(), UsbError> {
        let (interface, _) = self.open.as_ref().ok_or(UsbError::Gone)?;
        let number = report.first().copied().unwrap_or_default();
        let value = u16::from_be_bytes([OUTPUT, number]);
        let index = u16::from(interface.number);
        let request = ControlRequest { kind: ORDER, request: SET_REPORT, value, index };
        self.port.control_out(request, report, REPORT)
    }

    /// Time since some fixed moment; never goes back.
    pub fn now(&self) -> Duration {
        self.port.now()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::scripted::{Deed, Device};

    const WAIT: Duration = Duration::from_millis(50);

    #[test]
    fn reports_come_whole_and_silence_is_no_error() {
        let mut hid = HidPort::new(Device::that([Deed::Give(0x84, vec![2; 64])]));
        hid.open().unwrap();
        let mut report = [0; REPORT_BYTES];
        assert_eq!(hid.read(&mut report, WAIT), Ok(64));
        assert_eq!(report, [2; 64]);
        assert_eq!(hid.read(&mut report, WAIT), Ok(0));
    }

    #[test]
    fn an_output_report_goes_by_its_number() {
        let mut hid = HidPort::new(Device::that([Deed::Answer(vec![])]));
        hid.open().unwrap();
        hid.write(&[0xFD, 0x03, 0x16, 0x54, 0x0D]).unwrap();
        let wanted = ControlRequest { kind: 0x21, request: 0x09, value: 0x02FD, index: 0 };
        assert_eq!(hid.port.requests(), [wanted]);
    }

    #[test]
    fn nothing_passes_before_it_is_open_and_after_it_is_closed() {
        let mut hid = HidPort::new(Device::that([]));
        assert_eq!(hid.read(&mut [0; REPORT_BYTES], WAIT), Err(UsbError::Gone));
        hid.open().unwrap();
        hid.close();
        assert_eq!(hid.write(&[0xFD]), Err(UsbError::Gone));
    }
}
