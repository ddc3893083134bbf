//! One example of every screen and overlay, in three languages. All names and numbers are synthetic.

mod devices;
mod outcome;
mod say;
mod service;
mod technician;
mod welcome;

use kiosk_model::{
    Body, CardPlace, Frame, Language, Mode, Overlay, PageStage, PaperStage, PinOwner, PinStage, ReaderStage,
    ScanStage, Screen,
};

use devices::{answer_with_page, card_pin, home_with_scanner, identify_at, receipt_case, scan};
use outcome::{answer, cases, farewell, no_cases, out_of_service, paused, rating, receipt, unavailable};
use say::Say;
use service::{confirm, form, form_choice, guide, working};
use welcome::{greeted, help, home, identify};

/// A named example.
pub struct Example {
    /// For files and failures.
    pub name: &'static str,
    /// What is shown.
    pub screen: Screen,
}

/// All examples in one language and mode.
pub fn examples(language: Language, mode: Mode) -> Vec<Example> {
    let say = Say(language);
    let mut all: Vec<Example> = bodies(say)
        .into_iter()
        .map(|(name, body)| Example { name, screen: screen(say, mode, body, None) })
        .collect();
    let overlays = [
        ("overlay-idle-warning", Overlay::IdleWarning { seconds_left: 21 }),
        ("overlay-help", Overlay::Help { lines: help(say) }),
        ("overlay-confirm-end", Overlay::ConfirmEnd),
    ];
    for (name, overlay) in overlays {
        all.push(Example { name, screen: screen(say, mode, form(say), Some(overlay)) });
    }
    all.push(Example {
        name: "home-notice",
        screen: with_notice(say, screen(say, mode, home(say, 2), None)),
    });
    if mode == Mode::default() {
        // Nobody is there who could have chosen another one.
        all.push(Example { name: "paused", screen: screen(say, mode, paused(), None) });
    }
    all.push(Example { name: "form-notice", screen: with_notice(say, screen(say, mode, form(say), None)) });
    all
}

fn screen(say: Say, mode: Mode, body: Body, overlay: Option<Overlay>) -> Screen {
    let person =
        matches!(body, Body::Home { identified: true, .. } | Body::Form { .. } | Body::Confirm { .. });
    let frame = Frame {
        back: can_go_back(&body),
        end: can_end(&body),
        help: true,
        person: person.then(|| say.shown("张*", "Zhang *", "Чжан *")),
        site: say.one(
            "建华区政务服务中心",
            "Jianhua District Service Centre",
            "Центр госуслуг района Цзяньхуа",
        ),
        notice: None,
    };
    Screen { language: say.0, mode, frame, body, overlay }
}

fn can_go_back(body: &Body) -> bool {
    let only_ends = matches!(
        body,
        Body::Home { .. }
            | Body::Receipt { .. }
            | Body::Rating { .. }
            | Body::Pin { owner: PinOwner::Technician, .. }
            | Body::Technician { .. }
    );
    can_end(body) && !only_ends
}

/// Not before a visit nor behind it, and not while something is handed in or printed.
fn can_end(body: &Body) -> bool {
    !matches!(
        body,
        Body::Attract
            | Body::Working { .. }
            | Body::Receipt { paper: PaperStage::Printing, .. }
            | Body::Farewell { .. }
            | Body::OutOfService { .. }
    )
}

fn with_notice(say: Say, mut screen: Screen) -> Screen {
    screen.frame.notice = Some(say.one(
        "打印机缺纸，回执编号会显示在屏幕上。",
        "The printer is out of paper. Your receipt number is shown on the screen.",
        "В принтере нет бумаги. Номер квитанции будет показан на экране.",
    ));
    screen
}

fn bodies(say: Say) -> Vec<(&'static str, Body)> {
    vec![
        ("attract", Body::Attract),
        ("home", home(say, 2)),
        ("home-six", home(say, 6)),
        ("home-greeted", greeted(say)),
        ("identify", identify(say, ReaderStage::Waiting)),
        ("home-scanner", home_with_scanner(say, 2)),
        ("home-scanner-six", home_with_scanner(say, 6)),
        ("identify-either", identify_at(say, CardPlace::Either, ReaderStage::Waiting)),
        ("identify-either-refused", identify_at(say, CardPlace::Either, ReaderStage::Refused)),
        ("identify-slot", identify_at(say, CardPlace::Slot, ReaderStage::Waiting)),
        ("scan", scan(say, ScanStage::Waiting)),
        ("scan-again", scan(say, ScanStage::Again)),
        ("scan-out-of-order", scan(say, ScanStage::OutOfOrder)),
        ("identify-again", identify(say, ReaderStage::Again)),
        ("identify-refused", identify(say, ReaderStage::Refused)),
        ("identify-out-of-order", identify(say, ReaderStage::OutOfOrder)),
        ("guide", guide(say)),
        ("form", form(say)),
        ("form-choice", form_choice(say)),
        ("confirm", confirm(say)),
        ("working", working(say)),
        ("receipt-printing", receipt(say, PaperStage::Printing)),
        ("receipt-printed", receipt(say, PaperStage::Printed)),
        ("receipt-failed", receipt(say, PaperStage::Failed)),
        ("answer", answer(say)),
        ("answer-page", answer_with_page(say, PageStage::Offered)),
        ("answer-page-working", answer_with_page(say, PageStage::Working)),
        ("answer-page-printed", answer_with_page(say, PageStage::Printed)),
        ("answer-page-failed", answer_with_page(say, PageStage::Failed)),
        ("unavailable", unavailable(say)),
        ("cases", cases(say)),
        ("cases-receipt", receipt_case(say)),
        ("cases-empty", no_cases(say)),
        ("rating", rating(say)),
        ("farewell", farewell(say)),
        ("out-of-service", out_of_service(say)),
        ("card-pin", card_pin(say, PinStage::Typing, 0)),
        ("card-pin-long", card_pin(say, PinStage::Typing, 12)),
        ("card-pin-checking", card_pin(say, PinStage::Checking, 0)),
        ("card-pin-last-try", card_pin(say, PinStage::Wrong, 2)),
        ("technician-pin", technician::pin(say, PinStage::Typing)),
        ("technician-pin-checking", technician::pin(say, PinStage::Checking)),
        ("technician-pin-wrong", technician::pin(say, PinStage::Wrong)),
        ("technician-pin-locked", technician::pin(say, PinStage::Locked)),
        ("technician", technician::state(say, false)),
        ("technician-looking", technician::state(say, true)),
        ("technician-paused", technician::paused(say)),
    ]
}
