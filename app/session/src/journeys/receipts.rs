//! A receipt's code, held before the scanner: where that case is.

use kiosk_drivers_api::{DeviceStatus, ScanFault};
use kiosk_model::{Action, Body, ScanStage};
use kiosk_protocol::service::IdentityLevel;
use kiosk_protocol::trail::TrailEvent;
use kiosk_protocol::wire::Question;

use crate::testing::*;
use crate::{AskTrouble, Event, Link, RequestId};

fn scanning() -> World {
    let mut world = World::at_home_unknown();
    world.touch(Action::ScanReceipt);
    world
}

fn scan_stage(world: &World) -> (ScanStage, String) {
    let Body::Scan { stage, message } = world.body() else { panic!("{}", world.state()) };
    (stage, message)
}

#[test]
fn a_receipt_shows_its_case_to_whoever_holds_it() {
    let mut world = scanning();
    assert!(world.scanning.is_some(), "the scanner looks");
    world.show_code(&receipt_code());
    assert_eq!((world.state(), world.scanning), ("asking", None));
    let ask = &world.asks[0].1;
    assert!(matches!(&ask.question, Question::Case { receipt, .. } if *receipt == kept().receipt));
    assert!(ask.person.is_none() && ask.level == IdentityLevel::Anonymous);
    let step = world.trail.last();
    assert!(matches!(step, Some(TrailEvent::ReceiptAsked { receipt, .. }) if *receipt == kept().receipt));
    world.answer(Ok(one_case()));
    let Body::Cases { title, cases, .. } = world.body() else { panic!("{}", world.state()) };
    assert_eq!((title.as_str(), cases[0].state.as_str()), ("The case of this receipt", "Granted"));
    assert!(world.screen().frame.person.is_none());
}

#[test]
fn nobody_is_named_by_a_receipt_even_where_somebody_is_identified() {
    let mut world = World::at_home_unknown();
    world.place_card();
    world.touch(Action::ScanReceipt);
    world.show_code(&receipt_code());
    assert!(world.asks[0].1.person.is_none());
}

#[test]
fn a_code_that_is_no_receipt_is_told_kindly_and_another_may_follow() {
    let mut world = scanning();
    world.show_code("https://example.org/230202-0001-01000042");
    let (stage, message) = scan_stage(&world);
    assert_eq!(stage, ScanStage::Again);
    assert!(message.contains("not from one of our receipts"), "{message}");
    world.scanned(Err(ScanFault::Garbled));
    assert!(scan_stage(&world).1.contains("could not be read"));
    world.scanned(Err(ScanFault::NoAnswer));
    assert!(scan_stage(&world).1.contains("could not be read"), "the scanner's own faults are its state");
    world.show_code(&receipt_code());
    assert_eq!(world.state(), "asking");
}

#[test]
fn the_scanner_looks_exactly_while_its_screen_is_shown() {
    let (mut back, mut ended, mut late) = (scanning(), scanning(), scanning());
    back.touch(Action::Back);
    ended.touch(Action::End);
    late.wait(44);
    assert_eq!(late.state(), "scanning");
    late.wait(1);
    for (world, state) in [(back, "home"), (ended, "farewell"), (late, "home")] {
        assert_eq!((world.state(), world.scanning), (state, None));
    }
}

#[test]
fn whoever_shows_codes_is_there() {
    let mut world = scanning();
    world.wait(44);
    world.show_code("of somebody else");
    world.wait(44);
    assert_eq!((world.state(), world.overlay().as_str()), ("scanning", "none"));
    world.scanned(Err(ScanFault::NotConnected));
    world.wait(1);
    assert_eq!(world.state(), "home", "a defect of the scanner is nobody");
}

#[test]
fn a_code_shown_late_or_without_being_asked_for_changes_nothing() {
    let mut world = scanning();
    let request = world.scanning.unwrap();
    world.touch(Action::Back);
    world.send(Event::Scanned { request, result: Ok(Box::new(scan(&receipt_code()))) });
    world.send(Event::Scanned { request: RequestId(999), result: Ok(Box::new(scan(&receipt_code()))) });
    assert_eq!((world.state(), world.asks.len()), ("home", 0));
}

#[test]
fn without_the_network_it_is_said_before_the_paper_is_shown() {
    let mut world = World::at_home_unknown();
    world.send(Event::LinkChanged(Link::Offline));
    world.touch(Action::ScanReceipt);
    assert_eq!((world.state(), world.scanning), ("unavailable", None));
    let text = shown_text(&world.screen());
    assert!(text.contains("network is down") && text.contains("receipt number stays valid"), "{text}");
    world.send(Event::LinkChanged(Link::Online));
    world.touch(Action::Retry);
    assert_eq!(world.state(), "scanning");
    world.send(Event::LinkChanged(Link::Offline));
    world.show_code(&receipt_code());
    assert_eq!((world.state(), world.asks.len()), ("unavailable", 0));
    world.send(Event::LinkChanged(Link::Online));
    world.touch(Action::Retry);
    assert_eq!(world.state(), "asking", "the paper need not be shown again");
    world.answer(Err(AskTrouble::Offline));
    world.touch(Action::Back);
    assert_eq!(world.state(), "home");
}

#[test]
fn an_unknown_case_and_a_refusal_are_told() {
    let mut world = scanning();
    world.show_code(&receipt_code());
    world.answer(Ok(serde_json::from_str(r#"{"reply":"cases","cases":[]}"#).unwrap()));
    assert!(shown_text(&world.screen()).contains("under this receipt yet"));
    world.touch_all([Action::Back, Action::ScanReceipt]);
    world.show_code(&receipt_code());
    let refused = r#"{"reply":"refused","why":{"zh-CN":"不行","en":"Not this","ru":"Нет"}}"#;
    world.answer(Ok(serde_json::from_str(refused).unwrap()));
    assert!(shown_text(&world.screen()).contains("Not this"));
}

#[test]
fn without_a_scanner_that_works_nothing_is_offered() {
    for status in [None, Some(DeviceStatus::NoDevice)] {
        let mut world = World::at_home();
        status.into_iter().for_each(|status| world.send(Event::ScannerChanged(status)));
        let Body::Home { can_scan, .. } = world.body() else { panic!("{}", world.state()) };
        assert!(!can_scan);
        world.touch(Action::ScanReceipt);
        assert_eq!(world.state(), "home");
    }
    let mut world = scanning();
    world.send(Event::ScannerChanged(DeviceStatus::NoDevice));
    let (stage, message) = scan_stage(&world);
    assert_eq!(stage, ScanStage::OutOfOrder);
    assert!(message.contains("“My cases”"), "another way: {message}");
    world.send(Event::ScannerChanged(DeviceStatus::Online));
    assert_eq!(scan_stage(&world).0, ScanStage::Waiting);
}
