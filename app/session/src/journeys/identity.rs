//! The card, the level it gives, and the reader.

use kiosk_drivers_api::{CardDate, DeviceStatus, ReaderFault, ValidUntil};
use kiosk_model::{Action, Body, Language, ReaderStage};

use crate::Event;
use crate::testing::*;

#[test]
fn a_card_wakes_and_greets_by_masked_name() {
    let mut world = World::new();
    world.place_card();
    assert_eq!(world.state(), "home");
    let text = shown_text(&world.screen());
    assert!(text.contains("王**") && !text.contains(NAME), "{text}");
    assert!(world.reading.is_none(), "one card is enough");
}

#[test]
fn an_expired_card_is_refused_with_what_to_do() {
    let day = |day| ValidUntil::Day(CardDate { year: 2026, month: 11, day });
    let mut world = World::new();
    world.touch_all([Action::ChooseLanguage(Language::En), Action::OpenCases]);
    world.read(Ok(card(day(22))));
    let Body::Identify { stage, message, .. } = world.body() else { panic!("{}", world.state()) };
    assert_eq!(stage, ReaderStage::Refused);
    assert!(message.contains("22 Nov 2026"), "{message}");
    world.read(Ok(card(day(23))));
    assert_eq!(world.state(), "asking", "the last day counts");
}

#[test]
fn faults_of_the_reader_are_told_and_taken_back() {
    let mut world = World::new();
    broken(&mut world);
    assert_eq!(world.state(), "attract", "a defect wakes nobody");
    world.send(Event::ReaderChanged(DeviceStatus::Online));
    world.touch_all([Action::ChooseLanguage(Language::En), Action::OpenCases]);
    for (fault, expected) in
        [(ReaderFault::CardMoved, ReaderStage::Again), (ReaderFault::UnknownCard, ReaderStage::Refused)]
    {
        world.read(Err(fault));
        assert_eq!(stage(&world), expected);
    }
    broken(&mut world);
    assert_eq!(stage(&world), ReaderStage::OutOfOrder);
    world.send(Event::ReaderChanged(DeviceStatus::Online));
    assert_eq!(stage(&world), ReaderStage::Waiting);
}

/// As the shell tells it: the state, and then the fault of the card that is waited for.
fn broken(world: &mut World) {
    world.send(Event::ReaderChanged(DeviceStatus::NoDevice));
    world.read(Err(ReaderFault::NotConnected));
}

fn stage(world: &World) -> ReaderStage {
    let Body::Identify { stage, .. } = world.body() else { panic!("{}", world.state()) };
    stage
}

#[test]
fn a_service_above_the_terminals_level_cannot_be_started() {
    let mut world = World::at_home();
    world.touch_all([Action::OpenTile(FAR), Action::Start]);
    let Body::Guide { can_start, notes, .. } = world.body() else { panic!("{}", world.state()) };
    assert!(!can_start && notes[0].1.contains("stronger proof"));
}
