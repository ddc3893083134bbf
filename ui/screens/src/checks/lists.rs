//! Lists whose rows change while they stand there.

use kiosk_model::{Body, Language, Mode};

use super::gallery::examples;
use super::{Glass, SIZES, headless};

#[test]
fn a_row_that_changes_before_the_last_change_is_drawn_shows_as_it_is() {
    headless();
    let (_, width, height) = SIZES[0];
    let glass = Glass::new(width, height);
    let technician =
        examples(Language::ZhCn, Mode::default()).into_iter().find(|one| one.name == "technician");
    let mut screen = technician.unwrap().screen;
    glass.show(&screen);
    let shows = |words: &str| glass.all().iter().any(|one| one.accessible_label().as_deref() == Some(words));
    assert!(shows("正常服务"));
    for (can_change, words) in [(false, "正常服务"), (true, "已暂停服务")] {
        let Body::Technician { rows, service, .. } = &mut screen.body else { panic!("another screen") };
        (rows[0].value, service.can_change) = (words.to_owned(), can_change);
        glass.ui.show(&screen);
    }
    assert!(shows("已暂停服务") && !shows("正常服务"));
}
