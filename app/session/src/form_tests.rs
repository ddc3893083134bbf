//! Filling in: what is on file, what is typed, what is wrong.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use kiosk_model::{Action, Body, FieldKind, FieldView, Key, Shown};

use crate::AskTrouble;
use crate::testing::*;

fn fields(world: &World) -> Vec<FieldView> {
    let Body::Form { fields, .. } = world.body() else { panic!("{}", world.state()) };
    fields
}

fn active(world: &World) -> Option<usize> {
    let Body::Form { active, .. } = world.body() else { panic!("{}", world.state()) };
    active
}

#[test]
fn values_on_file_are_shown_with_their_source_and_stay() {
    let mut world = World::in_form();
    let shown = fields(&world);
    let values: Vec<&str> = shown.iter().map(|field| field.value.as_str()).collect();
    assert_eq!(values, ["王**", "**************002X", "¥1,500.00", "************5678"]);
    let sources: Vec<_> = shown.iter().map(|field| field.source.as_deref().unwrap()).collect();
    assert_eq!(sources, ["From your ID card", "From your ID card", "From an office", "From an office"]);
    assert_eq!(shown[2].kind, FieldKind::ReadOnly);
    world.touch_all([Action::FocusField(2), Action::Press(Key::Clear)]);
    assert!(fields(&world) == shown, "a value on file was changed");
}

#[test]
fn an_editable_value_on_file_can_be_typed_over_and_loses_its_source() {
    let mut world = World::in_form();
    world.touch_all([Action::FocusField(3), Action::Press(Key::Clear)]);
    world.type_keys("12345678");
    let field = &fields(&world)[3];
    assert_eq!((field.value.as_str(), &field.source), ("12345678", &None));
}

#[test]
fn next_shows_what_is_missing_and_goes_to_it() {
    let mut world = World::at_home();
    world.touch_all([Action::OpenTile(APPLY), Action::Start]);
    world.answer(Err(AskTrouble::Failed));
    world.touch(Action::Next);
    assert_eq!(fields(&world)[3].problem.as_deref(), Some("Please fill this in."));
    assert_eq!(active(&world), Some(3));
    world.type_keys("123");
    assert_eq!(fields(&world)[3].problem.as_deref(), Some("Enter at least 8 digits."));
    world.type_keys("45678");
    assert_eq!(fields(&world)[3].problem, None);
    world.touch(Action::Next);
    assert_eq!(fields(&world).len(), 2, "the second page");
}

#[test]
fn an_amount_obeys_the_value_on_file() {
    let mut world = World::in_form();
    world.touch_all([Action::Next, Action::FocusField(1)]);
    world.type_keys("1500.01");
    assert_eq!(fields(&world)[1].value, Shown::from("¥1500.01"));
    assert_eq!(fields(&world)[1].problem, None, "it is still being typed");
    world.touch(Action::ChooseOption { field: 0, option: 0 });
    assert_eq!(fields(&world)[1].problem.as_deref(), Some("The most is ¥1,500.00."));
    assert_eq!(
        fields(&world)[0].kind,
        FieldKind::Choice { options: vec!["A".into(), "B".into()], chosen: Some(0) }
    );
}

#[test]
fn going_back_loses_nothing() {
    let mut world = World::at_confirm();
    let confirmed = world.body();
    world.touch_all([Action::Back, Action::Back, Action::Back]);
    assert_eq!(world.state(), "guide");
    world.touch_all([Action::Start, Action::Next, Action::Next]);
    assert!(world.body() == confirmed);
}

#[test]
fn a_value_of_another_form_page_is_checked_again_at_the_end() {
    let mut world = World::at_confirm();
    world.touch_all([Action::Back, Action::Back, Action::FocusField(3), Action::Press(Key::Clear)]);
    world.touch(Action::Next);
    assert_eq!(fields(&world)[3].problem.as_deref(), Some("Please fill this in."));
}

#[test]
fn the_confirmation_masks_what_names_a_person() {
    let world = World::at_confirm();
    let Body::Confirm { rows, .. } = world.body() else { panic!("{}", world.state()) };
    let values: Vec<&str> = rows.iter().map(|row| row.value.as_str()).collect();
    assert_eq!(values, ["王**", "**************002X", "¥1,500.00", "************5678", "B", "¥1,200.50"]);
}

#[test]
fn what_is_submitted_is_canonical_and_whole() {
    let mut world = World::at_confirm();
    world.touch(Action::Submit);
    let file = &world.submits[0].1.file;
    let values: Vec<_> = file.values.iter().map(|(key, value)| (key.as_str(), value)).collect();
    let expected = [
        ("amount", "120050"),
        ("balance", "150000"),
        ("kind", "b"),
        ("name", NAME),
        ("number", NUMBER),
        ("payee", "6217000012345678"),
    ];
    assert_eq!(values, expected);
}

#[test]
fn touches_of_fields_that_are_not_there_change_nothing() {
    let mut world = World::in_form();
    let before = world.screen();
    world.touch_all([
        Action::FocusField(99),
        Action::ChooseOption { field: 0, option: 0 },
        Action::ChooseOption { field: 99, option: 99 },
        Action::OpenTile(0),
        Action::Rate(3),
    ]);
    assert!(world.screen() == before);
}
