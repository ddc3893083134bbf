//! Recordings of the simulator's devices on every wire, made, masked and played again to the terminal's drivers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod chip;
#[path = "../fixture/line.rs"]
mod line;
mod masked;
mod pages;
mod played;
mod usb;

use std::path::Path;

use kiosk_drivers_api::paper::{Align, Document, Line, Size};
use kiosk_sim::recording::Recording;

/// What was held before the scanner: the code of nobody's receipt.
const CODE: &str = "hecheng:receipt/230202-0001-01000001";

/// The recording of this name beside this file.
fn recording(name: &str) -> Recording {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings").join(name);
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

/// A page of so many lines with the same words.
fn page(words: &str, lines: usize) -> Document {
    let text = words.to_owned();
    let line = Line::Text { text, align: Align::Left, size: Size::Normal, bold: false };
    Document { lines: vec![line; lines] }
}
