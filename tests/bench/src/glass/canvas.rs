//! The window without a display.

use std::error::Error;
use std::rc::Rc;

use kiosk_model::Screen;
use kiosk_screens::{Options, Ui};
use slint::platform::software_renderer::{MinimalSoftwareWindow, PremultipliedRgbaColor, RepaintBufferType};
use slint::platform::{Platform, PointerEventButton, WindowAdapter, WindowEvent};
use slint::{LogicalPosition, PlatformError};

/// The portrait panel.
const WIDTH_PX: u16 = 1080;
const HEIGHT_PX: u16 = 1920;

/// The window and its pixels.
pub struct Canvas {
    ui: Ui,
    surface: Rc<MinimalSoftwareWindow>,
    pixels: Vec<PremultipliedRgbaColor>,
}

struct Headless(Rc<MinimalSoftwareWindow>);

impl Platform for Headless {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.0.clone())
    }
}

impl Canvas {
    /// Opens the window. What its controls ask for is not done: screens come from the visit.
    pub fn new() -> Result<Self, Box<dyn Error>> {
        // As on the X display: what did not change is not drawn again.
        let surface = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
        slint::platform::set_platform(Box::new(Headless(surface.clone())))?;
        let (width_px, height_px) = (WIDTH_PX.into(), HEIGHT_PX.into());
        let ui = Ui::new(&Options { fullscreen: false, width_px, height_px }, |_| {})?;
        ui.set_clock("14:32");
        ui.window().show()?;
        let pixels = vec![PremultipliedRgbaColor::default(); usize::from(WIDTH_PX) * usize::from(HEIGHT_PX)];
        Ok(Self { ui, surface, pixels })
    }

    /// Puts a screen on the glass; nothing is drawn yet.
    pub fn show(&self, screen: &Screen) {
        self.ui.show(screen);
    }

    /// Puts a screen on the glass and draws it.
    pub fn show_quietly(&mut self, screen: &Screen) {
        self.show(screen);
        while self.draw() {}
    }

    /// Draws what is due; whether any pixel was computed.
    pub fn draw(&mut self) -> bool {
        slint::platform::update_timers_and_animations();
        let mut drawn = false;
        self.surface.draw_if_needed(|renderer| {
            let region = renderer.render(&mut self.pixels, WIDTH_PX.into());
            drawn = region.bounding_box_size().width > 0;
        });
        drawn
    }

    /// The finger goes down; places are parts of width and height, 0 to 1.
    pub fn press(&self, place: (f32, f32)) -> Result<(), PlatformError> {
        let (position, button) = (position(place), PointerEventButton::Left);
        self.dispatch(WindowEvent::PointerPressed { position, button })
    }

    /// The finger leaves the glass.
    pub fn release(&self, place: (f32, f32)) -> Result<(), PlatformError> {
        let (position, button) = (position(place), PointerEventButton::Left);
        self.dispatch(WindowEvent::PointerReleased { position, button })?;
        self.dispatch(WindowEvent::PointerExited)
    }

    fn dispatch(&self, event: WindowEvent) -> Result<(), PlatformError> {
        self.ui.window().dispatch_event_with_result(event).map(drop)
    }
}

fn position((x, y): (f32, f32)) -> LogicalPosition {
    LogicalPosition::new(x * f32::from(WIDTH_PX), y * f32::from(HEIGHT_PX))
}
