//! The scanner says nothing, or says it late.

use kiosk_drivers_api::{CodeScanner, DeviceStatus, ScanFault};
use kiosk_sim::control::ScannerAction;
use kiosk_sim::scanner::Dialect as Kind;

use crate::scanner_desk::{KINDS, ScannerDesk};

#[test]
fn silence_is_told_by_those_that_could_answer_and_the_next_attempt_works() {
    std::thread::scope(|scope| {
        for kind in KINDS {
            scope.spawn(move || {
                let mut desk = ScannerDesk::new(kind);
                desk.show("abc");
                desk.act(ScannerAction::Silent);
                let acknowledges = matches!(kind.0, Kind::Newland | Kind::Ssi);
                let told = if acknowledges { ScanFault::NoAnswer } else { ScanFault::NoCode };
                assert_eq!(desk.text(), Err(told), "{kind:?}");
                desk.act(ScannerAction::Ok);
                assert_eq!(desk.text().as_deref(), Ok("abc"), "{kind:?}");
            });
        }
    });
}

#[test]
fn a_silent_scanner_that_can_be_asked_is_offline() {
    for kind in KINDS.into_iter().filter(|(kind, _)| *kind != Kind::Plain) {
        let mut desk = ScannerDesk::new(kind);
        desk.act(ScannerAction::Silent);
        assert_eq!(desk.driver.status(), DeviceStatus::Offline, "{kind:?}");
        desk.act(ScannerAction::Ok);
        assert_eq!(desk.driver.status(), DeviceStatus::Online, "{kind:?}");
    }
}

#[test]
fn a_slow_code_is_waited_for() {
    for kind in KINDS {
        let mut desk = ScannerDesk::new(kind);
        desk.show("abc");
        desk.act(ScannerAction::Slow);
        assert_eq!(desk.text().as_deref(), Ok("abc"), "{kind:?}");
        assert_eq!(desk.view().fault, None, "{kind:?}");
    }
}
