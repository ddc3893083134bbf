//! What a driver knows of its device.

use std::time::Duration;

use crate::error::UsbError;
use crate::interface::Interface;

/// One interface of one device. Every transfer ends by its wait, of which less than a millisecond counts as one.
pub trait Port: Send {
    /// Finds the device, opens it and claims the interface; tells the interface only when it is open.
    fn open(&mut self) -> Result<Interface, UsbError>;

    /// Lets the device go; the next `open` looks for it afresh.
    fn close(&mut self);

    /// Sends bytes and says how many the device took; [`UsbError::TimedOut`] when none.
    fn bulk_out(&mut self, endpoint: u8, bytes: &[u8], wait: Duration) -> Result<usize, UsbError>;

    /// Receives into `buffer`, a whole number of packets long; [`UsbError::TimedOut`] when nothing came.
    fn bulk_in(&mut self, endpoint: u8, buffer: &mut [u8], wait: Duration) -> Result<usize, UsbError>;

    /// Receives one report.
    fn interrupt_in(&mut self, endpoint: u8, buffer: &mut [u8], wait: Duration) -> Result<usize, UsbError>;

    /// Asks over the control endpoint.
    fn control_in(
        &mut self,
        request: ControlRequest,
        buffer: &mut [u8],
        wait: Duration,
    ) -> Result<usize, UsbError>;

    /// Orders over the control endpoint.
    fn control_out(&mut self, request: ControlRequest, bytes: &[u8], wait: Duration) -> Result<(), UsbError>;

    /// Time since some fixed moment; never goes back.
    fn now(&self) -> Duration;
}

/// The head of a control transfer (USB 2.0, 9.3), without its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlRequest {
    /// `bmRequestType`: direction, type and recipient.
    pub kind: u8,
    /// `bRequest`
    pub request: u8,
    /// `wValue`
    pub value: u16,
    /// `wIndex`
    pub index: u16,
}
