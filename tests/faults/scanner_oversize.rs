//! A code is longer than any a terminal takes.

use kiosk_drivers_api::ScanFault;
use kiosk_sim::control::ScannerAction;

use crate::scanner_desk::{KINDS, ScannerDesk};

#[test]
fn it_is_refused_and_the_next_one_is_read() {
    std::thread::scope(|scope| {
        for kind in KINDS {
            scope.spawn(move || {
                let mut desk = ScannerDesk::new(kind);
                desk.show("abc");
                desk.act(ScannerAction::Oversize);
                assert_eq!(desk.text(), Err(ScanFault::Oversize), "{kind:?}");
                assert_eq!(desk.text().as_deref(), Ok("abc"), "{kind:?}");
            });
        }
    });
}
