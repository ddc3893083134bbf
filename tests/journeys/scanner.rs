//! A code is held before the scanner, and the terminal knows what it says.

use std::time::{Duration, Instant};

use kiosk_drivers_api::paper::{Document, Line};
use kiosk_drivers_api::{AimId, Cancel, CodeScanner, DeviceStatus, ReceiptPrinter, ScanFault, Trigger};
use kiosk_receipt_printer::{Flow, Model, SerialReceiptPrinter};
use kiosk_sim::control::{Device, ScannerAction};
use kiosk_sim::scanner::Dialect as Kind;
use kiosk_tests::deadlines::{FOUND, poll};

use crate::scanner_desk::{KINDS, ScannerDesk, VirtualDesk, act, show, show_bytes};

#[test]
fn utf_8_and_gb_18030_are_read_and_binary_is_refused() {
    for kind in KINDS {
        let mut desk = ScannerDesk::new(kind);
        desk.show("https://example.invalid/齐齐哈尔");
        assert_eq!(desk.text().as_deref(), Ok("https://example.invalid/齐齐哈尔"), "{kind:?}");
        desk.act(ScannerAction::Show { text: "鹤城\u{20BB7}".into(), symbology: "Q1".into(), gbk: true });
        assert_eq!(desk.text().as_deref(), Ok("鹤城\u{20BB7}"), "{kind:?}");
        desk.act(show_bytes(&[0x00, 0x9F, 0x92, 0x96, 0xFF]));
        assert_eq!(desk.text(), Err(ScanFault::Unreadable), "{kind:?}");
        assert_eq!(desk.view().unknown_orders, 0, "{kind:?}");
    }
}

#[test]
fn the_longest_code_there_is_comes_whole() {
    let longest: String = "鹤".repeat(984) + "!";
    for kind in KINDS {
        let mut desk = ScannerDesk::new(kind);
        desk.show(&longest);
        assert_eq!(desk.text().as_ref(), Ok(&longest), "{kind:?}");
    }
}

#[test]
fn a_scanner_that_names_the_kind_of_code_is_heard() {
    let mut desk = ScannerDesk::new(KINDS[2]);
    desk.act(ScannerAction::Show { text: "6901234567892".into(), symbology: "E0".into(), gbk: false });
    assert_eq!(desk.scan().unwrap().symbology, Some(AimId { family: b'E', modifier: b'0' }));
}

#[test]
fn a_receipt_is_printed_and_its_code_is_read() {
    let mut desk = ScannerDesk::new(KINDS[0]);
    let path = desk.simulator.path(Device::ReceiptPrinter).display().to_string();
    let (model, flow) = (Model::GENERIC_80, Flow::Software);
    let config = kiosk_receipt_printer::Config { path, baud: 115_200, flow, model };
    let receipt = "hecheng:receipt/230202-0001-01000001";
    let document = Document { lines: vec![Line::Qr(receipt.to_owned())] };
    SerialReceiptPrinter::new(config).print(&document, &Cancel::default()).unwrap();
    desk.act(ScannerAction::ShowPaper);
    assert_eq!(desk.text().as_deref(), Ok(receipt));
}

/// In virtual time: how long a code is out of sight depends on both ends alone.
#[test]
fn a_code_that_still_lies_there_is_not_taken_twice() {
    for kind in KINDS {
        let mut desk = VirtualDesk::new(kind);
        desk.show(b"one");
        assert_eq!(desk.text().as_deref(), Ok("one"), "{kind:?}");
        let codes = desk.line.device(|scanner| scanner.codes());
        assert_eq!(desk.text(), Err(ScanFault::NoCode), "{kind:?}");
        let again = desk.line.device(|scanner| scanner.codes()) - codes;
        assert!(again > 10, "{kind:?} saw it {again} times");
        desk.show(b"two");
        assert_eq!(desk.text().as_deref(), Ok("two"), "{kind:?}");
    }
}

/// Over a pty a machine that pauses may hide the code for so long that it may count as shown again.
#[test]
fn over_a_pty_it_is_not_taken_twice_within_a_second() {
    let mut desk = ScannerDesk::new(KINDS[0]);
    desk.show("one");
    let start = Instant::now();
    assert_eq!(desk.text().as_deref(), Ok("one"));
    let codes = desk.view().codes;
    let second = desk.scan_while(move |view| view.codes > codes, |simulator, _| act(simulator, show("two")));
    let was_hidden = start.elapsed() >= Duration::from_secs(1);
    assert!(second.as_deref() == Ok("two") || second.as_deref() == Ok("one") && was_hidden, "{second:?}");
}

/// A trigger that is not acknowledged acts a moment after it was sent.
fn await_lit(desk: &ScannerDesk, lit: bool) {
    let seen = poll(FOUND, || (desk.view().lit == lit).then_some(()));
    assert!(seen.is_some(), "lit: {:?}", desk.view());
}

#[test]
fn the_light_is_on_while_somebody_asks_and_off_when_nobody_does() {
    for kind in KINDS.into_iter().filter(|(kind, _)| *kind != Kind::Plain) {
        let mut desk = ScannerDesk::new(kind);
        assert_eq!(desk.driver.set_trigger(Trigger::Pulled), Ok(()));
        await_lit(&desk, true);
        assert_eq!(desk.driver.set_trigger(Trigger::Released), Ok(()));
        await_lit(&desk, false);
        let read = desk.scan_while(|view| view.lit, |simulator, _| act(simulator, show("abc")));
        assert_eq!(read.as_deref(), Ok("abc"), "{kind:?}");
        await_lit(&desk, false);
    }
}

#[test]
fn a_cancelled_scan_ends_within_half_a_second_with_the_light_off() {
    for kind in KINDS {
        let mut desk = ScannerDesk::new(kind);
        let (sender, cancelled) = std::sync::mpsc::channel();
        let result = desk.scan_while(
            |view| view.lit,
            |_, cancel| {
                sender.send(Instant::now()).unwrap();
                cancel.cancel();
            },
        );
        assert_eq!(result, Err(ScanFault::Cancelled));
        assert!(cancelled.recv().unwrap().elapsed() < Duration::from_millis(500), "{kind:?}");
        if kind.0 != Kind::Plain {
            await_lit(&desk, false);
        }
    }
}

#[test]
fn every_kind_says_how_it_stands() {
    for kind in KINDS {
        let mut desk = ScannerDesk::new(kind);
        assert_eq!(desk.driver.status(), DeviceStatus::Online, "{kind:?}");
        desk.show("abc");
        assert_eq!(desk.text().as_deref(), Ok("abc"), "{kind:?}");
        assert_eq!(desk.driver.status(), DeviceStatus::Online, "{kind:?}");
    }
}
