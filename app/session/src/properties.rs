//! Whatever happens in whatever order: what must always hold.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use kiosk_drivers_api::{
    DeviceStatus, PageFault, PrintFault, ReaderFault, ScanFault, SmartCard, SmartCardFault, ValidUntil,
};
use kiosk_model::{Action, Body, Key, Language, Mode};
use proptest::prelude::*;
use serde_json::json;

use crate::lock::Gate;
use crate::testing::*;
use crate::{Age, AskTrouble, Bar, Event, Link, PinAnswer, Report, RequestId, Room, StoreTrouble};

/// One thing that happens. Replies go to the newest request or to one made up.
#[derive(Clone, Debug)]
enum Op {
    Touch(Action),
    Wait(u64),
    Card(bool),
    CardFault(u8),
    Answer(u8),
    Stored(u8),
    Printed(u8),
    Chip(u8),
    Code(u8),
    PagePrinted(u8),
    Stale(u64),
    Link(bool),
    Room(bool),
    Age(bool),
    Reader(bool),
    Printer(u8),
    Slot(bool),
    Scanner(bool),
    PagePrinter(u8),
    Technician(u8),
    Configured(u8),
    PinCard,
    Verified(u8),
    Bar(u8, bool),
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => (0_usize..5).prop_map(Action::OpenTile),
        4 => Just(Action::Start),
        6 => Just(Action::Next),
        6 => Just(Action::Submit),
        4 => (0_usize..5).prop_map(Action::FocusField),
        4 => ((0_usize..4), (0_usize..3)).prop_map(|(field, option)| Action::ChooseOption { field, option }),
        8 => (0_u8..11).prop_map(|digit| Action::Press(Key::Digit(digit))),
        1 => Just(Action::Press(Key::Point)),
        1 => Just(Action::Press(Key::Backspace)),
        1 => Just(Action::Press(Key::Clear)),
        1 => (0_u8..7).prop_map(Action::Rate),
        5 => prop::sample::select(vec![
            Action::Wake, Action::OpenCases, Action::ScanReceipt, Action::PrintPage, Action::Back, Action::Stay, Action::Help, Action::CloseHelp,
            Action::PrintAgain, Action::Finish, Action::Another, Action::Retry, Action::SkipRating,
            Action::PageForward, Action::PageBack, Action::ChooseLanguage(Language::Ru),
            Action::ChooseMode(Mode::Elder),
        ]),
        1 => prop::sample::select(vec![Action::End, Action::EndNow]),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        20 => action().prop_map(Op::Touch),
        2 => (0_u64..100).prop_map(Op::Wait),
        3 => any::<bool>().prop_map(Op::Card),
        1 => (0_u8..3).prop_map(Op::CardFault),
        4 => (0_u8..6).prop_map(Op::Answer),
        2 => (0_u8..6).prop_map(Op::Chip),
        2 => (0_u8..4).prop_map(Op::Code),
        3 => (0_u8..4).prop_map(Op::PagePrinted),
        4 => (0_u8..4).prop_map(Op::Stored),
        4 => (0_u8..4).prop_map(Op::Printed),
        1 => (0_u64..30).prop_map(Op::Stale),
        1 => any::<bool>().prop_map(Op::Link),
        1 => any::<bool>().prop_map(Op::Room),
        1 => any::<bool>().prop_map(Op::Age),
        1 => any::<bool>().prop_map(Op::Reader),
        1 => (0_u8..3).prop_map(Op::Printer),
        1 => any::<bool>().prop_map(Op::Slot),
        1 => any::<bool>().prop_map(Op::Scanner),
        1 => (0_u8..3).prop_map(Op::PagePrinter),
        4 => (0_u8..10).prop_map(Op::Technician),
        1 => (0_u8..4).prop_map(Op::Configured),
        3 => Just(Op::PinCard),
        4 => (0_u8..9).prop_map(Op::Verified),
        1 => (0_u8..3, any::<bool>()).prop_map(|(which, is_down)| Op::Bar(which, is_down)),
    ]
}

fn apply(world: &mut World, op: Op) {
    match op {
        Op::Touch(action) => world.touch(action),
        Op::Wait(seconds) => world.wait(seconds),
        Op::Card(true) => world.place_card(),
        Op::Card(false) => {
            let past = kiosk_drivers_api::CardDate { year: 2020, month: 1, day: 1 };
            world.read(Ok(card(ValidUntil::Day(past))));
        }
        Op::CardFault(which) => {
            let faults = [ReaderFault::CardMoved, ReaderFault::NotConnected, ReaderFault::UnknownCard];
            world.read(Err(faults[usize::from(which)].clone()));
        }
        Op::Answer(which) if !world.asks.is_empty() => world.answer(match which {
            0 => Err(AskTrouble::Failed),
            1 => Ok(serde_json::from_str(r#"{"reply":"cases","cases":[]}"#).unwrap()),
            2 => Ok(one_case()),
            3 => Ok(page()),
            _ => Ok(values()),
        }),
        Op::Stored(which) if !world.submits.is_empty() => {
            world.stored(match which {
                0 => Err(StoreTrouble::Broken),
                1 => Err(StoreTrouble::Unsure),
                _ => Ok(kept()),
            });
        }
        Op::Printed(which) if !world.prints.is_empty() => {
            world.printed(if which == 0 { Err(PrintFault::Jammed) } else { Ok(()) });
        }
        Op::PagePrinted(which) if !world.pages.is_empty() => {
            world.page_printed(if which == 0 { Err(PageFault::Jammed) } else { Ok(()) });
        }
        Op::Answer(_) | Op::Stored(_) | Op::Printed(_) | Op::PagePrinted(_) => {}
        Op::Chip(which) => world.insert(match which {
            0 => Ok(locked_card()),
            1 => Ok(bank_card()),
            2 => Err(SmartCardFault::Removed),
            3 => Err(SmartCardFault::NoService),
            _ => Ok(social_security_card(VALID)),
        }),
        Op::Code(0) => world.scanned(Err(ScanFault::Garbled)),
        Op::Code(1) => world.show_code("a code of somebody else"),
        Op::Code(_) => world.show_code(&receipt_code()),
        Op::Stale(id) => stale(world, RequestId(id)),
        Op::Link(up) => world.send(Event::LinkChanged(if up { Link::Online } else { Link::Offline })),
        Op::Age(fresh) => world.send(Event::AgeChanged(if fresh { Age::Fresh } else { Age::Outdated })),
        Op::Room(enough) => world.send(Event::RoomChanged(if enough { Room::Enough } else { Room::Scarce })),
        Op::Reader(up) => {
            let status = if up { DeviceStatus::Online } else { DeviceStatus::NoDevice };
            world.send(Event::ReaderChanged(status));
        }
        Op::Slot(up) | Op::Scanner(up) => {
            let status = if up { DeviceStatus::Online } else { DeviceStatus::NoDevice };
            let is_slot = matches!(op, Op::Slot(_));
            world.send(if is_slot { Event::SlotChanged(status) } else { Event::ScannerChanged(status) });
        }
        Op::Technician(which) => technician(world, which),
        Op::Configured(which) => world.configure(match which {
            0 => json!({"closed": words("检修中")}),
            1 => json!({"idle_s": 90, "elder_idle_s": 180, "warning_s": 60}),
            _ => json!({}),
        }),
        Op::PinCard => world.insert(Ok(pin_card())),
        Op::Verified(which) => world.verified(verified(which)),
        Op::Bar(which, is_down) => {
            world.bar([Bar::Trail, Bar::Suspension, Bar::Pause][usize::from(which)], is_down);
        }
        Op::PagePrinter(which) => {
            let fault = [None, Some(PageFault::PaperOut), Some(PageFault::NotConnected)][usize::from(which)];
            world.send(Event::PagePrinterChanged(page_printer(fault)));
        }
        Op::Printer(which) => {
            let fault =
                [None, Some(PrintFault::PaperOut), Some(PrintFault::NotConnected)][usize::from(which)];
            world.send(Event::PrinterChanged(printer(fault)));
        }
    }
}

/// A technician's card and what comes of it, in any order.
fn technician(world: &mut World, which: u8) {
    let left = Duration::from_secs(15);
    match which {
        0 => world.met(Gate::Open { left: 5 }),
        1 => world.stranger(),
        2 => world.tried(PinAnswer::Right),
        3 => world.tried(PinAnswer::Wrong(Gate::Waits { left })),
        4 => world.tried(PinAnswer::Wrong(Gate::Locked)),
        5 => world.told(Report::default()),
        6 => world.take_card(),
        7 => world.touch(Action::PauseService),
        8 => {
            let request = world.pauses.last().map_or(RequestId(0), |(request, _)| *request);
            world.send(Event::ServiceUnchanged { request });
        }
        _ => world.insert(Ok(technician_card())),
    }
}

/// What a card may make of a PIN.
fn verified(which: u8) -> Result<SmartCard, SmartCardFault> {
    match which {
        0 => Err(SmartCardFault::PinWrong { tries_left: 2 }),
        1 => Err(SmartCardFault::PinWrong { tries_left: 1 }),
        2 => Err(SmartCardFault::PinBlocked),
        3 => Err(SmartCardFault::NoAnswer),
        4 => Err(SmartCardFault::Removed),
        5 => Err(SmartCardFault::InUse),
        6 => Ok(pin_card()),
        _ => Ok(social_security_card(VALID)),
    }
}

/// Replies to a request that may never have been made, or made for something else.
fn stale(world: &mut World, request: RequestId) {
    world.send(Event::Answered { request, result: Ok(Box::new(values())) });
    world.send(Event::Printed { request, result: Ok(()) });
    world.send(Event::PagePrinted { request, result: Ok(()) });
    world.send(Event::Stored { request, result: Ok(kept()) });
    world.send(Event::PinVerified { request, result: Err(SmartCardFault::PinBlocked) });
    world.send(Event::CardGone { request });
}

fn is_idle(world: &World) -> bool {
    world.state() == "attract" || is_closed(world)
}

fn is_closed(world: &World) -> bool {
    ["out_of_service", "closed", "closed_from_afar", "suspended", "paused"].contains(&world.state())
}

fn check(world: &World, submits: usize, prints: usize, state: &str) {
    let idle = is_idle(world);
    let deadline = world.session.deadline();
    assert_eq!(idle, deadline.is_none(), "{}: a visit without deadline, or one without visit", world.state());
    let late = deadline.filter(|(at, _)| *at + Duration::from_secs(1) < world.now.monotonic);
    assert_eq!(late, None, "{}: a deadline that passed", world.state());
    let text = shown_text(&world.screen());
    assert!(!text.contains(NAME) && !text.contains(NUMBER), "{}: unmasked: {text}", world.state());
    assert!(!idle || !text.contains('*'), "attract knows somebody: {text}");
    if world.submits.len() > submits {
        let case = |at: usize| world.submits.get(at).map(|(_, new)| new.case);
        let (last, before) = (case(submits), submits.checked_sub(1).and_then(case));
        assert!(state == "confirm" || (state == "unsure" && last == before), "submitted from {state}");
        assert_eq!(world.submits.len() - submits, 1, "submitted twice at once");
    }
    assert_eq!(world.awaiting.is_some(), is_closed(world), "{}: technicians alone", world.state());
    assert!(!is_closed(world) || world.reading.is_none(), "a resident's card is read for nothing");
    let at_work = world.state().starts_with("technician");
    assert!(!at_work || world.reading.is_none() && world.watching.is_some(), "the card is not watched");
    assert!(state != "technician" || !text.contains(PIN), "the PIN is on the glass");
    let types = matches!(world.body(), Body::Pin { can_type: true, .. });
    assert!(world.state() != "card_pin" || !types || world.watching.is_some(), "nobody watches the card");
    let may_ask = ["asking", "answer"].contains(&world.state());
    assert!(world.asking.is_none() || may_ask, "{}: nobody waits for it", world.state());
    assert!(world.paging.is_none() || world.state() == "answer", "{}: nobody takes the page", world.state());
    let scans = world.state() == "scanning";
    assert_eq!(world.scanning.is_some(), scans, "{}: the scanner looks for nobody", world.state());
    assert!(
        world.printing.is_none() || ["receipt", "technician"].contains(&world.state()),
        "{}: nobody sees it",
        world.state()
    );
    if world.prints.len() > prints {
        assert!(["submitting", "unsure", "receipt", "technician"].contains(&state), "printed from {state}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_happens_breaks_a_visit(start in 0_u8..8, ops in prop::collection::vec(op(), 1..60)) {
        let starts: [fn() -> World; 8] = [
            World::new, World::at_home, World::in_form, World::at_confirm, World::with_more_devices,
            World::at_home_unknown, World::at_answer, World::at_card_pin,
        ];
        let mut world = starts[usize::from(start)]();
        for op in ops {
            let (submits, prints, state) = (world.submits.len(), world.prints.len(), world.state());
            let waits = matches!(op, Op::Wait(_));
            let (tries, enters) = (world.verifies.len(), matches!(op, Op::Touch(Action::Submit)));
            apply(&mut world, op);
            prop_assert!(world.verifies.len() <= tries + usize::from(enters), "a PIN nobody entered was tried");
            check(&world, submits, prints, if waits { world.state() } else { state });
        }
        world.wait(600);
        prop_assert!(is_idle(&world), "left alone, every visit ends: {}", world.state());
    }
}
