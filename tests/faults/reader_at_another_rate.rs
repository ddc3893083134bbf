//! Somebody has set the reader to another line rate than the configuration says.

use kiosk_drivers_api::{DeviceStatus, IdCardReader};
use kiosk_tests::deadlines::{FOUND, poll};
use secrecy::ExposeSecret;

use crate::reader::ReaderDesk;

#[test]
fn it_is_found_and_read_at_its_own_rate() {
    for baud in [57_600, 9_600] {
        let mut desk = ReaderDesk::with(baud, false);
        let online = poll(FOUND, || (desk.driver.status() == DeviceStatus::Online).then_some(()));
        assert!(online.is_some(), "{baud}");
        assert!(desk.driver.about().contains(&("baud", baud.to_string())), "{:?}", desk.driver.about());
        desk.place("alice");
        assert_eq!(desk.read().unwrap().name.expose_secret(), "王秀兰");
    }
}
