//! The language follows the screen, and nothing of a screen stays when it is left.

use kiosk_model::{Body, Frame, Language, Mode, Overlay, Screen, Shown};

use super::Glass;
use super::gallery::{Example, examples};
use super::support::headless;
use crate::glass::View;
use slint::Global;

/// Stands for a person in every text of a planted screen.
const PLANTED: &str = "PLANTED-赵某某-230202";

fn attract() -> Screen {
    let frame = Frame::default();
    Screen { language: Language::ZhCn, mode: Mode::Normal, frame, body: Body::Attract, overlay: None }
}

fn named(name: &str, language: Language, mode: Mode) -> Screen {
    let find = |example: &Example| example.name == name;
    examples(language, mode).into_iter().find(find).expect("an example").screen
}

#[test]
fn the_words_follow_the_language_at_once() {
    headless();
    let glass = Glass::new(1080, 1920);
    for (language, word) in [(Language::ZhCn, "返回"), (Language::Ru, "Назад"), (Language::En, "Back")]
    {
        glass.show(&named("home", language, Mode::Normal));
        assert_eq!(glass.control("back").accessible_label().unwrap(), word);
    }
}

#[test]
fn elder_makes_targets_larger_and_offers_the_way_back() {
    headless();
    let glass = Glass::new(1080, 1920);
    glass.show(&named("home", Language::ZhCn, Mode::Normal));
    let (normal, label) =
        (glass.control("language-ru").size().height, glass.control("mode").accessible_label());
    glass.show(&named("home", Language::ZhCn, Mode::Elder));
    assert!(glass.control("language-ru").size().height > normal);
    assert_ne!(glass.control("mode").accessible_label(), label);
}

#[test]
fn the_screen_says_which_one_it_is() {
    headless();
    let glass = Glass::new(1080, 1920);
    for language in [Language::ZhCn, Language::Ru] {
        glass.show(&named("rating", language, Mode::Normal));
        let ids: Vec<_> = glass.all().iter().filter_map(|element| element.accessible_id()).collect();
        let screens: Vec<_> = ids.iter().filter(|id| id.starts_with("screen:")).collect();
        assert_eq!(screens, ["screen:rating"]);
    }
}

#[test]
fn nothing_planted_stays_after_the_screen_is_left() {
    headless();
    let glass = Glass::new(1080, 1920);
    for mut example in examples(Language::ZhCn, Mode::Normal) {
        plant(&mut example.screen);
        let planted = example.screen.clone();
        glass.show(&planted);
        // Whoever comes by while a warning stands reads nothing of the one who left.
        let is_covered = matches!(planted.overlay, Some(Overlay::IdleWarning { .. } | Overlay::ConfirmEnd));
        let is_said = glass.said().iter().any(|said| said.contains(PLANTED));
        assert_eq!(is_said, !is_covered, "{}: shown or not", example.name);
        glass.show(&attract());
        assert!(!glass.said().iter().any(|said| said.contains(PLANTED)), "{}: still there", example.name);
        assert!(is_empty(&glass), "{}: the bridge still holds something", example.name);
    }
}

/// The parts a person appears in are as empty as at the start.
fn is_empty(glass: &Glass) -> bool {
    let view = View::get(&glass.ui.window);
    view.get_home() == Default::default()
        && view.get_form() == Default::default()
        && view.get_confirm() == Default::default()
        && view.get_receipt().number.is_empty()
        && view.get_receipt().qr_text.is_empty()
        && view.get_answer() == Default::default()
        && view.get_cases() == Default::default()
        && view.get_pin() == Default::default()
        && view.get_overlay() == Default::default()
        && view.get_frame().person.is_empty()
}

fn plant(screen: &mut Screen) {
    screen.frame.person = Some(PLANTED.into());
    if let Some(Overlay::Help { lines }) = &mut screen.overlay {
        lines.push(PLANTED.to_owned());
    }
    match &mut screen.body {
        Body::Attract => screen.frame.site = PLANTED.to_owned(),
        Body::Home { greeting, .. } => *greeting = PLANTED.into(),
        Body::Form { fields, .. } => fields[0].value = PLANTED.into(),
        Body::Confirm { rows, .. } => rows[0].value = PLANTED.into(),
        Body::Answer { tables, page, .. } => {
            tables[0].rows[0][0] = Shown::from(PLANTED);
            page.iter_mut().for_each(|page| page.message = PLANTED.to_owned());
        }
        Body::Receipt { number, .. } => *number = PLANTED.to_owned(),
        Body::Cases { cases, empty, .. } => match cases.first_mut() {
            Some(case) => case.receipt = PLANTED.to_owned(),
            None => *empty = PLANTED.to_owned(),
        },
        Body::Pin { message, .. } => *message = PLANTED.to_owned(),
        Body::Technician { rows, .. } => rows[0].value = PLANTED.to_owned(),
        Body::Identify { .. }
        | Body::Scan { .. }
        | Body::Guide { .. }
        | Body::Working { .. }
        | Body::Unavailable { .. }
        | Body::Rating { .. }
        | Body::Farewell { .. }
        | Body::OutOfService { .. } => {}
    }
}
