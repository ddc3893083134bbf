//! Questions to the platform: answered, refused, late, and given up.

use kiosk_drivers_api::ValidUntil;
use kiosk_model::{Action, Body, Language};

use crate::testing::*;
use crate::{AskTrouble, Event, Link, RequestId};

#[test]
fn a_query_that_fails_can_be_tried_again_and_one_that_was_refused_cannot() {
    let mut world = World::at_home();
    world.touch_all([Action::OpenTile(ASK), Action::Start]);
    world.answer(Err(AskTrouble::Offline));
    let Body::Unavailable { can_retry, instead, .. } = world.body() else { panic!("{}", world.state()) };
    assert_eq!((can_retry, instead.as_str()), (true, "Go to the counter"));
    world.touch(Action::Retry);
    assert_eq!((world.state(), world.asks.len()), ("asking", 2));
    let refused = r#"{"reply":"refused","why":{"zh-CN":"不行","en":"Not you","ru":"Нет"}}"#;
    world.answer(Ok(serde_json::from_str(refused).unwrap()));
    let Body::Unavailable { can_retry, why, .. } = world.body() else { panic!("{}", world.state()) };
    assert_eq!((can_retry, why.as_str()), (false, "Not you"));
}

#[test]
fn my_cases_need_a_card_and_the_network() {
    let mut world = World::new();
    world.touch_all([Action::ChooseLanguage(Language::En), Action::OpenCases]);
    assert_eq!(world.state(), "identify");
    world.send(Event::LinkChanged(Link::Offline));
    world.place_card();
    assert_eq!((world.state(), world.asks.len()), ("unavailable", 0));
    world.touch(Action::Retry);
    let cases = r#"{"reply":"cases","cases":[{"receipt":"230202-0001-01000042","case_number":"N1",
        "title":{"zh-CN":"申请","en":"Application","ru":"З"},"state":"granted","submitted_at":"2026-11-23T01:05:00Z"}]}"#;
    world.answer(Ok(serde_json::from_str(cases).unwrap()));
    let Body::Cases { cases, .. } = world.body() else { panic!("{}", world.state()) };
    assert_eq!((cases[0].case_number.as_str(), cases[0].state.as_str()), ("N1", "Granted"));
}

#[test]
fn a_value_nobody_can_type_must_be_on_file() {
    let mut world = World::at_home();
    world.touch_all([Action::OpenTile(NEEDS), Action::Start]);
    world.answer(Err(AskTrouble::TimedOut));
    assert_eq!(world.state(), "unavailable");
    world.touch(Action::Retry);
    world.answer(Ok(values()));
    assert_eq!(world.state(), "form");
}

#[test]
fn a_platform_that_does_not_answer_does_not_hold_up_a_form() {
    let mut world = World::at_home();
    world.touch_all([Action::OpenTile(APPLY), Action::Start]);
    world.wait(13);
    assert_eq!(world.state(), "form");
}

#[test]
fn a_service_that_needs_the_network_is_not_begun_without_it() {
    let mut world = World::new();
    world.touch_all([Action::ChooseLanguage(Language::En), Action::OpenTile(ONLINE), Action::Start]);
    assert_eq!(world.state(), "identify");
    world.send(Event::LinkChanged(Link::Offline));
    world.place_card();
    let Body::Unavailable { why, instead, can_retry, .. } = world.body() else { panic!("{}", world.state()) };
    assert!(why.contains("network is down"), "{why}");
    assert_eq!((instead.as_str(), can_retry, world.asks.len()), ("Go to the counter", true, 0));
    world.touch(Action::Retry);
    assert_eq!(world.state(), "unavailable", "it is still down");
    world.send(Event::LinkChanged(Link::Online));
    world.touch(Action::Retry);
    assert_eq!(world.state(), "asking");
    world.send(Event::LinkChanged(Link::Offline));
    world.answer(Err(AskTrouble::Offline));
    assert_eq!(world.state(), "unavailable", "a form that cannot be handed in is not begun");
}

#[test]
fn a_question_is_dropped_when_nobody_waits_for_it_any_more() {
    let asking = || {
        let mut world = World::at_home();
        world.touch_all([Action::OpenTile(ASK), Action::Start]);
        assert_eq!((world.state(), world.asking.is_some()), ("asking", true));
        world
    };
    let (mut back, mut late, mut ended) = (asking(), asking(), asking());
    back.touch(Action::Back);
    late.wait(12);
    ended.touch(Action::End);
    for (world, state) in [(back, "guide"), (late, "unavailable"), (ended, "farewell")] {
        assert_eq!((world.state(), world.asking), (state, None));
    }
}

#[test]
fn late_and_foreign_replies_change_nothing() {
    let mut world = World::at_home();
    world.touch_all([Action::OpenTile(ASK), Action::Start, Action::Back]);
    world.answer(Ok(values()));
    assert_eq!(world.state(), "guide");
    world.touch(Action::Start);
    let stale = world.asks[0].0;
    world.send(Event::Answered { request: stale, result: Ok(Box::new(values())) });
    assert_eq!(world.state(), "asking");
    world.send(Event::CardRead { request: RequestId(1), result: Ok(Box::new(card(ValidUntil::Forever))) });
    world.send(Event::Stored { request: RequestId(999), result: Ok(kept()) });
    world.send(Event::Printed { request: RequestId(999), result: Ok(()) });
    assert_eq!(world.state(), "asking");
    let mut attract = World::new();
    attract.send(Event::Answered { request: RequestId(1), result: Ok(Box::new(values())) });
    attract
        .send(Event::CardRead { request: RequestId(999), result: Ok(Box::new(card(ValidUntil::Forever))) });
    assert_eq!(attract.state(), "attract");
}
