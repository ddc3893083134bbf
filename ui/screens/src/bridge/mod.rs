//! A [`Screen`] becomes properties of the window; a touch becomes an [`Action`].
//!
//! Lists are updated in place, so that a key press repaints a field and not the screen. What a screen
//! leaves behind is emptied as soon as another is shown, so that no text outlives its screen.

mod bodies;
mod commands;
mod rows;
mod stages;

use kiosk_model::{Action, Frame, Language, Mode, Overlay, Screen};
use slint::{ComponentHandle, Global};

use crate::UiError;
use crate::glass::{AppWindow, FrameView, OverlayKind, OverlayView, Theme, Touch, View};

/// The folder of a language under `ui/text/lang`. English is the language of the sources.
fn folder(language: Language) -> &'static str {
    match language {
        Language::ZhCn => "zh_CN",
        Language::En => "en",
        Language::Ru => "ru",
    }
}

/// Every language can be selected; leaves the first one chosen.
pub fn check_languages() -> Result<(), UiError> {
    for language in [Language::En, Language::Ru, Language::ZhCn].map(folder) {
        slint::select_bundled_translation(language)
            .map_err(|source| UiError::Language { language, source })?;
    }
    Ok(())
}

/// Hands every touch to `on_action`.
pub fn connect(window: &AppWindow, on_action: impl Fn(Action) + 'static) {
    View::get(window).set_language(folder(Language::default()).into());
    window.global::<Touch>().on_send(move |command, first, second| {
        on_action(commands::action(command, first, second));
    });
}

/// Tells the tokens how large the window will be, in logical pixels, so that its first frame is right.
pub fn set_glass(window: &AppWindow, width: f32, height: f32) {
    let theme = Theme::get(window);
    theme.set_glass_width(width);
    theme.set_glass_height(height);
}

/// Sets the text of the clock.
pub fn set_clock(window: &AppWindow, text: &str) {
    View::get(window).set_clock(text.into());
}

/// Puts a screen on the glass.
pub fn show(window: &AppWindow, screen: &Screen) {
    let view = View::get(window);
    speak(&view, screen.language);
    Theme::get(window).set_elder(screen.mode == Mode::Elder);
    view.set_frame(frame(&screen.frame));
    bodies::show(&view, &screen.body);
    show_overlay(&view, screen.overlay.as_ref());
}

fn speak(view: &View<'_>, language: Language) {
    let folder = folder(language);
    if view.get_language() != folder {
        // Checked when the window was made.
        let _checked = slint::select_bundled_translation(folder);
        view.set_language(folder.into());
    }
}

fn frame(frame: &Frame) -> FrameView {
    FrameView {
        back: frame.back,
        end: frame.end,
        help: frame.help,
        person: frame.person.as_ref().map(rows::shown).unwrap_or_default(),
        site: frame.site.as_str().into(),
        notice: frame.notice.as_deref().unwrap_or_default().into(),
    }
}

fn show_overlay(view: &View<'_>, overlay: Option<&Overlay>) {
    let (kind, content) = match overlay {
        None => (OverlayKind::None, OverlayView::default()),
        Some(Overlay::ConfirmEnd) => (OverlayKind::ConfirmEnd, OverlayView::default()),
        Some(Overlay::IdleWarning { seconds_left }) => (
            OverlayKind::IdleWarning,
            OverlayView {
                seconds_left: i32::try_from(*seconds_left).unwrap_or(i32::MAX),
                ..OverlayView::default()
            },
        ),
        Some(Overlay::Help { lines }) => {
            let lines = rows::texts(&view.get_overlay().lines, lines);
            (OverlayKind::Help, OverlayView { lines, ..OverlayView::default() })
        }
    };
    view.set_overlay(content);
    view.set_overlay_kind(kind);
}
