//! The idle clock, and every way a visit ends.

use kiosk_model::{Action, Body, Language, Mode};
use kiosk_protocol::trail::{EndReason, TrailEvent};

use crate::testing::*;

#[test]
fn the_idle_warning_counts_down_returns_exactly_and_never_runs_out_of_more_time() {
    let mut world = World::in_form();
    let before = world.screen();
    for _ in 0..12 {
        world.wait(60);
        assert_eq!(world.overlay(), "warning 30");
        world.wait(1);
        assert_eq!(world.overlay(), "warning 29");
        world.touch(Action::Stay);
        assert!(world.screen() == before);
    }
    world.wait(90);
    assert_eq!(world.state(), "attract");
    let last = world.trail.last().unwrap();
    assert!(matches!(last, TrailEvent::VisitEnded { why: EndReason::Idle, .. }), "{last:?}");
}

#[test]
fn elders_get_twice_the_time() {
    let mut world = World::new();
    world.touch(Action::ChooseMode(Mode::Elder));
    world.wait(119);
    assert_eq!(world.overlay(), "none");
    world.wait(1);
    assert_eq!(world.overlay(), "warning 30");
}

#[test]
fn a_touch_under_the_warning_only_says_that_somebody_is_there() {
    let mut world = World::at_confirm();
    world.wait(61);
    world.touch(Action::Submit);
    assert_eq!((world.state(), world.submits.len()), ("confirm", 0));
    assert_eq!(world.overlay(), "none");
}

#[test]
fn ending_a_begun_form_asks_first() {
    let mut world = World::in_form();
    world.touch(Action::End);
    assert_eq!(world.overlay(), "confirm end");
    world.touch(Action::Next);
    world.touch(Action::Stay);
    assert_eq!((world.state(), world.overlay().as_str()), ("form", "none"));
    world.touch(Action::EndNow);
    assert_eq!(world.state(), "form", "nobody asked");
    world.touch_all([Action::End, Action::EndNow]);
    assert_eq!(world.state(), "farewell");
}

#[test]
fn a_visit_ends_in_the_language_it_was_held_in_and_leaves_the_first_behind() {
    let mut world = World::at_home();
    world.touch_all([Action::ChooseMode(Mode::Elder), Action::End]);
    assert_eq!(world.screen().language, Language::En);
    assert!(world.screen().frame.person.is_none(), "the person is dropped before the farewell");
    world.wait(10);
    let screen = world.screen();
    assert_eq!((screen.language, screen.mode), (Language::ZhCn, Mode::Normal));
    world.touch(Action::Wake);
    let Body::Home { identified, .. } = world.body() else { panic!("{}", world.state()) };
    assert!(!identified);
}

#[test]
fn an_internal_error_wipes_and_is_recorded_even_where_the_state_was_lost_with_it() {
    let mut lost = World::at_receipt();
    lost.session.state = crate::State::default();
    let effects = lost.session.abort(lost.now);
    let ended = |effect: &crate::Effect| {
        matches!(effect, crate::Effect::Record(TrailEvent::VisitEnded { why: EndReason::Internal, .. }))
    };
    assert!(effects.iter().any(ended));
    assert!(matches!(effects.last(), Some(crate::Effect::ReadCard { .. })));
    assert!(lost.session.abort(lost.now).iter().all(|effect| !ended(effect)), "recorded once");
    let mut world = World::at_receipt();
    let effects = world.session.abort(world.now);
    let recorded = effects.iter().any(|effect| {
        matches!(effect, crate::Effect::Record(TrailEvent::VisitEnded { why: EndReason::Internal, .. }))
    });
    assert!(recorded);
    assert_eq!(world.state(), "attract");
}
