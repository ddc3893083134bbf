//! A touch on each control gives its action; where the finger leaves elsewhere, it gives none.

use i_slint_backend_testing::ElementHandle;
use kiosk_model::{Action, Key, Language, Mode, Screen};
use slint::LogicalPosition;
use slint::platform::{PointerEventButton, WindowEvent};

use super::Glass;
use super::gallery::examples;
use super::support::headless;

fn screen(name: &str) -> Screen {
    let found = examples(Language::ZhCn, Mode::Normal).into_iter().find(|example| example.name == name);
    found.unwrap_or_else(|| panic!("no example {name}")).screen
}

#[track_caller]
fn expect(glass: &Glass, example: &str, touches: &[(&str, Action)]) {
    glass.show(&screen(example));
    for (id, action) in touches {
        glass.touched.borrow_mut().clear();
        press_and_lift(glass, &glass.control(id));
        assert_eq!(*glass.touched.borrow(), std::slice::from_ref(action), "{id} on {example} by touch");
        glass.touched.borrow_mut().clear();
        glass.control(id).invoke_accessible_default_action();
        assert_eq!(
            *glass.touched.borrow(),
            std::slice::from_ref(action),
            "{id} on {example} by its accessible action"
        );
    }
}

fn middle(control: &ElementHandle) -> LogicalPosition {
    let (at, size) = (control.absolute_position(), control.size());
    LogicalPosition::new(at.x + size.width / 2.0, at.y + size.height / 2.0)
}

fn press_and_lift(glass: &Glass, control: &ElementHandle) {
    press(glass, middle(control));
    lift(glass, middle(control));
}

fn press(glass: &Glass, position: LogicalPosition) {
    glass.ui.window().dispatch_event(WindowEvent::PointerMoved { position });
    glass
        .ui
        .window()
        .dispatch_event(WindowEvent::PointerPressed { position, button: PointerEventButton::Left });
}

fn lift(glass: &Glass, position: LogicalPosition) {
    glass.ui.window().dispatch_event(WindowEvent::PointerMoved { position });
    glass
        .ui
        .window()
        .dispatch_event(WindowEvent::PointerReleased { position, button: PointerEventButton::Left });
}

#[test]
fn each_control_gives_its_action() {
    headless();
    let glass = Glass::new(1080, 1920);
    expect(
        &glass,
        "attract",
        &[
            ("wake", Action::Wake),
            ("language-zh", Action::ChooseLanguage(Language::ZhCn)),
            ("language-en", Action::ChooseLanguage(Language::En)),
            ("language-ru", Action::ChooseLanguage(Language::Ru)),
            ("mode", Action::ChooseMode(Mode::Elder)),
            ("help", Action::Help),
        ],
    );
    expect(
        &glass,
        "home-six",
        &[
            ("tile-0", Action::OpenTile(0)),
            ("tile-5", Action::OpenTile(5)),
            ("cases", Action::OpenCases),
            ("page-forward", Action::PageForward),
            ("end", Action::End),
        ],
    );
    expect(&glass, "home-scanner", &[("scan-receipt", Action::ScanReceipt), ("cases", Action::OpenCases)]);
    expect(&glass, "scan", &[("back", Action::Back), ("help", Action::Help), ("end", Action::End)]);
    expect(&glass, "guide", &[("start", Action::Start), ("back", Action::Back)]);
    expect(&glass, "form-choice", &[("option-2", Action::ChooseOption { field: 0, option: 2 })]);
    expect(&glass, "confirm", &[("submit", Action::Submit)]);
    expect(
        &glass,
        "technician-pin",
        &[("key-7", Action::Press(Key::Digit(7))), ("submit", Action::Submit), ("end", Action::End)],
    );
    expect(
        &glass,
        "technician",
        &[
            ("retry", Action::Retry),
            ("print-again", Action::PrintAgain),
            ("pause-service", Action::PauseService),
        ],
    );
    expect(&glass, "technician-paused", &[("resume-service", Action::ResumeService)]);
    expect(
        &glass,
        "receipt-failed",
        &[("print-again", Action::PrintAgain), ("another", Action::Another), ("finish", Action::Finish)],
    );
    expect(
        &glass,
        "answer-page",
        &[("print-page", Action::PrintPage), ("another", Action::Another), ("finish", Action::Finish)],
    );
    expect(&glass, "unavailable", &[("retry", Action::Retry)]);
    expect(
        &glass,
        "rating",
        &[("rate-5", Action::Rate(5)), ("rate-1", Action::Rate(1)), ("skip-rating", Action::SkipRating)],
    );
    expect(&glass, "overlay-idle-warning", &[("stay", Action::Stay), ("end-now", Action::EndNow)]);
    expect(&glass, "overlay-help", &[("close-help", Action::CloseHelp)]);
    expect(&glass, "overlay-confirm-end", &[("stay", Action::Stay), ("end-now", Action::EndNow)]);
}

#[test]
fn the_number_pad_gives_its_keys() {
    headless();
    let glass = Glass::new(1080, 1920);
    let digits = (0..=9).map(|digit| (format!("key-{digit}"), Action::Press(Key::Digit(digit))));
    let digits: Vec<_> = digits.collect();
    let digits: Vec<_> = digits.iter().map(|(id, action)| (id.as_str(), action.clone())).collect();
    expect(&glass, "form", &digits);
    expect(
        &glass,
        "form",
        &[
            ("key-point", Action::Press(Key::Point)),
            ("key-backspace", Action::Press(Key::Backspace)),
            ("key-clear", Action::Press(Key::Clear)),
            ("field-2", Action::FocusField(2)),
            ("next", Action::Next),
        ],
    );
}

#[test]
fn a_touched_choice_shows_its_options() {
    headless();
    let glass = Glass::new(1080, 1920);
    glass.show(&screen("form"));
    press_and_lift(&glass, &glass.control("field-3"));
    assert_eq!(*glass.touched.borrow(), [Action::FocusField(3)]);
    glass.touched.borrow_mut().clear();
    press_and_lift(&glass, &glass.control("option-1"));
    assert_eq!(*glass.touched.borrow(), [Action::ChooseOption { field: 3, option: 1 }]);
}

#[test]
fn a_finger_that_slides_off_does_nothing() {
    headless();
    let glass = Glass::new(1080, 1920);
    glass.show(&screen("confirm"));
    press(&glass, middle(&glass.control("submit")));
    lift(&glass, LogicalPosition::new(20.0, 400.0));
    assert!(glass.touched.borrow().is_empty());
}

#[test]
fn what_is_dimmed_or_covered_by_an_overlay_does_nothing() {
    headless();
    let glass = Glass::new(1080, 1920);
    glass.show(&screen("home"));
    let back = glass.control("back");
    assert_eq!(back.accessible_enabled(), Some(false));
    press_and_lift(&glass, &back);
    back.invoke_accessible_default_action();
    let end = middle(&glass.control("end"));
    glass.show(&screen("overlay-help"));
    press(&glass, end);
    lift(&glass, end);
    assert!(glass.touched.borrow().is_empty(), "{:?}", glass.touched.borrow());
}

#[test]
fn a_page_is_not_asked_for_twice() {
    headless();
    let glass = Glass::new(1080, 1920);
    glass.show(&screen("answer-page-working"));
    let print = glass.control("print-page");
    assert_eq!(print.accessible_enabled(), Some(false));
    press_and_lift(&glass, &print);
    print.invoke_accessible_default_action();
    assert!(glass.touched.borrow().is_empty());
    glass.show(&screen("answer-page-printed"));
    assert!(
        glass.controls().iter().all(|control| control.accessible_id().is_none_or(|id| id != "print-page"))
    );
}

#[test]
fn while_the_paper_is_on_its_way_nobody_goes_on() {
    headless();
    let glass = Glass::new(1080, 1920);
    let ways_on = [("another", Action::Another), ("finish", Action::Finish), ("end", Action::End)];
    glass.show(&screen("receipt-printing"));
    for (id, _) in &ways_on {
        let control = glass.control(id);
        assert_eq!(control.accessible_enabled(), Some(false), "{id} says that it can be pressed");
        press_and_lift(&glass, &control);
        control.invoke_accessible_default_action();
        assert!(glass.touched.borrow().is_empty(), "{id} can be pressed");
    }
    expect(&glass, "receipt-printed", &ways_on);
}
