//! What breaks, one file per physical failure: drivers against the simulator, over real ptys and USB.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod card_lifted_too_early;
#[path = "../fixture/line.rs"]
mod line;
#[path = "../fixture/page_printer.rs"]
mod page_printer;
mod page_printer_stops;
mod page_printer_unreachable;
#[path = "../fixture/printer.rs"]
mod printer;
mod printer_buffer_small;
mod printer_cover_open;
mod printer_cutter_stuck;
mod printer_on_usb;
mod printer_paper_jam;
mod printer_paper_out;
mod printer_trusted_blindly;
mod printer_unplugged;
#[path = "../fixture/reader.rs"]
mod reader;
mod reader_at_another_rate;
mod reader_line_noise;
mod reader_on_usb;
mod reader_refuses;
mod reader_silent;
mod reader_unplugged;
#[path = "../fixture/scanner.rs"]
mod scanner_desk;
mod scanner_line_noise;
mod scanner_nonsense;
mod scanner_oversize;
mod scanner_silent;
mod scanner_unplugged;
#[path = "../fixture/usb.rs"]
mod usb;
