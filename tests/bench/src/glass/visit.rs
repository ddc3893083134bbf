//! One visit: its screens, and the fingers on them.

use std::error::Error;
use std::time::Instant;

use kiosk_model::{Body, Language, Mode, Screen};
use slint::PlatformError;

use crate::canvas::Canvas;
use crate::gallery::{Example, examples};

/// The screens of a visit, in its order, as the gallery names them.
const SCREENS: [&str; 16] = [
    "attract",
    "home",
    "overlay-help",
    "home-greeted",
    "guide",
    "working",
    "form",
    "form-choice",
    "confirm",
    "overlay-confirm-end",
    "receipt-printing",
    "receipt-printed",
    "answer",
    "rating",
    "farewell",
    "attract",
];
/// Fingers on each screen.
const TOUCHES: usize = 6;
/// Keys typed into a form.
const TYPED: [&str; 4] = ["1", "12", "123", "12"];
/// The most times of one sort that one screen gives: a finger presses and releases.
const EVENTS_MAX: usize = 2 * TOUCHES + TYPED.len();
/// Steps of an even spread over the glass: 1/g and 1/g², g³ = g + 1 (Roberts' R2 sequence).
const SPREAD: (f32, f32) = (0.754_877_7, 0.569_840_3);

/// Milliseconds of each event, and where the next finger goes.
pub struct Times {
    /// From the event to its changed pixels.
    pub touches: Vec<f64>,
    /// Frames from one screen to the next.
    pub frames: Vec<f64>,
    fingers: u16,
}

impl Times {
    /// With room that is in memory already, so that keeping times is not taken for growth.
    pub fn with_room_for(visits: usize) -> Self {
        let written = || vec![f64::NAN; visits * SCREENS.len() * EVENTS_MAX];
        let mut times = Self { touches: written(), frames: written(), fingers: 0 };
        times.forget();
        times
    }

    /// Forgets what was measured, and keeps the room.
    pub fn forget(&mut self) {
        self.touches.clear();
        self.frames.clear();
    }

    /// Another place each time, all over the glass; parts of width and height.
    fn next_place(&mut self) -> (f32, f32) {
        self.fingers = self.fingers.wrapping_add(1);
        let place = |step: f32| (f32::from(self.fingers) * step).fract();
        (place(SPREAD.0), place(SPREAD.1))
    }
}

/// A visit in one language and size.
pub struct Visit {
    screens: Vec<Screen>,
}

impl Visit {
    /// Looks its screens up in the gallery.
    pub fn new(language: Language, mode: Mode) -> Result<Self, String> {
        let gallery = examples(language, mode);
        let screens = SCREENS.iter().map(|name| find(&gallery, name)).collect::<Result<_, _>>()?;
        Ok(Self { screens })
    }

    /// What it begins with.
    pub fn first(&self) -> &Screen {
        &self.screens[0]
    }

    /// Shows each screen and touches it.
    pub fn play(&self, canvas: &mut Canvas, times: &mut Times) -> Result<(), Box<dyn Error>> {
        for screen in &self.screens {
            transition(screen, canvas, times);
            for _ in 0..TOUCHES {
                let place = times.next_place();
                touch(place, canvas, times)?;
            }
            type_digits(screen, canvas, times);
        }
        Ok(())
    }
}

fn find(gallery: &[Example], name: &str) -> Result<Screen, String> {
    let example = gallery.iter().find(|example| example.name == name);
    example.map(|example| example.screen.clone()).ok_or_else(|| format!("the gallery has no screen {name}"))
}

fn transition(screen: &Screen, canvas: &mut Canvas, times: &mut Times) {
    let mut start = Instant::now();
    canvas.show(screen);
    while canvas.draw() {
        times.frames.push(ms_since(start));
        start = Instant::now();
    }
}

fn touch(place: (f32, f32), canvas: &mut Canvas, times: &mut Times) -> Result<(), PlatformError> {
    for act in [Canvas::press, Canvas::release] {
        let start = Instant::now();
        act(canvas, place)?;
        if canvas.draw() {
            times.touches.push(ms_since(start));
        }
        while canvas.draw() {}
    }
    Ok(())
}

/// A touched key comes back as the same screen with another value in its field.
fn type_digits(screen: &Screen, canvas: &mut Canvas, times: &mut Times) {
    let mut screen = screen.clone();
    for typed in TYPED {
        let Body::Form { fields, active: Some(active), .. } = &mut screen.body else { return };
        let Some(field) = fields.get_mut(*active) else { return };
        field.value = typed.into();
        let start = Instant::now();
        canvas.show(&screen);
        if canvas.draw() {
            times.touches.push(ms_since(start));
        }
        while canvas.draw() {}
    }
}

fn ms_since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}
