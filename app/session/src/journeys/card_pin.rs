//! A social security card that wants its PIN: the PIN, every way on, and every way out.

use kiosk_drivers_api::{CardDate, DeviceStatus, ReaderFault, SmartCardFault, ValidUntil};
use kiosk_model::{Action, Body, CardPlace, PinStage, ReaderStage};
use kiosk_protocol::trail::TrailEvent;

use super::names;
use crate::testing::*;
use crate::{Event, Link, RequestId};

/// Stage, sentence and digits of the PIN's screen.
fn pin(world: &World) -> (PinStage, String, usize) {
    let Body::Pin { stage, message, typed, .. } = world.body() else { panic!("{}", world.state()) };
    (stage, message, typed)
}

/// With the right PIN typed and handed over.
fn checking() -> World {
    let mut world = World::at_card_pin();
    world.enter(CARD_PIN);
    world
}

fn identify(world: &World) -> (ReaderStage, String) {
    let Body::Identify { stage, message, .. } = world.body() else { panic!("{}", world.state()) };
    (stage, message)
}

#[test]
fn the_right_pin_identifies_like_any_card_and_goes_on_where_the_resident_was() {
    let mut world = checking();
    assert_eq!(world.verifies[0].1, CARD_PIN);
    world.verified(Ok(social_security_card(VALID)));
    assert_eq!(world.state(), "asking");
    assert!(shown_text(&world.screen()).contains("王**"));
    assert!(world.reading.is_none(), "one card is enough");
    assert_eq!(names(&world.trail), ["visit_begun", "identified", "cases_asked"]);
}

#[test]
fn a_card_put_in_at_the_attract_screen_is_asked_for_its_pin_and_greeted_behind_it() {
    let mut world = World::with_more_devices();
    world.insert(Ok(pin_card()));
    assert_eq!(world.state(), "card_pin");
    world.enter(CARD_PIN);
    world.verified(Ok(social_security_card(VALID)));
    assert_eq!(world.state(), "home");
    assert!(shown_text(&world.screen()).contains("王**"));
}

#[test]
fn a_card_that_was_put_in_before_is_asked_once_a_card_is_needed() {
    let mut world = World::at_home_unknown();
    world.touch(Action::OpenTile(APPLY));
    world.insert(Ok(pin_card()));
    assert_eq!(world.state(), "guide", "nobody asked for a card yet");
    world.touch(Action::Start);
    assert_eq!(world.state(), "card_pin");
    world.touch(Action::Back);
    assert_eq!(world.state(), "identify");
    assert!(identify(&world).1.contains("take the card out and put it in again"), "{}", identify(&world).1);
    world.insert(Ok(pin_card()));
    assert_eq!(world.state(), "card_pin");
}

#[test]
fn a_wrong_pin_says_how_many_tries_are_left_and_warns_before_the_last() {
    let mut world = World::at_card_pin();
    assert_eq!(pin(&world).0, PinStage::Typing);
    world.enter("111111");
    assert_eq!((pin(&world).0, pin(&world).2), (PinStage::Checking, 0));
    world.verified(Err(SmartCardFault::PinWrong { tries_left: 2 }));
    let (stage, message, typed) = pin(&world);
    assert_eq!((stage, typed), (PinStage::Wrong, 0));
    assert!(message.contains("2 tries are left"), "{message}");
    world.enter("222222");
    world.verified(Err(SmartCardFault::PinWrong { tries_left: 1 }));
    let message = pin(&world).1;
    assert!(message.contains("the last try") && message.contains("use your ID card instead"), "{message}");
    world.enter(CARD_PIN);
    world.verified(Ok(social_security_card(VALID)));
    assert_eq!(world.state(), "asking");
}

#[test]
fn a_blocked_pin_says_where_to_go_and_the_id_card_goes_on() {
    let mut world = checking();
    world.verified(Err(SmartCardFault::PinBlocked));
    let (stage, message) = identify(&world);
    assert_eq!(stage, ReaderStage::Refused);
    assert!(message.contains("social security counter") && message.contains("your ID card"), "{message}");
    world.place_card();
    assert_eq!(world.state(), "asking");
}

#[test]
fn the_id_card_will_do_while_the_pin_is_typed_or_checked() {
    for mut world in [World::at_card_pin(), checking()] {
        world.place_card();
        assert_eq!(world.state(), "asking");
        let before = world.screen();
        world.verified(Err(SmartCardFault::PinBlocked));
        assert!(world.screen() == before, "a late answer");
    }
}

#[test]
fn what_is_wrong_with_an_id_card_is_said_until_the_next_key() {
    let mut world = World::at_card_pin();
    let past = CardDate { year: 2020, month: 1, day: 1 };
    for result in [Err(ReaderFault::CardMoved), Ok(card(ValidUntil::Day(past)))] {
        world.read(result);
        let (stage, message, _) = pin(&world);
        assert!(stage == PinStage::Wrong && !message.contains("PIN"), "{message}");
        assert!(world.reading.is_some() && world.watching.is_some());
        world.type_keys("2");
        assert_eq!(pin(&world).0, PinStage::Typing);
    }
    assert_eq!(pin(&world).2, 2, "and the digits stay");
}

#[test]
fn a_card_taken_out_while_the_pin_is_typed_leads_back_and_is_asked_for_kindly() {
    let mut world = World::at_card_pin();
    world.type_keys("2468");
    world.take_card();
    assert_eq!(world.state(), "identify");
    assert!(identify(&world).1.contains("taken out too early"), "{}", identify(&world).1);
    assert!(world.reading.is_some() && world.watching.is_none(), "the slot reads the next card");
    world.insert(Ok(pin_card()));
    assert_eq!(pin(&world).2, 0, "nothing of the PIN was kept");
}

#[test]
fn a_card_or_a_slot_that_goes_while_the_pin_is_checked_leads_back_and_the_try_may_count() {
    for fault in [
        SmartCardFault::Removed,
        SmartCardFault::NoCard,
        SmartCardFault::NoService,
        SmartCardFault::NotConnected,
    ] {
        let mut world = checking();
        world.verified(Err(fault));
        let (stage, message) = identify(&world);
        assert!(stage == ReaderStage::Again && message.contains("may have counted a try"), "{message}");
        assert_eq!(world.verifies.len(), 1, "never again by itself");
    }
}

#[test]
fn an_unclear_answer_or_none_lets_the_resident_decide() {
    let mut silent = checking();
    silent.wait(15);
    let mut worlds = vec![silent];
    for fault in [SmartCardFault::NoAnswer, SmartCardFault::Garbled] {
        let mut world = checking();
        world.verified(Err(fault));
        worlds.push(world);
    }
    for mut world in worlds {
        let (stage, message, typed) = pin(&world);
        assert_eq!((stage, typed, world.verifies.len()), (PinStage::Wrong, 0, 1));
        assert!(message.contains("may have counted this as a try"), "{message}");
        world.take_card();
        assert!(identify(&world).1.contains("may have counted a try"), "{}", identify(&world).1);
    }
}

#[test]
fn a_card_that_was_not_asked_has_lost_no_try() {
    let mut world = checking();
    world.verified(Err(SmartCardFault::InUse));
    assert!(pin(&world).1.contains("no try was lost"), "{}", pin(&world).1);
}

#[test]
fn what_the_right_pin_does_not_open_is_told() {
    let day = CardDate { year: 2026, month: 11, day: 22 };
    for (result, words) in [
        (Ok(pin_card()), "cannot be read"),
        (Ok(social_security_card(day)), "22 Nov 2026"),
        (Err(SmartCardFault::BadRecord { what: "name" }), "cannot be read"),
        (Err(SmartCardFault::Blocked { status: 0x6283 }), "blocked by the office"),
    ] {
        let mut world = checking();
        world.verified(result);
        assert!(identify(&world).1.contains(words), "{}", identify(&world).1);
    }
}

#[test]
fn a_slot_that_breaks_leads_back_and_reads_again_when_it_is_well() {
    for mut world in [World::at_card_pin(), checking()] {
        world.send(Event::SlotChanged(DeviceStatus::Offline));
        assert_eq!((world.state(), identify(&world).0), ("identify", ReaderStage::Waiting));
        assert!(shown_text(&world.screen()).contains("slot for social security cards does not answer"));
        world.send(Event::SlotChanged(DeviceStatus::Online));
        world.insert(Ok(pin_card()));
        assert_eq!(world.state(), "card_pin");
    }
}

#[test]
fn an_even_number_of_four_to_twelve_digits_can_be_entered_and_none_is_shown() {
    let mut world = World::at_card_pin();
    for (keys, count) in [("135", 3), ("7", 4), ("9", 5)] {
        world.type_keys(keys);
        let Body::Pin { can_enter, typed, places, .. } = world.body() else { panic!("{}", world.state()) };
        assert_eq!((typed, places, can_enter), (count, 6, count == 4));
    }
    world.touch(Action::Submit);
    assert!(world.verifies.is_empty(), "an odd number");
    world.type_keys("24680246802468");
    assert_eq!(pin(&world).2, 12);
    assert!(!shown_text(&world.screen()).contains("13579"));
    world.touch(Action::Submit);
    assert_eq!(world.verifies[0].1, "135792468024");
}

#[test]
fn only_enter_tries_and_a_second_touch_of_it_does_not() {
    let mut world = World::at_card_pin();
    world.type_keys(CARD_PIN);
    world.wait(50);
    world.send(Event::LinkChanged(Link::Offline));
    assert!(world.verifies.is_empty());
    world.touch_all([Action::Submit, Action::Submit]);
    assert_eq!(world.verifies.len(), 1);
    world.verified(Err(SmartCardFault::PinWrong { tries_left: 2 }));
    world.touch(Action::Submit);
    assert_eq!(world.verifies.len(), 1, "what was typed is gone");
}

#[test]
fn answers_to_others_change_nothing() {
    let mut world = checking();
    world.send(Event::PinVerified { request: RequestId(0), result: Err(SmartCardFault::PinBlocked) });
    world.send(Event::CardGone { request: RequestId(0) });
    assert_eq!(pin(&world).0, PinStage::Checking);
    world.verified(Err(SmartCardFault::PinWrong { tries_left: 2 }));
    world.send(Event::CardGone { request: RequestId(0) });
    world.verified(Err(SmartCardFault::PinBlocked));
    assert_eq!(pin(&world).0, PinStage::Wrong);
}

#[test]
fn the_idle_clock_runs_while_nobody_types_and_stands_while_the_card_is_asked() {
    let mut world = World::at_card_pin();
    world.wait(60);
    assert_eq!(world.overlay(), "warning 30");
    world.wait(30);
    assert_eq!(world.state(), "attract");
    let ended = |event: &TrailEvent| matches!(event, TrailEvent::VisitEnded { .. });
    assert!(world.trail.iter().any(ended));
    let mut world = checking();
    world.wait(14);
    assert_eq!(world.overlay(), "none");
}

#[test]
fn back_help_and_end_are_where_they_always_are() {
    let mut world = World::at_card_pin();
    world.touch(Action::Help);
    assert_eq!(world.overlay(), "help");
    world.touch_all([Action::CloseHelp, Action::Back]);
    assert_eq!((world.state(), identify(&world).0), ("identify", ReaderStage::Again));
    for mut world in [World::at_card_pin(), checking()] {
        let frame = world.screen().frame;
        assert!(frame.back && frame.end && frame.help);
        world.touch(Action::End);
        assert!(["rating", "farewell"].contains(&world.state()), "{}", world.state());
        world.verified(Ok(social_security_card(VALID)));
        assert!(!shown_text(&world.screen()).contains("王"), "too late");
    }
}

#[test]
fn without_a_reader_for_id_cards_that_is_said_and_the_pin_remains() {
    let mut world = World::at_card_pin();
    world.send(Event::ReaderChanged(DeviceStatus::NoDevice));
    assert_eq!(world.state(), "card_pin");
    assert!(world.screen().frame.notice.is_some());
    world.send(Event::SlotChanged(DeviceStatus::NoDevice));
    let Body::Identify { place, stage, .. } = world.body() else { panic!("{}", world.state()) };
    assert_eq!((place, stage), (CardPlace::Either, ReaderStage::OutOfOrder));
}
