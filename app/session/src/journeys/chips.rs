//! The slot for chip cards: who they say is there, and what is wrong with them.

use kiosk_drivers_api::{CardDate, DeviceStatus, SmartCardFault};
use kiosk_model::{Action, Body, CardPlace, ReaderStage};

use super::names;
use crate::testing::*;
use crate::{Event, RequestId};

/// Asked for a card, with a slot.
fn identifying() -> World {
    let mut world = World::at_home_unknown();
    world.touch(Action::OpenCases);
    world
}

fn identify(world: &World) -> (ReaderStage, CardPlace, String) {
    let Body::Identify { stage, place, message } = world.body() else { panic!("{}", world.state()) };
    (stage, place, message)
}

#[test]
fn a_social_security_card_identifies_like_an_id_card() {
    let mut world = World::with_more_devices();
    world.insert(Ok(social_security_card(VALID)));
    assert_eq!(world.state(), "home");
    let text = shown_text(&world.screen());
    assert!(text.contains("王**") && !text.contains(NAME), "{text}");
    assert!(world.reading.is_none(), "one card is enough");
    assert_eq!(names(&world.trail), ["visit_begun", "identified"]);
}

#[test]
fn taking_the_card_out_again_ends_nothing() {
    let mut world = identifying();
    world.insert(Ok(social_security_card(VALID)));
    assert_eq!(world.state(), "asking");
    let before = world.screen();
    world.insert(Err(SmartCardFault::Removed));
    world.send(Event::SlotChanged(DeviceStatus::Offline));
    assert!(world.screen() == before);
}

#[test]
fn a_form_says_which_card_a_value_is_from() {
    let mut world = World::at_home_unknown();
    world.insert(Ok(social_security_card(VALID)));
    world.touch_all([Action::OpenTile(APPLY), Action::Start]);
    world.answer(Ok(values()));
    let Body::Form { fields, .. } = world.body() else { panic!("{}", world.state()) };
    assert_eq!(fields[0].source.as_deref(), Some("From your social security card"));
}

#[test]
fn each_trouble_with_a_card_has_its_sentence_and_the_id_card_remains() {
    let day = |day| CardDate { year: 2026, month: 11, day };
    let (again, refused) = (ReaderStage::Again, ReaderStage::Refused);
    for (result, expected, words) in [
        (Ok(locked_card()), refused, "security module"),
        (Ok(bank_card()), refused, "bank card"),
        (Ok(social_security_card(day(22))), refused, "22 Nov 2026"),
        (Err(SmartCardFault::Removed), again, "too early"),
        (Err(SmartCardFault::Mute), again, "does not answer"),
        (Err(SmartCardFault::NoAnswer), again, "does not answer"),
        (Err(SmartCardFault::UnknownCard), refused, "not known here"),
        (Err(SmartCardFault::Blocked { status: 0x6283 }), refused, "blocked"),
        (Err(SmartCardFault::BadRecord { what: "name" }), refused, "cannot be read"),
    ] {
        let mut world = identifying();
        world.insert(result);
        let (stage, _, message) = identify(&world);
        assert_eq!(stage, expected, "{message}");
        assert!(message.contains(words), "{words}: {message}");
        assert!(world.reading.is_some(), "another card can be shown: {message}");
        world.place_card();
        assert_eq!(world.state(), "asking");
    }
}

#[test]
fn the_last_day_of_a_card_counts() {
    let mut world = identifying();
    world.insert(Ok(social_security_card(CardDate { year: 2026, month: 11, day: 23 })));
    assert_eq!(world.state(), "asking");
}

#[test]
fn cards_are_asked_for_where_they_can_be_put() {
    let mut world = identifying();
    let (stage, place, message) = identify(&world);
    assert_eq!((stage, place), (ReaderStage::Waiting, CardPlace::Either));
    assert!(message.contains("ID card") && message.contains("social security card"), "{message}");
    world.send(Event::ReaderChanged(DeviceStatus::NoDevice));
    assert_eq!(identify(&world).1, CardPlace::Slot);
    world.send(Event::SlotChanged(DeviceStatus::NoDevice));
    assert_eq!(identify(&world).0, ReaderStage::OutOfOrder);
    world.send(Event::ReaderChanged(DeviceStatus::Online));
    let (stage, place, message) = identify(&world);
    assert_eq!((stage, place), (ReaderStage::Waiting, CardPlace::Reader));
    assert!(!message.contains("social security"), "{message}");
    assert!(shown_text(&world.screen()).contains("slot for social security cards does not answer"));
}

#[test]
fn a_broken_reader_stops_nobody_who_has_a_card_for_the_slot() {
    let mut world = World::at_home_unknown();
    world.send(Event::ReaderChanged(DeviceStatus::HardwareError));
    let Body::Home { tiles, greeting, .. } = world.body() else { panic!("{}", world.state()) };
    assert_eq!(tiles[APPLY].unavailable, None);
    assert!(greeting.as_str().contains("social security card"), "{}", greeting.as_str());
    world.touch_all([Action::OpenTile(APPLY), Action::Start]);
    assert_eq!(world.state(), "identify");
}

#[test]
fn what_was_said_about_a_card_is_over_when_the_slot_is() {
    let mut world = identifying();
    world.insert(Err(SmartCardFault::Mute));
    world.send(Event::SlotChanged(DeviceStatus::NoDevice));
    assert_eq!(identify(&world).0, ReaderStage::Waiting);
}

#[test]
fn a_defect_of_the_slot_wakes_nobody_and_neither_does_a_late_card() {
    let mut world = World::with_more_devices();
    world.insert(Err(SmartCardFault::NoService));
    world.send(Event::SlotChanged(DeviceStatus::Offline));
    world.insert(Err(SmartCardFault::NoAnswer));
    world.send(Event::SlotChanged(DeviceStatus::Online));
    world.send(Event::ChipRead { request: RequestId(999), result: Ok(Box::new(bank_card())) });
    assert_eq!(world.state(), "attract");
    world.insert(Err(SmartCardFault::Mute));
    assert_eq!(world.state(), "home", "somebody is there");
}
