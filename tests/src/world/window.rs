//! How large the terminal's window is.

use x11rb::connection::Connection;

use super::DisplayChoice;

/// The portrait window the screens are drawn for, px.
const WHOLE: (u16, u16) = (1080, 1920);
/// The portrait window of the dock beside it, in the same measure, px.
const DOCK: (u16, u16) = (1080, 1920);
/// Between the two windows, px of the display.
const BETWEEN: u16 = 8;
/// What frames and panels of a desktop leave to a window.
const FREE: f64 = 0.92;

/// The window on its display.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// px.
    pub width: u16,
    /// px.
    pub height: u16,
    /// How many px of the display one px of the design takes: 1, or less on a display too small for it.
    pub scale: f64,
}

impl Window {
    /// The whole window on an own display; on a given one as much smaller as it takes to be seen whole.
    pub(super) fn on(choice: &DisplayChoice) -> Self {
        match choice {
            DisplayChoice::Own => Self::scaled(1.0),
            DisplayChoice::Given(name) => display_size(name).map_or(Self::scaled(1.0), Self::within),
        }
    }

    /// Where the dock goes, px from the left, if there is room beside the window; only a display that was given has any.
    pub(super) fn room_beside(&self, choice: &DisplayChoice) -> Option<u16> {
        let DisplayChoice::Given(name) = choice else { return None };
        let (display, _) = display_size(name)?;
        self.left_of_dock(display)
    }

    fn left_of_dock(&self, display: u16) -> Option<u16> {
        let left = self.width + BETWEEN;
        let dock = (f64::from(DOCK.0) * self.scale).round() as u16;
        (left + dock <= display).then_some(left)
    }

    fn within((width, height): (u16, u16)) -> Self {
        let share = |room: u16, whole: u16| f64::from(room) * FREE / f64::from(whole);
        Self::scaled(share(width, WHOLE.0).min(share(height, WHOLE.1)).min(1.0))
    }

    fn scaled(scale: f64) -> Self {
        let px = |whole: u16| (f64::from(whole) * scale).round() as u16;
        Self { width: px(WHOLE.0), height: px(WHOLE.1), scale }
    }
}

/// The size of the first screen; nothing where the display does not answer: the terminal will say why.
fn display_size(name: &str) -> Option<(u16, u16)> {
    let (connection, screen) = x11rb::connect(Some(name)).ok()?;
    let screen = connection.setup().roots.get(screen)?;
    Some((screen.width_in_pixels, screen.height_in_pixels))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_display_shows_the_whole_window() {
        assert_eq!(Window::within((3840, 2160)), Window { width: 1080, height: 1920, scale: 1.0 });
    }

    #[test]
    fn the_dock_has_room_on_a_wide_display_alone() {
        let left = |display: (u16, u16)| Window::within(display).left_of_dock(display.0);
        assert_eq!(left((3840, 2160)), Some(1088));
        assert_eq!(left((1920, 1080)), Some(567));
        assert_eq!(left((1080, 1920)), None);
    }

    #[test]
    fn a_small_display_shows_all_of_it_in_its_shape() {
        for display in [(1366, 768), (1920, 1080), (1280, 1024), (800, 2000)] {
            let window = Window::within(display);
            assert!(window.width <= display.0 && window.height < display.1, "{display:?}: {window:?}");
            assert!(window.scale < 1.0);
            let shape = f64::from(window.width) / f64::from(window.height);
            assert!((shape - 0.5625).abs() < 0.001, "{display:?}: {window:?}");
        }
    }
}
