//! The page is longer than the printer's buffer, and the paper slower than the line.
//!
//! What comes to a full buffer is lost where nothing but the driver's quickness keeps it away. Those cases run in virtual
//! time, where driver and printer keep to their own times and this machine's do not count.

use kiosk_drivers_api::{Cancel, PrintFault, ReceiptPrinter};
use kiosk_receipt_printer::{Flow, Model, Printer};
use kiosk_sim::printer::{Flow as Asks, Glyphs, Printer as Simulated};

use crate::line::VirtualLine;
use crate::printer::{PrinterDesk, page};

/// Some 7 KB; the buffer holds 4 KiB.
const LINES: usize = 150;

/// It believes in a buffer that holds any page.
const CREDULOUS: Model = Model { buffer_bytes: 1 << 20, ..Model::GENERIC_80 };

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

/// Prints with a credulous driver, in virtual time, on a printer that asks for pauses so.
fn printed_on(asks: Asks) -> (Result<(), PrintFault>, VirtualLine<Simulated>) {
    let line = VirtualLine::to(Simulated::new(Glyphs::without_font()).with_flow(asks));
    let mut driver = Printer::on(line.clone(), CREDULOUS);
    (driver.print(&page(&who(), LINES), &Cancel::default()), line)
}

#[test]
fn without_flow_control_no_more_is_sent_than_the_buffer_holds() {
    prints_whole(PrinterDesk::with(Model::GENERIC_80, Flow::None, Asks::None));
}

#[test]
fn a_driver_that_believes_in_a_larger_buffer_is_stopped_by_xoff() {
    let (printed, line) = printed_on(Asks::Software);
    assert_eq!(printed, Ok(()));
    let (pieces, lost) = line.device(|printer| (printer.take_pieces(), printer.lost_bytes()));
    let piece = pieces.last().unwrap();
    assert_eq!((piece.lines.len(), piece.complete, lost), (LINES, true, 0));
}

#[test]
fn or_by_the_wire() {
    prints_whole(PrinterDesk::with(CREDULOUS, Flow::Hardware, Asks::Hardware));
}

/// Were this page to fit, the tests above would prove nothing.
#[test]
fn a_driver_that_heeds_neither_loses_data_and_the_simulator_tells() {
    let (_, line) = printed_on(Asks::None);
    assert!(line.device(|printer| printer.lost_bytes()) > 0);
}
