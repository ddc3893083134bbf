//! A receipt comes out, whatever the name on it, and the printer tells whether it was taken.

use std::path::{Path, PathBuf};

use kiosk_drivers_api::paper::{Document, Line};
use kiosk_drivers_api::{Outlet, Paper, ReceiptPrinter};
use kiosk_receipt_printer::{Flow, Model};
use kiosk_sim::control::{Command, PaperAction, PrinterState};
use kiosk_sim::printer::Flow as Asks;
use kiosk_terminal::fonts::{DEBIAN, Fonts};

use crate::printer::PrinterDesk;

fn with_fonts(desk: PrinterDesk) -> PrinterDesk {
    let fonts = Fonts::open(&DEBIAN.map(PathBuf::from));
    desk.drawing_with(Box::new(fonts))
}

fn receipt(name: &str) -> Document {
    let pair = |label: &str, value: &str| Line::Pair { label: label.into(), value: value.into() };
    Document {
        lines: vec![pair("姓名", name), pair("业务", "住房公积金"), Line::Qr("hecheng:receipt/1".into())],
    }
}

/// Black dots of a picture.
fn ink(png: &Path) -> usize {
    let file = std::io::BufReader::new(std::fs::File::open(png).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    pixels.iter().filter(|pixel| **pixel < 0x40).count()
}

fn printed(desk: &mut PrinterDesk, document: &Document) -> (Vec<String>, usize) {
    assert_eq!(desk.print(document), Ok(()));
    let piece = desk.simulator.papers().pop().unwrap();
    assert!(piece.complete);
    (piece.lines, ink(&piece.png))
}

#[test]
fn a_name_the_printer_has_no_characters_for_is_on_the_paper() {
    let mut desk = with_fonts(PrinterDesk::new());
    let (without, nameless) = printed(&mut desk, &receipt("𬍛"));
    let (lines, named) = printed(&mut desk, &receipt("赵𬍛䶮"));
    // A line that came as a picture says nothing to those who cannot look, but that it is one.
    assert!(lines[0].starts_with("[picture, ") && lines == without, "{lines:?} after {without:?}");
    assert!(lines.last().unwrap().contains("住房公积金"), "{lines:?}");
    assert!(named > nameless + 2 * 60, "two more characters: {named} dots after {nameless}");
    assert_eq!(desk.simulator.state().printer.unknown_commands, 0);
}

#[test]
fn without_fonts_the_same_name_shows_what_is_missing() {
    let mut desk = PrinterDesk::new();
    let (lines, _) = printed(&mut desk, &receipt("赵𬍛䶮"));
    assert!(lines[0].ends_with("赵〓〓"), "{lines:?}");
}

#[test]
fn a_printer_without_any_chinese_prints_the_whole_receipt() {
    let mut desk = with_fonts(PrinterDesk::with(Model::PRESENTER_80, Flow::Software, Asks::Software));
    let (lines, drawn) = printed(&mut desk, &receipt("Иванов 赵𬍛䶮"));
    assert!(!lines.is_empty() && lines.iter().all(|line| line.starts_with("[picture, ")), "{lines:?}");
    assert!(desk.simulator.papers()[0].qr.is_empty(), "the code is a picture, too");
    let mut plain = PrinterDesk::new();
    let (_, own) = printed(&mut plain, &receipt("Иванов 赵"));
    assert!(drawn * 10 > own * 8, "{drawn} dots where the printer's own font has {own}");
}

#[test]
fn a_page_is_left_or_taken_and_the_roll_runs_low() {
    let mut desk = PrinterDesk::with(Model::PRESENTER_80, Flow::Software, Asks::Software);
    let take = Command::Paper(PaperAction::Take);
    assert_eq!(desk.driver.status().fault, None);
    desk.simulator.act(&take).unwrap();
    assert_eq!(desk.driver.status().outlet, Outlet::Empty);
    assert_eq!(desk.print(&receipt("A")), Ok(()));
    assert_eq!(desk.driver.status().outlet, Outlet::Occupied);
    desk.simulator.act(&take).unwrap();
    desk.set(PrinterState::NearEnd);
    let status = desk.driver.status();
    assert_eq!((status.outlet, status.paper, status.fault), (Outlet::Empty, Paper::NearEnd, None));
}

#[test]
fn a_printer_without_a_sensor_does_not_guess() {
    let mut desk = PrinterDesk::new();
    assert_eq!(desk.print(&receipt("A")), Ok(()));
    assert_eq!(desk.driver.status().outlet, Outlet::Unknown);
}
