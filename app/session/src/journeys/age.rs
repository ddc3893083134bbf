//! A catalogue that grows old: people are told first; later only what cannot go wrong is offered.

use std::sync::Arc;

use kiosk_model::{Action, Body};

use crate::testing::*;
use crate::{Age, Event};

fn says(world: &World, tile: usize) -> Option<String> {
    let Body::Home { tiles, .. } = world.body() else { panic!("{}", world.state()) };
    tiles[tile].unavailable.clone()
}

#[test]
fn stale_data_are_served_with_their_date() {
    let mut world = World::at_home();
    world.send(Event::AgeChanged(Age::Stale { as_of: "2026-11-20T16:30:00Z".parse().unwrap() }));
    // In China it is the day after.
    assert!(shown_text(&world.screen()).contains("as of 21 Nov 2026"), "{}", shown_text(&world.screen()));
    assert_eq!([says(&world, APPLY), says(&world, ASK)], [None, None]);
    world.send(Event::AgeChanged(Age::Fresh));
    assert!(!shown_text(&world.screen()).contains("as of"));
}

#[test]
fn with_outdated_data_only_what_cannot_go_wrong_is_offered() {
    let mut packages = catalogue().packages;
    packages[APPLY].timeless = true;
    // Whoever asks gets an answer by rules that may have changed, whatever its package says.
    packages[ASK].timeless = true;
    let mut world = World::at_home();
    world.send(Event::AgeChanged(Age::Outdated));
    assert!(shown_text(&world.screen()).contains("heard nothing from the platform for weeks"));
    let old = Some("Not with old information".to_owned());
    assert_eq!([says(&world, APPLY), says(&world, ASK)], [old.clone(), old.clone()]);
    world.touch_all([Action::OpenTile(APPLY), Action::Start]);
    assert_eq!(world.state(), "guide", "it cannot be begun");
    assert!(shown_text(&world.screen()).contains("too old to go by"));
    world.touch(Action::Back);
    world.send(Event::CatalogueChanged(Arc::new(kiosk_protocol::catalogue::Catalogue {
        packages,
        ..catalogue()
    })));
    assert_eq!([says(&world, APPLY), says(&world, ASK)], [None, old]);
}

#[test]
fn what_was_begun_is_handed_in_all_the_same() {
    let mut world = World::at_confirm();
    world.send(Event::AgeChanged(Age::Outdated));
    world.touch(Action::Submit);
    assert_eq!(world.state(), "submitting");
}
