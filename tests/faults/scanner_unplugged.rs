//! The scanner's plug is pulled and put back.

use kiosk_drivers_api::{CodeScanner, DeviceStatus, ScanFault};
use kiosk_sim::Simulator;
use kiosk_sim::control::{Command, Device};
use kiosk_tests::deadlines::{FOUND, poll};

use crate::scanner_desk::{KINDS, ScannerDesk};

/// Digits of a code, and after how many bytes the plug is pulled: behind all answers to commands, before the code's end.
const LONG: usize = 2_900;
const PULLED_AFTER: u64 = 200;

fn pull(simulator: &Simulator) {
    simulator.act(&Command::Unplug { device: Device::Scanner }).unwrap();
}

fn comes_back(mut desk: ScannerDesk, kind: &str) {
    assert_eq!(desk.driver.status(), DeviceStatus::NoDevice, "{kind}");
    desk.simulator.act(&Command::Plug { device: Device::Scanner }).unwrap();
    desk.show("again");
    let read = poll(FOUND, || desk.text().ok());
    assert_eq!(read.as_deref(), Some("again"), "{kind}");
}

#[test]
fn in_the_middle_of_a_code_nothing_is_taken_and_it_comes_back_by_itself() {
    for kind in KINDS {
        let mut desk = ScannerDesk::new(kind);
        desk.show(&"7".repeat(LONG));
        let (device, bytes) = (Device::Scanner, PULLED_AFTER);
        desk.simulator.act(&Command::UnplugAfter { device, bytes }).unwrap();
        assert_eq!(desk.text(), Err(ScanFault::NotConnected), "{kind:?}");
        comes_back(desk, &format!("{kind:?}"));
    }
}

#[test]
fn while_it_looks_it_is_missed_at_once_and_comes_back_by_itself() {
    for kind in KINDS {
        let mut desk = ScannerDesk::new(kind);
        let result = desk.scan_while(|view| view.lit, |simulator, _| pull(simulator));
        assert_eq!(result, Err(ScanFault::NotConnected), "{kind:?}");
        comes_back(desk, &format!("{kind:?}"));
    }
}
