//! The window: shows a [`Screen`], hands out [`Action`]s, decides nothing.
//!
//! Slint owns the main thread. [`Ui`] lives there; other threads send screens through [`Remote`].
//! Everything on the glass is in the accessibility tree too: controls by role, label and a language-independent
//! accessible id, sentences as text. Nothing shown is ever logged.

mod bridge;
#[cfg(test)]
mod checks;
mod qr;

use std::time::Duration;

use kiosk_glass as glass;
use kiosk_model::{Action, Screen};
use slint::{ComponentHandle, PhysicalSize};

use crate::glass::AppWindow;

/// How the window is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Over the whole display; the size below is then the display's.
    pub fullscreen: bool,
    /// Width in device pixels; 1080 on the portrait panel.
    pub width_px: u32,
    /// Height in device pixels; 1920 on the portrait panel.
    pub height_px: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { fullscreen: false, width_px: 1080, height_px: 1920 }
    }
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum UiError {
    /// No display, no renderer, or a second loop. Check `SLINT_BACKEND` and `DISPLAY`, or the access to `/dev/dri`.
    #[error("the window system refuses")]
    Platform(#[from] slint::PlatformError),
    /// The program was built without a language it needs.
    #[error("language {language} is not in this build")]
    Language {
        /// The name of its folder.
        language: &'static str,
        /// What Slint says.
        source: slint::SelectBundledTranslationError,
    },
}

/// Owns the window; stays on the main thread.
pub struct Ui {
    window: AppWindow,
}

impl Ui {
    /// Opens nothing yet: makes the window and connects its touches.
    pub fn new(options: &Options, on_action: impl Fn(Action) + 'static) -> Result<Self, UiError> {
        let window = AppWindow::new()?;
        bridge::check_languages()?;
        bridge::connect(&window, on_action);
        let size = PhysicalSize::new(options.width_px, options.height_px);
        let glass = size.to_logical(window.window().scale_factor());
        bridge::set_glass(&window, glass.width, glass.height);
        window.window().set_size(size);
        window.window().set_fullscreen(options.fullscreen);
        Ok(Self { window })
    }

    /// Puts a screen on the glass.
    pub fn show(&self, screen: &Screen) {
        bridge::show(&self.window, screen);
    }

    /// Sets the text of the clock.
    pub fn set_clock(&self, text: &str) {
        bridge::set_clock(&self.window, text);
    }

    /// A handle for other threads.
    pub fn remote(&self) -> Remote {
        Remote { window: self.window.as_weak() }
    }

    /// Acts once [`Ui::run`] has begun: from then on nothing that other threads send can be lost.
    pub fn once_running(&self, act: impl FnOnce() + 'static) {
        slint::Timer::single_shot(Duration::ZERO, act);
    }

    /// Shows the window and serves it until [`Remote::quit`] is called or the window is closed.
    pub fn run(&self) -> Result<(), UiError> {
        self.window.run()?;
        Ok(())
    }

    /// The Slint window: its size, and its picture by `take_snapshot`.
    pub fn window(&self) -> &slint::Window {
        self.window.window()
    }
}

/// Reaches the window from any thread. Calls after the window has gone do nothing.
#[derive(Clone)]
pub struct Remote {
    window: slint::Weak<AppWindow>,
}

impl Remote {
    /// Puts a screen on the glass.
    pub fn show(&self, screen: Screen) {
        self.on_glass(move |window| bridge::show(window, &screen));
    }

    /// Sets the text of the clock, ready to show.
    pub fn set_clock(&self, text: String) {
        self.on_glass(move |window| bridge::set_clock(window, &text));
    }

    /// Ends [`Ui::run`].
    pub fn quit(&self) {
        // The only failure is a loop that has ended already, which is what is asked for.
        let _ended = slint::quit_event_loop();
    }

    fn on_glass(&self, act: impl FnOnce(&AppWindow) + Send + 'static) {
        // The only failure is a loop that has ended: nobody is looking then.
        let _ended = self.window.upgrade_in_event_loop(move |window| act(&window));
    }
}
