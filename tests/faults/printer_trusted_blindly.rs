//! Why a real-time answer proves nothing: a driver that believes `DLE EOT` calls a page printed that never comes out.
//! Were the simulator kinder than a printer, this test would be the one to notice.

use std::fs::File;
use std::io::{Read, Write};

use kiosk_drivers_api::PrintFault;
use kiosk_sim::control::{Command, Device, PrinterState};

use crate::printer::{PrinterDesk, page};

/// Real-time status of the roll sensor (ESC/POS `DLE EOT 4`), and its answer where there is paper.
const DLE_EOT_PAPER: [u8; 3] = [0x10, 0x04, 0x04];
const PAPER_THERE: u8 = 0x12;

/// Sends a page, asks in real time, believes the answer.
fn naive_print(line: &mut File, lines: usize) -> bool {
    for number in 1..=lines {
        line.write_all(format!("first {number}\n").as_bytes()).unwrap();
    }
    line.write_all(&[0x1D, 0x56, 0x42, 0x00]).unwrap();
    line.write_all(&DLE_EOT_PAPER).unwrap();
    let mut answer = [0];
    line.read_exact(&mut answer).unwrap();
    answer[0] == PAPER_THERE
}

#[test]
fn a_driver_that_believes_the_real_time_status_claims_a_page_that_never_comes() {
    let desk = PrinterDesk::new();
    let path = desk.simulator.path(Device::ReceiptPrinter);
    let mut line = File::options().read(true).write(true).open(path).unwrap();
    let claimed = naive_print(&mut line, 80);
    desk.set(PrinterState::PaperOut);
    assert!(claimed, "the naive driver should have believed");
    assert!(desk.simulator.papers().is_empty(), "and yet nothing may have been cut off");
    assert!(desk.simulator.state().printer.stopped);
}

#[test]
fn ours_does_not_claim_the_same_page() {
    let mut desk = PrinterDesk::new();
    let stop = Command::Printer { state: PrinterState::PaperOut };
    let result = desk.print_while(&page("first", 80), |simulator| simulator.act(&stop).unwrap());
    assert_eq!(result, Err(PrintFault::PaperOut));
}
