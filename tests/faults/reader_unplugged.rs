//! The reader's plug is pulled and put back.

use kiosk_drivers_api::{DeviceStatus, IdCardReader, ReaderFault};
use kiosk_sim::control::{Command, Device};
use kiosk_tests::deadlines::{FOUND, poll};

use crate::reader::ReaderDesk;

#[test]
fn it_is_missed_at_once_and_comes_back_by_itself() {
    let mut desk = ReaderDesk::new();
    desk.place("alice");
    assert!(desk.read().is_ok());
    desk.simulator.act(&Command::Unplug { device: Device::IdReader }).unwrap();
    assert_eq!(desk.read().err(), Some(ReaderFault::NotConnected));
    assert_eq!(desk.driver.status(), DeviceStatus::NoDevice);
    desk.simulator.act(&Command::Plug { device: Device::IdReader }).unwrap();
    desk.place("alice");
    assert!(poll(FOUND, || desk.read().ok()).is_some(), "it never came back: {:?}", desk.read().err());
}
