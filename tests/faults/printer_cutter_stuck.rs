//! The cutter blocks at the end of the page: all is printed, and nothing can be taken.

use kiosk_drivers_api::PrintFault;
use kiosk_sim::control::{Command, PrinterState};

use crate::printer::{PrinterDesk, page};

#[test]
fn a_page_that_is_not_cut_off_is_never_called_printed() {
    let mut desk = PrinterDesk::new();
    let stop = Command::Printer { state: PrinterState::Cutter };
    let result = desk.print_while(&page("第一位", 60), |simulator| simulator.act(&stop).unwrap());
    assert_eq!(result, Err(PrintFault::CutterBlocked));
    desk.set(PrinterState::Ok);
    desk.prints_the_next_page_alone("第一位");
}
