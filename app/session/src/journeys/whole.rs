//! Visits from the first touch or card to the farewell.

use kiosk_model::{Action, Body};

use super::names;
use crate::testing::*;
use crate::{Event, Link};

#[test]
fn an_application_runs_from_the_card_to_the_farewell() {
    let mut world = World::at_receipt();
    assert_eq!(world.state(), "receipt");
    world.printed(Ok(()));
    world.touch_all([Action::Finish, Action::Rate(5)]);
    assert_eq!(world.state(), "farewell");
    world.wait(10);
    assert_eq!(world.state(), "attract");
    let steps = [
        "visit_begun",
        "identified",
        "service_opened",
        "asked",
        "case_accepted",
        "receipt_printed",
        "rated",
        "visit_ended",
    ];
    assert_eq!(names(&world.trail), steps);
    assert_eq!((world.submits.len(), world.prints.len(), world.rates), (1, 1, 1));
    assert!(world.reading.is_some(), "the next card is awaited");
}

#[test]
fn offline_the_application_is_kept_and_says_so() {
    let mut world = World::at_home();
    world.send(Event::LinkChanged(Link::Offline));
    world.touch_all([Action::OpenTile(APPLY), Action::Start]);
    assert_eq!(world.state(), "form");
    assert!(world.asks.is_empty());
    assert!(shown_text(&world.screen()).contains("could not be fetched"));
    world.touch(Action::FocusField(3));
    world.type_keys("12345678");
    world.touch_all([Action::Next, Action::ChooseOption { field: 0, option: 0 }, Action::FocusField(1)]);
    world.type_keys("30");
    world.touch(Action::Next);
    assert!(shown_text(&world.screen()).contains("as soon as the network is back"));
    world.touch(Action::Submit);
    world.stored(Ok(kept()));
    assert!(printed_text(&world.prints[0].1).contains("kept safe here"));
    assert!(shown_text(&world.screen()).contains("kept safe here"));
}

#[test]
fn a_query_is_answered_and_offline_says_why_and_what_to_do_instead() {
    let mut world = World::at_home();
    world.touch_all([Action::OpenTile(ASK), Action::Start]);
    world.answer(Ok(values()));
    let Body::Answer { facts, tables, .. } = world.body() else { panic!("{}", world.state()) };
    assert_eq!(facts[0].value.as_str(), "¥1,500.00");
    assert_eq!(tables[0].rows[0][0].as_str(), "5 Oct 2026");
    world.touch_all([Action::Another, Action::OpenTile(ASK)]);
    world.send(Event::LinkChanged(Link::Offline));
    let Body::Guide { can_start, notes, .. } = world.body() else { panic!("{}", world.state()) };
    assert!(!can_start && notes[0].1.contains("Go to the counter"));
    world.touch(Action::Start);
    assert_eq!((world.state(), world.asks.len()), ("guide", 1));
}
