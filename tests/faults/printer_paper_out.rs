//! The roll is empty.

use kiosk_drivers_api::PrintFault;
use kiosk_sim::control::{Command, PrinterState};

use crate::printer::{PrinterDesk, page};

#[test]
fn an_empty_roll_before_a_page_is_told_and_nothing_comes_out() {
    let mut desk = PrinterDesk::new();
    desk.set(PrinterState::PaperOut);
    assert_eq!(desk.print(&page("第一位", 3)), Err(PrintFault::PaperOut));
    desk.set(PrinterState::Ok);
    desk.prints_the_next_page_alone("第一位");
    desk.never_gave("第一位");
}

#[test]
fn an_empty_roll_during_a_page_is_never_called_printed() {
    let mut desk = PrinterDesk::new();
    let stop = Command::Printer { state: PrinterState::PaperOut };
    let result = desk.print_while(&page("第一位", 60), |simulator| simulator.act(&stop).unwrap());
    assert_eq!(result, Err(PrintFault::PaperOut));
    desk.set(PrinterState::Ok);
    desk.prints_the_next_page_alone("第一位");
    desk.never_gave("第一位");
}
