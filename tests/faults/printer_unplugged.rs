//! The printer's plug is pulled and put back.

use kiosk_drivers_api::{DeviceStatus, PrintFault, ReceiptPrinter};
use kiosk_sim::control::{Command, Device};

use crate::printer::{PrinterDesk, page};

const PULL: Command = Command::Unplug { device: Device::ReceiptPrinter };
const PUT_BACK: Command = Command::Plug { device: Device::ReceiptPrinter };

#[test]
fn a_page_without_a_printer_is_told() {
    let mut desk = PrinterDesk::new();
    desk.simulator.act(&PULL).unwrap();
    assert_eq!(desk.print(&page("第一位", 3)), Err(PrintFault::NotConnected));
    assert_eq!(desk.driver.status().device, DeviceStatus::NoDevice);
    desk.simulator.act(&PUT_BACK).unwrap();
    desk.prints_the_next_page_alone("第一位");
    desk.never_gave("第一位");
}

#[test]
fn a_plug_pulled_during_a_page_is_never_called_printed() {
    let mut desk = PrinterDesk::new();
    let result = desk.print_while(&page("第一位", 60), |simulator| simulator.act(&PULL).unwrap());
    assert_eq!(result, Err(PrintFault::NotConnected));
    desk.simulator.act(&PUT_BACK).unwrap();
    desk.prints_the_next_page_alone("第一位");
    desk.never_gave("第一位");
}
