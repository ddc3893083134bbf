//! A notice comes and goes while somebody reaches for the glass: nothing moves, and nothing lies below it.

use i_slint_backend_testing::ElementHandle;
use kiosk_model::{Body, Language, Screen};
use kiosk_text::Texts;

use super::gallery::Example;
use super::{Glass, edges, must_be_right};

#[test]
fn a_notice_moves_nothing_and_covers_nothing() {
    must_be_right(|glass, example, _| {
        let may = has_room(&example);
        if may { faults(glass, example.screen) } else { Vec::new() }
    });
}

/// The attract screen, which stands from its bottom up, has its notice among its words; an overlay covers it; a home
/// screen full of services has no room to spare.
fn has_room(example: &Example) -> bool {
    let is_awake = example.screen.body != Body::Attract && example.screen.overlay.is_none();
    is_awake && !example.name.ends_with("six")
}

fn faults(glass: &Glass, mut screen: Screen) -> Vec<String> {
    screen.frame.notice = None;
    glass.show(&screen);
    let before = places(glass);
    let notice = longest(screen.language);
    screen.frame.notice = Some(notice.clone());
    glass.show(&screen);
    let said: Vec<_> = glass.all().into_iter().filter(|one| says(one, &notice)).collect();
    let floor = said.iter().map(|one| edges(one)[3]).fold(0.0, f32::max);
    let roof = places(glass).iter().map(|(_, place)| place[1]).fold(f32::MAX, f32::min);
    let moved = (places(glass) != before).then(|| "a control moved".to_owned());
    let lost = said.is_empty().then(|| "it is not there".to_owned());
    let over = (floor > roof).then(|| format!("it ends at {floor}, and a control begins at {roof}"));
    [moved, lost, over].into_iter().flatten().collect()
}

fn says(element: &ElementHandle, words: &str) -> bool {
    element.accessible_label().is_some_and(|label| label == words)
}

/// Each control and where it is.
fn places(glass: &Glass) -> Vec<(String, [f32; 4])> {
    let place = |one: &ElementHandle| (one.accessible_id().unwrap_or_default().into(), edges(one));
    glass.controls().iter().map(place).collect()
}

/// The longest there is.
fn longest(language: Language) -> String {
    let say = Texts::new(language);
    let notices = [
        say.offline_notice(),
        say.reader_notice(),
        say.slot_only_notice(),
        say.slot_notice(),
        say.printer_notice(),
        say.not_prefilled_notice(),
        say.stale_notice("2026-11-20T16:30:00Z".parse().unwrap()),
        say.outdated_notice(),
    ];
    notices.into_iter().max_by_key(|notice| notice.chars().count()).unwrap_or_default()
}
