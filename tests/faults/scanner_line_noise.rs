//! Bytes are lost or disturbed on the way from the scanner.

use kiosk_drivers_api::ScanFault;
use kiosk_sim::control::ScannerAction;
use kiosk_sim::scanner::Dialect as Kind;

use crate::scanner_desk::{KINDS, ScannerDesk};

/// Where nothing but a suffix guards a code, the fault is told and the next attempt works; packets are asked for again.
fn meets(noise: &ScannerAction, unguarded: ScanFault) {
    for kind in KINDS {
        let mut desk = ScannerDesk::new(kind);
        desk.show("https://example.invalid/鹤城");
        desk.act(noise.clone());
        if kind.0 != Kind::Ssi {
            assert_eq!(desk.text(), Err(unguarded), "{kind:?}");
        }
        assert_eq!(desk.text().as_deref(), Ok("https://example.invalid/鹤城"), "{kind:?}");
        assert_eq!(desk.view().fault, None, "the noise was never met");
    }
}

#[test]
fn a_torn_code_is_told_or_asked_for_again() {
    meets(&ScannerAction::Torn, ScanFault::Garbled);
}

#[test]
fn noise_before_a_code_is_told_or_asked_for_again() {
    meets(&ScannerAction::Garbage, ScanFault::Unreadable);
}

#[test]
fn a_wrong_checksum_is_asked_for_again() {
    let mut desk = ScannerDesk::new(KINDS[2]);
    desk.show("abc");
    desk.act(ScannerAction::Checksum);
    assert_eq!(desk.text().as_deref(), Ok("abc"));
    assert_eq!((desk.view().fault, desk.view().codes), (None, 1));
}
