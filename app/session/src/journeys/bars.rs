//! What keeps residents out, each on its own: what is said, that nobody gets in, and that a technician does.

use std::sync::Arc;

use kiosk_model::{Action, Body, Language};
use kiosk_protocol::catalogue::Catalogue;

use super::names;
use crate::lock::Gate;
use crate::testing::*;
use crate::{Age, Bar, Event, Link, PinAnswer, RequestId};

/// A terminal nobody can use, by what keeps them out.
fn closed(by: Option<Bar>) -> World {
    let mut world = World::with_more_devices();
    match by {
        Some(bar) => world.bar(bar, true),
        None => {
            world.send(Event::CatalogueChanged(Arc::new(Catalogue { packages: Vec::new(), ..catalogue() })));
        }
    }
    world
}

const ALL: [(Option<Bar>, &str); 4] = [
    (Some(Bar::Trail), "closed"),
    (Some(Bar::Suspension), "suspended"),
    (Some(Bar::Pause), "paused"),
    (None, "out_of_service"),
];

#[test]
fn nobody_gets_in_and_the_glass_says_where_to_go_in_three_languages() {
    for (by, state) in ALL {
        let mut world = closed(by);
        assert_eq!(world.state(), state);
        world.touch_all([Action::Wake, Action::ChooseLanguage(Language::En)]);
        world.place_card();
        world.insert(Ok(social_security_card(VALID)));
        assert_eq!((world.state(), world.trail.len()), (state, 0));
        let Body::OutOfService { message } = world.body() else { panic!("{state}: another screen") };
        for words in ["附近的服务窗口", "nearest service counter", "ближайшее окно", "12345"]
        {
            assert!(message.contains(words), "{state}: {words}: {message}");
        }
        assert_eq!(message.contains("正在维护，暂停服务"), state == "paused", "{message}");
    }
}

#[test]
fn a_technicians_card_opens_the_pin_and_the_pin_the_rest_whatever_is_in_the_way() {
    for (by, state) in ALL {
        let mut world = closed(by);
        assert!(world.awaiting.is_some() && world.reading.is_none(), "{state}: the slot alone");
        world.insert(Ok(technician_card()));
        world.met(Gate::Open { left: 5 });
        assert_eq!(world.state(), "technician_pin", "{state}");
        world.enter(PIN);
        world.tried(PinAnswer::Right);
        assert_eq!(world.state(), "technician", "{state}");
        world.take_card();
        assert_eq!(world.state(), state);
        assert!(world.awaiting.is_some(), "{state}: the next card may come");
    }
}

#[test]
fn a_card_nobody_knows_opens_nothing_there() {
    for (by, state) in ALL {
        let mut world = closed(by);
        world.insert(Ok(technician_card()));
        world.stranger();
        assert_eq!((world.state(), world.trail.len()), (state, 0));
    }
}

#[test]
fn with_old_data_and_without_the_network_the_card_works_as_ever() {
    for age in [Age::Stale { as_of: jiff::Timestamp::UNIX_EPOCH }, Age::Outdated] {
        let mut world = World::with_more_devices();
        world.send(Event::AgeChanged(age));
        world.send(Event::LinkChanged(Link::Offline));
        world.insert(Ok(technician_card()));
        world.met(Gate::Open { left: 5 });
        assert_eq!(world.state(), "technician_pin", "{age:?}");
    }
}

#[test]
fn the_trail_falling_behind_ends_visits_and_technicians_and_a_try_says_what_is_wrong() {
    for mut world in [World::in_form(), World::at_pin()] {
        world.bar(Bar::Trail, true);
        assert_eq!(world.state(), "closed");
        assert!(world.reading.is_none() && world.awaiting.is_some());
        world.bar(Bar::Trail, false);
        assert_eq!(world.state(), "attract");
        assert!(world.reading.is_some() && world.awaiting.is_none());
    }
    let mut world = closed(Some(Bar::Trail));
    world.insert(Ok(technician_card()));
    world.met(Gate::Open { left: 5 });
    world.enter(PIN);
    world.tried(PinAnswer::NotCounted(Gate::Open { left: 5 }));
    assert!(shown_text(&world.screen()).contains("无法记录"), "{}", shown_text(&world.screen()));
}

#[test]
fn a_visit_under_way_ends_by_itself_when_the_terminal_is_taken_out_of_service() {
    for bar in [Bar::Pause, Bar::Suspension] {
        let mut world = World::in_form();
        world.bar(bar, true);
        assert_eq!(world.state(), "form", "{bar:?}");
        world.wait(300);
        assert_ne!(world.state(), "attract", "{bar:?}");
        world.touch(Action::Wake);
        assert_ne!(world.state(), "home", "{bar:?}");
    }
}

#[test]
fn what_is_still_in_the_way_is_said_when_another_thing_is_gone() {
    let mut world = closed(Some(Bar::Pause));
    world.bar(Bar::Suspension, true);
    assert_eq!(world.state(), "suspended");
    world.bar(Bar::Suspension, false);
    assert_eq!(world.state(), "paused");
    world.bar(Bar::Pause, false);
    assert_eq!(world.state(), "attract");
}

/// Whether it is out of service, and whether that can be changed.
fn change(world: &World) -> (bool, bool) {
    let Body::Technician { service, .. } = world.body() else { panic!("{}", world.state()) };
    (service.is_paused, service.can_change)
}

#[test]
fn a_technician_takes_it_out_of_service_and_puts_it_back() {
    let mut world = World::inside();
    assert!(shown_text(&world.screen()).contains("Service: residents are served"));
    world.touch_all([Action::PauseService, Action::PauseService]);
    assert_eq!(world.pauses.len(), 1, "one at a time");
    assert_eq!(change(&world), (false, false), "not before it is kept");
    world.bar(Bar::Pause, true);
    assert_eq!(change(&world), (true, true));
    assert!(shown_text(&world.screen()).contains("Service: taken out of service"));
    world.take_card();
    assert_eq!(world.state(), "paused");

    world.insert(Ok(technician_card()));
    world.met(Gate::Open { left: 5 });
    world.enter(PIN);
    world.tried(PinAnswer::Right);
    world.touch(Action::ResumeService);
    assert_eq!(world.pauses.iter().map(|(_, pause)| *pause).collect::<Vec<_>>(), [true, false]);
    world.bar(Bar::Pause, false);
    world.take_card();
    assert_eq!(world.state(), "attract");
    assert_eq!(names(&world.trail), ["technician_left", "technician_left"]);
}

#[test]
fn what_could_not_be_kept_is_said_and_changes_nothing() {
    let mut world = World::inside();
    world.touch(Action::PauseService);
    world.send(Event::ServiceUnchanged { request: RequestId(0) });
    assert_eq!(change(&world), (false, false), "somebody else's");
    let request = world.pauses[0].0;
    world.send(Event::ServiceUnchanged { request });
    assert_eq!(change(&world), (false, true));
    assert!(shown_text(&world.screen()).contains("could not be recorded"), "{}", shown_text(&world.screen()));
    world.take_card();
    assert_eq!(world.state(), "attract");
}

#[test]
fn before_the_pin_and_in_a_visit_nothing_takes_it_out_of_service() {
    for mut world in [World::at_pin(), World::at_home(), World::new()] {
        world.touch_all([Action::PauseService, Action::ResumeService]);
        assert!(world.pauses.is_empty());
    }
}
