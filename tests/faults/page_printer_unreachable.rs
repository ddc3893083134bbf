//! The page printer's plug is pulled, or it answers badly or not at all.

use std::time::{Duration, Instant};

use kiosk_drivers_api::{DeviceStatus, PageFault};
use kiosk_sim::control::{Command, Device, PagePrinterState};

use crate::page_printer::PageDesk;

const PULL: Command = Command::Unplug { device: Device::PagePrinter };
const PUT_BACK: Command = Command::Plug { device: Device::PagePrinter };

/// From the last answer to the fault: the driver's patience, and the last order to cancel.
const GIVEN_UP_MAX: Duration = Duration::from_millis(2_500);

#[test]
fn a_page_without_a_printer_is_told() {
    let mut desk = PageDesk::new();
    assert_eq!(desk.status().device, DeviceStatus::Online);
    desk.simulator.act(&PULL).unwrap();
    assert_eq!(desk.print(), Err(PageFault::NotConnected));
    assert_eq!(desk.status().device, DeviceStatus::NoDevice);
    desk.simulator.act(&PUT_BACK).unwrap();
    assert_eq!(desk.status().device, DeviceStatus::Online);
    assert_eq!(desk.print(), Ok(()));
}

#[test]
fn a_plug_pulled_in_mid_job_is_never_called_printed() {
    let mut desk = PageDesk::new();
    let result = desk.print_while(|simulator, _| simulator.act(&PULL).unwrap());
    assert_eq!(result, Err(PageFault::Unconfirmed));
    desk.simulator.act(&PUT_BACK).unwrap();
    assert!(desk.view().printed.is_empty());
    assert_eq!(desk.print(), Ok(()));
}

#[test]
fn answers_that_end_or_make_no_sense_are_never_called_printed() {
    let mut desk = PageDesk::new();
    for state in [
        PagePrinterState::Silent,
        PagePrinterState::Garbage,
        PagePrinterState::Torn,
        PagePrinterState::Forbidden,
    ] {
        let mut happened = None;
        let result = desk.print_while(|simulator, _| {
            simulator.act(&Command::PagePrinter { state }).unwrap();
            happened = Some(Instant::now());
        });
        assert_eq!(result, Err(PageFault::Unconfirmed), "{state:?}");
        let took = happened.expect("it happened").elapsed();
        assert!(took < GIVEN_UP_MAX, "{state:?} after {took:?}");
        desk.set(PagePrinterState::Ok);
        assert_eq!(desk.status().device, DeviceStatus::Online, "{state:?}");
        assert_eq!(desk.view().waiting, 0, "what was owed is cancelled");
    }
}

#[test]
fn each_bad_answer_has_its_fault() {
    let mut desk = PageDesk::new();
    for (state, fault) in [
        (PagePrinterState::Silent, PageFault::Unconfirmed),
        (PagePrinterState::Garbage, PageFault::Garbled),
        (PagePrinterState::Torn, PageFault::Garbled),
        (PagePrinterState::Forbidden, PageFault::NotAllowed),
    ] {
        desk.set(state);
        assert_eq!(desk.print(), Err(fault));
    }
}
