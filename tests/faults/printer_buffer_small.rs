//! The page is longer than the printer's buffer, and the paper slower than the line.

use kiosk_receipt_printer::{Flow, Model};
use kiosk_sim::printer::Flow as Asks;

use crate::printer::{PrinterDesk, page};

/// Some 7 KB; the buffer holds 4 KiB.
const LINES: usize = 150;

/// A line of the widest kind.
fn who() -> String {
    "住房公积金提取".repeat(3)
}

fn prints_whole(mut desk: PrinterDesk) {
    assert_eq!(desk.print(&page(&who(), LINES)), Ok(()));
    let pieces = desk.simulator.papers();
    let printed = pieces.last().unwrap();
    assert_eq!(printed.lines.len(), LINES);
    assert!(printed.complete, "something was lost");
    assert_eq!(desk.simulator.state().printer.lost_bytes, 0);
}

#[test]
fn without_flow_control_no_more_is_sent_than_the_buffer_holds() {
    prints_whole(PrinterDesk::with(Model::GENERIC_80, Flow::None, Asks::None));
}

#[test]
fn a_driver_that_believes_in_a_larger_buffer_is_stopped_by_xoff() {
    let model = Model { buffer_bytes: 1 << 20, ..Model::GENERIC_80 };
    prints_whole(PrinterDesk::with(model, Flow::Software, Asks::Software));
}

#[test]
fn or_by_the_wire() {
    let model = Model { buffer_bytes: 1 << 20, ..Model::GENERIC_80 };
    prints_whole(PrinterDesk::with(model, Flow::Hardware, Asks::Hardware));
}

/// Were this page to fit, the tests above would prove nothing.
#[test]
fn a_driver_that_heeds_neither_loses_data_and_the_simulator_tells() {
    let model = Model { buffer_bytes: 1 << 20, ..Model::GENERIC_80 };
    let mut desk = PrinterDesk::with(model, Flow::None, Asks::None);
    let _ = desk.print(&page(&who(), LINES));
    assert!(desk.simulator.state().printer.lost_bytes > 0);
}
