//! Stands in the place of a device that is not configured: it is simply not there.

use kiosk_drivers_api::paper::Document;
use kiosk_drivers_api::{
    Cancel, DeviceStatus, IdCard, IdCardReader, Outlet, Paper, PrintFault, PrinterStatus, ReaderFault,
    ReceiptPrinter,
};

/// No device.
pub struct Absent;

impl IdCardReader for Absent {
    fn status(&mut self) -> DeviceStatus {
        DeviceStatus::NoDevice
    }

    fn read(&mut self, _: &Cancel) -> Result<IdCard, ReaderFault> {
        Err(ReaderFault::NotConnected)
    }
}

impl ReceiptPrinter for Absent {
    fn status(&mut self) -> PrinterStatus {
        PrinterStatus {
            device: DeviceStatus::NoDevice,
            paper: Paper::Unknown,
            outlet: Outlet::Unknown,
            fault: Some(PrintFault::NotConnected),
        }
    }

    fn print(&mut self, _: &Document, _: &Cancel) -> Result<(), PrintFault> {
        Err(PrintFault::NotConnected)
    }
}
