//! The display itself: touches by XTEST, pictures by `GetImage`.

use std::thread::sleep;

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ImageFormat, MOTION_NOTIFY_EVENT};
use x11rb::protocol::xproto::{ConnectionExt as _, Window};
use x11rb::protocol::xtest;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::{GlassError, Picture};
use crate::deadlines;

/// The first pointer button; what a touch screen reports for a tap.
const FIRST_BUTTON: u8 = 1;

/// A finger on the display.
pub struct Pointer {
    connection: RustConnection,
    root: Window,
    width_px: u16,
    height_px: u16,
}

impl Pointer {
    /// Connects to a display such as `:99`.
    ///
    /// # Errors
    /// It cannot be reached.
    pub fn connect(display: &str) -> Result<Self, GlassError> {
        let (connection, screen) = RustConnection::connect(Some(display))
            .map_err(|source| GlassError::Connect { display: display.to_owned(), source })?;
        let screen = &connection.setup().roots[screen];
        let (root, width_px, height_px) = (screen.root, screen.width_in_pixels, screen.height_in_pixels);
        Ok(Self { connection, root, width_px, height_px })
    }

    /// Taps a point: moves there, presses, holds, releases.
    ///
    /// # Errors
    /// The display was lost.
    pub fn tap(&self, x: i32, y: i32) -> Result<(), GlassError> {
        self.fake(MOTION_NOTIFY_EVENT, 0, x, y)?;
        self.fake(BUTTON_PRESS_EVENT, FIRST_BUTTON, x, y)?;
        sleep(deadlines::TOUCH_HELD);
        self.fake(BUTTON_RELEASE_EVENT, FIRST_BUTTON, x, y)
    }

    /// Takes a picture of the whole display.
    ///
    /// # Errors
    /// The display was lost.
    pub fn capture(&self) -> Result<Picture, GlassError> {
        let lost = |source| GlassError::Display { what: "give its picture", source };
        let cookie = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, self.root, 0, 0, self.width_px, self.height_px, !0)
            .map_err(|error| lost(error.into()))?;
        let image = cookie.reply().map_err(|error| lost(error.into()))?;
        Ok(Picture::from_bgrx(self.width_px, self.height_px, &image.data))
    }

    fn fake(&self, kind: u8, detail: u8, x: i32, y: i32) -> Result<(), GlassError> {
        let lost = |source| GlassError::Display { what: "take a touch", source };
        let on_glass =
            |at: i32, size: u16| i16::try_from(at.clamp(0, i32::from(size) - 1)).unwrap_or(i16::MAX);
        let (x, y) = (on_glass(x, self.width_px), on_glass(y, self.height_px));
        xtest::fake_input(&self.connection, kind, detail, 0, self.root, x, y, 0)
            .map_err(|error| lost(error.into()))?;
        self.connection.sync().map_err(|error| lost(error.into()))
    }
}
