//! A technician's card, its PIN, and every way out.

use std::time::Duration;

use kiosk_drivers_api::{DeviceStatus, PrintFault, SmartCardFault};
use kiosk_model::{Action, Body, Condition, Key, Language, PaperStage, PinStage};
use kiosk_protocol::trail::TrailEvent;

use super::names;
use crate::lock::Gate;
use crate::testing::*;
use crate::{CertificateEnd, Event, PinAnswer, Queue, Report, RequestId};

/// Stage, sentence and digits of the PIN's screen.
fn pin(world: &World) -> (PinStage, String, usize) {
    let Body::Pin { stage, message, typed, .. } = world.body() else { panic!("{}", world.state()) };
    (stage, message, typed)
}

fn waits(seconds: u64) -> Gate {
    Gate::Waits { left: Duration::from_secs(seconds) }
}

#[test]
fn the_right_pin_shows_how_the_terminal_stands() {
    let mut world = World::inside();
    assert_eq!(world.state(), "technician");
    let Body::Technician { is_looking: true, .. } = world.body() else { panic!("{}", world.state()) };
    let until = "2027-05-01T00:00:00Z".parse().unwrap();
    world.told(Report {
        queue: Some(Queue { waiting: 3, stuck: 1, why: Some("unknown service".to_owned()) }),
        room_percent: Some(12),
        certificate_until: Some(CertificateEnd { at: until, is_late: false }),
    });
    world.send(Event::PrinterChanged(printer(Some(PrintFault::PaperOut))));
    let Body::Technician { rows, is_looking: false, title, test: None, .. } = world.body() else {
        panic!("not told")
    };
    assert!(title.contains("维护员"), "{title}");
    let text = shown_text(&world.screen());
    for line in [
        "ID card reader: works",
        "Receipt printer: no paper; put new paper in",
        "Network: connected to the platform",
        "Waiting to be sent: 3 waiting, 1 not taken: unknown service",
        "Storage: 12 % used",
        "Certificate: valid until 1 May 2027",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let of = |label: &str| rows.iter().find(|row| row.label == label).map(|row| row.condition);
    assert_eq!(of("Waiting to be sent"), Some(Condition::Mind));
    assert_eq!(of("Receipt printer"), Some(Condition::Broken));
}

#[test]
fn what_cannot_be_looked_at_is_said_and_looking_again_asks_again() {
    let mut world = World::inside();
    world.told(Report::default());
    assert!(shown_text(&world.screen()).contains("Storage: not known"));
    world.touch(Action::Retry);
    assert_eq!(world.looks.len(), 2);
    world.send(Event::LookedAround { request: world.looks[0], report: Box::default() });
    assert!(matches!(world.body(), Body::Technician { is_looking: true, .. }), "that was the one before");
}

/// What became of the test receipt.
fn test(world: &World) -> Option<(PaperStage, String)> {
    let Body::Technician { test, .. } = world.body() else { panic!("{}", world.state()) };
    test
}

#[test]
fn a_test_receipt_is_said_to_be_out_when_the_printer_says_so_and_not_before() {
    let mut world = World::inside();
    world.touch_all([Action::PrintAgain, Action::PrintAgain]);
    assert_eq!(world.prints.len(), 1, "one at a time");
    assert_eq!(test(&world).unwrap().0, PaperStage::Printing);
    world.send(Event::Printed { request: RequestId(0), result: Ok(()) });
    assert_eq!(test(&world).unwrap().0, PaperStage::Printing, "somebody else's");
    world.printed(Ok(()));
    assert_eq!(test(&world).unwrap().0, PaperStage::Printed);
    world.touch(Action::PrintAgain);
    world.printed(Err(PrintFault::CoverOpen));
    let (stage, message) = test(&world).unwrap();
    assert_eq!(stage, PaperStage::Failed);
    assert!(message.contains("look at cover"), "{message}");
    assert_eq!(names(&world.trail), ["technician_worked", "technician_worked"]);
}

#[test]
fn leaving_stops_the_test_receipt() {
    let mut world = World::inside();
    world.touch(Action::PrintAgain);
    world.take_card();
    assert_eq!((world.printing, world.stops), (None, 1));
}

#[test]
fn a_wrong_pin_says_how_many_tries_are_left_and_begins_empty() {
    let mut world = World::at_pin();
    world.touch(Action::ChooseLanguage(Language::En));
    assert!(pin(&world).1.contains("5 tries are left"), "{}", pin(&world).1);
    world.enter("111222");
    assert_eq!(pin(&world).0, PinStage::Checking);
    world.tried(PinAnswer::Wrong(Gate::Open { left: 4 }));
    let (stage, message, typed) = pin(&world);
    assert_eq!((stage, typed), (PinStage::Wrong, 0));
    assert!(message.contains("wrong") && message.contains("4 tries are left"), "{message}");
}

#[test]
fn a_wait_counts_down_takes_no_keys_and_ends_exactly() {
    let mut world = World::at_pin();
    world.touch(Action::ChooseLanguage(Language::En));
    world.enter("111222");
    world.tried(PinAnswer::Wrong(waits(15)));
    assert!(pin(&world).1.contains("15 seconds"), "{}", pin(&world).1);
    world.type_keys("7");
    world.wait(14);
    let (stage, message, typed) = pin(&world);
    assert_eq!((stage, typed), (PinStage::Wrong, 0));
    assert!(message.contains("1 second."), "{message}");
    world.wait(1);
    world.enter(PIN);
    assert_eq!(world.pins.last().unwrap().1, PIN);
}

#[test]
fn a_locked_terminal_takes_no_key_and_says_who_unlocks() {
    let mut world = World::with_more_devices();
    world.insert(Ok(technician_card()));
    world.met(Gate::Locked);
    world.touch(Action::ChooseLanguage(Language::En));
    world.enter(PIN);
    let (stage, message, typed) = pin(&world);
    assert_eq!((stage, typed, world.pins.len()), (PinStage::Locked, 0, 0));
    assert!(message.contains("kiosk technician unlock"), "{message}");
}

#[test]
fn a_try_that_could_not_be_counted_says_so() {
    let mut world = World::at_pin();
    world.touch(Action::ChooseLanguage(Language::En));
    world.enter(PIN);
    world.tried(PinAnswer::NotCounted(Gate::Open { left: 5 }));
    assert!(pin(&world).1.contains("could not be recorded"), "{}", pin(&world).1);
}

#[test]
fn keys_make_six_to_eight_digits_and_never_show() {
    let mut world = World::at_pin();
    world.enter("12345");
    assert!(world.pins.is_empty(), "too few");
    world.touch_all([Action::Press(Key::Clear), Action::Press(Key::Point)]);
    world.type_keys("7391540028");
    assert_eq!(pin(&world).2, 8);
    assert!(!shown_text(&world.screen()).contains("7391"));
    world.touch_all([Action::Press(Key::Backspace), Action::Press(Key::Backspace), Action::Submit]);
    assert_eq!(world.pins[0].1, "739154");
}

#[test]
fn taking_the_card_out_ends_it_anywhere_at_once() {
    let mut locked = World::at_pin();
    locked.enter(PIN);
    for mut world in [World::at_pin(), locked, World::inside()] {
        world.take_card();
        assert_eq!(world.state(), "attract");
        assert!(world.reading.is_some(), "the next card may come");
        assert!(!shown_text(&world.screen()).contains("维护员"));
    }
}

#[test]
fn a_slot_that_breaks_end_and_idleness_end_it_too() {
    let mut broken = World::inside();
    broken.send(Event::SlotChanged(DeviceStatus::NoDevice));
    assert_eq!(broken.state(), "attract");
    for action in [Action::End, Action::Back] {
        let mut world = World::inside();
        world.touch(action);
        assert_eq!(world.state(), "attract");
    }
    let mut left = World::inside();
    left.wait(59);
    assert_eq!(left.state(), "technician");
    left.wait(1);
    assert_eq!(left.state(), "attract");
    assert_eq!(names(&left.trail), ["technician_left"]);
}

#[test]
fn an_answer_that_never_comes_ends_it() {
    let mut world = World::with_more_devices();
    world.insert(Ok(technician_card()));
    world.wait(15);
    assert_eq!(world.state(), "attract");
    let mut world = World::at_pin();
    world.enter(PIN);
    world.wait(15);
    assert_eq!(world.state(), "attract");
    world.tried(PinAnswer::Right);
    assert_eq!(world.state(), "attract", "too late");
}

#[test]
fn answers_to_others_change_nothing() {
    let mut world = World::at_pin();
    world.send(Event::PinTried { request: RequestId(0), answer: PinAnswer::Right });
    world.send(Event::CardGone { request: RequestId(0) });
    world.send(Event::TechnicianMet { request: RequestId(0), result: None });
    assert_eq!(world.state(), "technician_pin");
}

#[test]
fn a_card_nobody_knows_is_refused_like_any_other() {
    let mut world = World::with_more_devices();
    world.insert(Ok(technician_card()));
    world.stranger();
    assert_eq!(world.state(), "home");
    let mut other = World::with_more_devices();
    other.insert(Err(SmartCardFault::UnknownCard));
    assert!(world.body() == other.body());
}

#[test]
fn in_a_visit_it_opens_nothing() {
    let mut world = World::at_home_unknown();
    world.touch_all([Action::OpenTile(APPLY), Action::Start]);
    world.insert(Ok(technician_card()));
    assert_eq!((world.state(), world.meetings.len()), ("identify", 0));
    assert!(shown_text(&world.screen()).contains("not known here"), "{}", shown_text(&world.screen()));
}

#[test]
fn an_internal_error_ends_it_and_devices_are_told_anew() {
    let mut world = World::inside();
    let effects = world.session.abort(world.now);
    let left = |effect: &crate::Effect| matches!(effect, crate::Effect::Record(TrailEvent::TechnicianLeft));
    assert!(effects.iter().any(left));
    assert!(matches!(effects.last(), Some(crate::Effect::ReadCard { .. })));
    assert_eq!(world.state(), "attract");
}
