//! What the city sets from afar: when it takes effect, and that it shuts no technician out.

use std::time::Duration;

use kiosk_drivers_api::ValidUntil;
use kiosk_model::{Action, Body};
use serde_json::json;

use crate::testing::*;

/// From now on the wall clock shows this.
fn at(world: &mut World, wall: &str) {
    world.now.wall = wall.parse().unwrap();
    world.wait(60);
}

#[test]
fn a_visit_keeps_the_patience_it_began_with() {
    let mut world = World::at_home();
    world.configure(json!({"idle_s": 120, "elder_idle_s": 240, "warning_s": 60}));
    world.wait(60);
    assert_eq!(world.overlay(), "warning 30", "nothing changes under somebody's hands");
    world.wait(30);
    assert_eq!(world.state(), "attract");
    world.touch(Action::Wake);
    world.wait(119);
    assert_eq!(world.overlay(), "none");
    world.wait(1);
    assert_eq!(world.overlay(), "warning 60");
    world.wait(59);
    assert_eq!((world.state(), world.overlay()), ("home", "warning 1".to_owned()));
    world.wait(1);
    assert_eq!(world.state(), "attract");
    world.touch(Action::ChooseMode(kiosk_model::Mode::Elder));
    world.wait(239);
    assert_eq!(world.overlay(), "none");
    world.configure(json!({}));
    world.touch(Action::EndNow);
    world.wait(600);
    world.touch(Action::Wake);
    world.wait(60);
    assert_eq!(world.overlay(), "warning 30", "the terminal's own again");
}

#[test]
fn a_notice_stands_on_the_attract_screen_in_all_languages() {
    let mut world = World::new();
    world.configure(json!({"notice": words("明日停机")}));
    let notice = world.screen().frame.notice.unwrap();
    assert_eq!(notice, "明日停机\nEnglish 明日停机\nРусский 明日停机");
    world.touch(Action::Wake);
    assert!(!shown_text(&world.screen()).contains("明日停机"), "not in a visit");
    world.wait(600);
    world.configure(json!({}));
    assert_eq!(world.screen().frame.notice, None);
}

#[test]
fn a_closed_terminal_says_why_and_takes_nobody_in() {
    let mut world = World::with_more_devices();
    world.configure(json!({"closed": words("检修中")}));
    assert_eq!(world.state(), "closed_from_afar");
    let Body::OutOfService { message } = world.body() else { panic!("another screen") };
    assert_eq!(message, "检修中\n\nEnglish 检修中\n\nРусский 检修中");
    let steps = world.trail.len();
    world.touch(Action::Wake);
    world.place_card();
    assert_eq!(world.state(), "closed_from_afar");
    assert!(world.reading.is_none() && world.awaiting.is_some(), "the slot alone, for technicians");
    world.insert(Ok(bank_card()));
    assert_eq!((world.state(), world.trail.len()), ("closed_from_afar", steps), "nothing was begun");
    assert!(!shown_text(&world.screen()).contains('*'));
    world.configure(json!({}));
    assert_eq!(world.state(), "attract");
    world.place_card();
    assert_eq!(world.state(), "home");
}

#[test]
fn a_visit_under_way_is_ended_by_nobody_but_its_resident() {
    let mut world = World::at_confirm();
    world.configure(json!({"closed": words("检修中")}));
    world.touch(Action::Submit);
    world.stored(Ok(kept()));
    assert_eq!(world.state(), "receipt");
    world.printed(Ok(()));
    world.wait(600);
    assert_eq!(world.state(), "closed_from_afar");
}

#[test]
fn technicians_get_into_a_closed_terminal_and_strangers_do_not() {
    let mut world = World::with_more_devices();
    world.configure(json!({"closed": words("检修中")}));
    world.insert(Ok(technician_card()));
    assert_eq!(world.state(), "technician_pin");
    world.met(crate::lock::Gate::Open { left: 5 });
    world.enter(PIN);
    world.tried(crate::PinAnswer::Right);
    assert_eq!(world.state(), "technician");
    assert!(shown_text(&world.screen()).contains("已由平台关闭"), "{}", shown_text(&world.screen()));
    world.take_card();
    assert_eq!(world.state(), "closed_from_afar");
    world.insert(Ok(technician_card()));
    world.stranger();
    assert_eq!(world.state(), "closed_from_afar", "a strange card begins no visit here");
    assert!(world.reading.is_none() && world.awaiting.is_some());
}

#[test]
fn what_is_in_the_way_here_is_told_before_what_comes_from_afar() {
    let mut world = World::with_more_devices();
    world.configure(json!({"closed": words("检修中")}));
    world.bar(crate::Bar::Pause, true);
    assert_eq!(world.state(), "paused");
    world.bar(crate::Bar::Pause, false);
    assert_eq!(world.state(), "closed_from_afar");
}

#[test]
fn a_terminal_is_closed_outside_of_its_hours() {
    let mut world = World::new();
    // A Friday. In Qiqihar it is 16:59.
    at(&mut world, "2026-11-27T08:59:00Z");
    let spans = json!([{"days": ["fri"], "from": "08:30", "until": "17:00"}]);
    world.configure(json!({"hours": {"spans": spans, "says": words("周五 8:30 至 17:00")}}));
    assert_eq!(world.state(), "attract");
    let (due, _) = world.session.deadline().unwrap();
    assert_eq!(due - world.now.monotonic, Duration::from_secs(60), "with the next minute");
    at(&mut world, "2026-11-27T09:00:00Z");
    assert_eq!(world.state(), "closed_from_afar");
    assert!(shown_text(&world.screen()).contains("周五 8:30 至 17:00"));
    world.read(Ok(card(ValidUntil::Forever)));
    assert_eq!(world.state(), "closed_from_afar");
    at(&mut world, "2026-12-04T00:30:00Z");
    assert_eq!(world.state(), "attract");
}
