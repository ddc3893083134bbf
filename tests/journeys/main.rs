//! What works: a terminal's drivers and its technician's commands at the simulator, over real ptys, USB and a real `pcscd`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod card_is_read;
mod certificate_is_renewed;
#[path = "../fixture/chip.rs"]
mod chip;
mod configured_from_afar;
mod dock_is_touched;
mod key_is_changed;
#[path = "../fixture/line.rs"]
mod line;
mod out_of_service;
mod page_is_printed;
#[path = "../fixture/page_printer.rs"]
mod page_printer;
#[path = "../fixture/printer.rs"]
mod printer;
#[path = "../fixture/reader.rs"]
mod reader;
mod receipt_is_printed;
mod scanner;
#[path = "../fixture/scanner.rs"]
mod scanner_desk;
mod smart_card;
#[path = "../fixture/technician.rs"]
mod technician;
mod technician_alone;
mod technician_at_work;
#[path = "../fixture/usb.rs"]
mod usb;
mod usb_devices;
