//! An outside observer: another client of the X server, told of every change, comparing rows of pixels.

use std::error::Error;
use std::thread::sleep;
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::damage::{ConnectionExt as _, Damage, ReportLevel};
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, ImageFormat, MOTION_NOTIFY_EVENT, Window,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use super::limits;

/// Above this row is the clock.
const FIRST_ROW_PX: u16 = 176;
/// Between two compared rows; a button is twice as high, a letter as high as this.
const ROW_STEP_PX: u16 = 24;
/// The first pointer button.
const FIRST_BUTTON: u8 = 1;
/// The versions of the extension this speaks: DAMAGE 1.1.
const DAMAGE_VERSION: (u32, u32) = (1, 1);

/// Rows of pixels of the display, from top to bottom.
#[derive(Clone, PartialEq, Eq)]
pub struct Rows(Vec<Vec<u8>>);

impl Rows {
    /// Whether all pixels are the same: nothing is shown.
    pub fn are_blank(&self) -> bool {
        let pixels = || self.0.iter().flat_map(|row| row.as_chunks::<4>().0);
        pixels().all(|pixel| Some(pixel) == pixels().next())
    }
}

/// Sees and touches the display.
pub struct Eye {
    connection: RustConnection,
    root: Window,
    width_px: u16,
    height_px: u16,
    damage: Damage,
}

impl Eye {
    /// Opens on a display such as `:99`.
    pub fn open(display: &str) -> Result<Self, Box<dyn Error>> {
        let (connection, screen) = RustConnection::connect(Some(display))?;
        let screen = &connection.setup().roots[screen];
        let (root, width_px, height_px) = (screen.root, screen.width_in_pixels, screen.height_in_pixels);
        connection.damage_query_version(DAMAGE_VERSION.0, DAMAGE_VERSION.1)?.reply()?;
        let damage = connection.generate_id()?;
        connection.damage_create(damage, root, ReportLevel::NON_EMPTY)?.check()?;
        Ok(Self { connection, root, width_px, height_px, damage })
    }

    /// Takes the rows as they are now.
    pub fn look(&self) -> Result<Rows, Box<dyn Error>> {
        let rows = (FIRST_ROW_PX..self.height_px).step_by(usize::from(ROW_STEP_PX));
        let asked = rows.map(|row| {
            let row = i16::try_from(row)?;
            Ok(self.connection.get_image(ImageFormat::Z_PIXMAP, self.root, 0, row, self.width_px, 1, !0)?)
        });
        let asked: Vec<_> = asked.collect::<Result<_, Box<dyn Error>>>()?;
        let told = asked.into_iter().map(|cookie| Ok(cookie.reply()?.data));
        told.collect::<Result<_, Box<dyn Error>>>().map(Rows)
    }

    /// Waits until these rows are seen; says when they had been compared.
    pub fn await_rows(&self, expected: &Rows) -> Result<Instant, Box<dyn Error>> {
        let end = Instant::now() + limits::SEEN;
        loop {
            if self.look()? == *expected {
                return Ok(Instant::now());
            }
            if !self.await_change(end)? {
                return Err("the expected picture was not seen".into());
            }
        }
    }

    /// Waits until something is shown and has not changed for a while; the rows it settled on.
    pub fn await_still(&self) -> Result<Rows, Box<dyn Error>> {
        let end = Instant::now() + limits::SEEN;
        let mut rows = self.look()?;
        let mut since = Instant::now();
        while Instant::now() < end {
            if since.elapsed() >= limits::STILL && !rows.are_blank() {
                return Ok(rows);
            }
            self.await_change(Instant::now() + limits::STILL)?;
            let next = self.look()?;
            if next != rows {
                (rows, since) = (next, Instant::now());
            }
        }
        Err("the display did not come to rest on a picture".into())
    }

    /// Waits until nothing is shown any more.
    pub fn await_blank(&self) -> Result<(), Box<dyn Error>> {
        let end = Instant::now() + limits::SEEN;
        while !self.look()?.are_blank() {
            if !self.await_change(end)? {
                return Err("the display is not free".into());
            }
        }
        Ok(())
    }

    /// Touches a point as briefly as can be.
    pub fn touch(&self, (x, y): (i32, i32)) -> Result<(), Box<dyn Error>> {
        let (x, y) = (i16::try_from(x)?, i16::try_from(y)?);
        let steps = [
            (MOTION_NOTIFY_EVENT, 0),
            (BUTTON_PRESS_EVENT, FIRST_BUTTON),
            (BUTTON_RELEASE_EVENT, FIRST_BUTTON),
        ];
        for (kind, detail) in steps {
            self.connection.xtest_fake_input(kind, detail, 0, self.root, x, y, 0)?;
        }
        Ok(self.connection.flush()?)
    }

    /// Whether the display was told to change before the moment `end`; older news are taken in first.
    fn await_change(&self, end: Instant) -> Result<bool, Box<dyn Error>> {
        loop {
            let mut changed = false;
            while let Some(event) = self.connection.poll_for_event()? {
                changed |= matches!(event, Event::DamageNotify(_));
            }
            if changed {
                self.connection.damage_subtract(self.damage, x11rb::NONE, x11rb::NONE)?.check()?;
                return Ok(true);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            sleep(left.min(limits::BLINK));
        }
    }
}

/// Milliseconds.
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_tests::world::{Desk, DisplayChoice};
    use x11rb::protocol::xproto::{CreateWindowAux, WindowClass};
    use x11rb::wrapper::ConnectionExt as _;

    use super::*;

    /// A window over the whole display, of one colour, with a second one in it.
    fn draw(painter: &RustConnection) -> Window {
        let screen = &painter.setup().roots[0];
        let (width, height) = (screen.width_in_pixels, screen.height_in_pixels);
        let (outer, inner) = (painter.generate_id().unwrap(), painter.generate_id().unwrap());
        let windows = [
            (outer, screen.root, width, height, 0x0a_55_66),
            (inner, outer, width / 2, height / 2, 0xff_ff_ff),
        ];
        for (window, parent, width, height, colour) in windows {
            let look = CreateWindowAux::new().background_pixel(colour);
            let class = WindowClass::INPUT_OUTPUT;
            painter.create_window(0, window, parent, 0, 0, width, height, 0, class, 0, &look).unwrap();
            painter.map_window(window).unwrap();
        }
        painter.sync().unwrap();
        outer
    }

    fn display() -> (Desk, Eye, RustConnection) {
        let logs = tempfile::tempdir().unwrap();
        let desk = Desk::start(&DisplayChoice::Own, logs.path()).unwrap();
        let eye = Eye::open(desk.display()).unwrap();
        let (painter, _) = RustConnection::connect(Some(desk.display())).unwrap();
        (desk, eye, painter)
    }

    #[test]
    fn what_another_program_draws_is_seen_and_so_is_its_end() {
        let (_desk, eye, painter) = display();
        assert!(eye.look().unwrap().are_blank());
        let window = draw(&painter);
        let rows = eye.await_still().unwrap();
        assert!(!rows.are_blank());
        eye.await_rows(&rows).unwrap();
        painter.destroy_window(window).unwrap();
        painter.sync().unwrap();
        eye.await_blank().unwrap();
        assert!(eye.look().unwrap() != rows);
    }

    #[test]
    fn every_change_is_told_once() {
        let (_desk, eye, painter) = display();
        let told = |wait| eye.await_change(Instant::now() + wait).unwrap();
        let window = draw(&painter);
        assert!(told(limits::SEEN));
        assert!(!told(Duration::ZERO));
        painter.destroy_window(window).unwrap();
        painter.sync().unwrap();
        assert!(told(limits::SEEN));
    }
}
