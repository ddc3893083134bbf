//! Checks of the real window with the real renderer, without a display.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod contrast;
#[path = "../../examples/gallery/screens/mod.rs"]
mod gallery;
mod layout;
mod leaving;
mod lists;
mod notice;
#[path = "../../examples/gallery/support.rs"]
mod support;
mod touch;
mod translations;

use std::cell::RefCell;
use std::rc::Rc;

use i_slint_backend_testing::{AccessibleRole, ElementHandle, ElementQuery};
use kiosk_model::{Action, Screen};
use slint::ComponentHandle;

use crate::{Options, Ui};
use gallery::{Example, examples};
use support::{LANGUAGES, MODES, SIZES, headless};

/// Has every example looked at on every glass, in every language and mode, with the edges of its window; tells all that is wrong
/// by the picture's name.
fn must_be_right(look: impl Fn(&Glass, Example, [f32; 4]) -> Vec<String>) {
    headless();
    let mut wrong = Vec::new();
    for (glass_name, width, height) in SIZES {
        let (glass, window) = (Glass::new(width, height), [0.0, 0.0, width as f32, height as f32]);
        for (language_name, language) in LANGUAGES {
            for (mode_name, mode) in MODES {
                for example in examples(language, mode) {
                    let name = format!("{language_name}-{mode_name}-{glass_name}-{}", example.name);
                    let found = look(&glass, example, window);
                    wrong.extend(found.into_iter().map(|fault| format!("{name}: {fault}")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} faults\n{}", wrong.len(), wrong.join("\n"));
}

/// A window and what was touched in it.
struct Glass {
    ui: Ui,
    touched: Rc<RefCell<Vec<Action>>>,
}

impl Glass {
    fn new(width_px: u32, height_px: u32) -> Self {
        let touched = Rc::new(RefCell::new(Vec::new()));
        let heard = Rc::clone(&touched);
        let options = Options { fullscreen: false, width_px, height_px };
        let ui = Ui::new(&options, move |action| heard.borrow_mut().push(action)).unwrap();
        ui.set_clock("14:32");
        ui.window.show().unwrap();
        Self { ui, touched }
    }

    /// Shows a screen and draws it, as a frame would.
    fn show(&self, screen: &Screen) {
        self.ui.show(screen);
        self.ui.window().take_snapshot().unwrap();
    }

    fn all(&self) -> Vec<ElementHandle> {
        ElementQuery::from_root(&self.ui.window).find_all()
    }

    /// Everything that can be touched.
    fn controls(&self) -> Vec<ElementHandle> {
        self.all().into_iter().filter(is_control).collect()
    }

    fn control(&self, id: &str) -> ElementHandle {
        let found =
            self.controls().into_iter().find(|control| control.accessible_id().is_some_and(|is| is == id));
        found.unwrap_or_else(|| panic!("no control {id}"))
    }

    /// All that is read out.
    fn said(&self) -> Vec<String> {
        self.all().iter().filter_map(ElementHandle::accessible_label).map(String::from).collect()
    }
}

fn is_control(element: &ElementHandle) -> bool {
    matches!(element.accessible_role(), Some(AccessibleRole::Button | AccessibleRole::RadioButton))
}

/// Left, top, right, bottom in pixels.
fn edges(element: &ElementHandle) -> [f32; 4] {
    let (at, size) = (element.absolute_position(), element.size());
    [at.x, at.y, at.x + size.width, at.y + size.height]
}
