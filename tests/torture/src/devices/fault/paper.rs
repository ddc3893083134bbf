//! What befalls the receipt printer.

use kiosk_sim::control::{Command as Act, PrinterState};

use super::Part::Printer;
use super::{Blow, CYCLE, FLAPS, Fault, PLUG, lasting, passing};

/// The printer stands so.
macro_rules! stands {
    ($state:ident) => {
        Blow::Do(|| Act::Printer { state: PrinterState::$state })
    };
}

const WELL: &[Blow] = &[stands!(Ok)];

/// All of them.
pub static FAULTS: [Fault; 15] = [
    lasting(Printer, "unplugged", &[Blow::Unplug], PLUG),
    lasting(Printer, "paper out", &[stands!(PaperOut)], WELL),
    lasting(Printer, "cover open", &[stands!(CoverOpen)], WELL),
    lasting(Printer, "paper jam", &[stands!(Jam)], WELL),
    lasting(Printer, "head too hot", &[stands!(HeadHot)], WELL),
    lasting(
        Printer,
        "unplugged without paper",
        &[stands!(PaperOut), Blow::Unplug],
        &[Blow::Plug, stands!(Ok)],
    ),
    lasting(Printer, "cover open, then no paper", &[stands!(CoverOpen), stands!(PaperOut)], WELL),
    lasting(Printer, "jam behind an open cover", &[stands!(Jam), stands!(CoverOpen)], WELL),
    passing(Printer, "paper nearly out", &[stands!(NearEnd)], WELL),
    passing(Printer, "cutter blocked", &[stands!(Cutter)], WELL),
    passing(
        Printer,
        "cutter blocked, then a power cycle",
        &[stands!(Cutter), Blow::Unplug, Blow::Plug],
        WELL,
    ),
    passing(Printer, "power cycle", CYCLE, &[]),
    passing(Printer, "plug with bad contact", FLAPS, &[]),
    passing(Printer, "paper put in again", &[stands!(PaperOut), stands!(Ok)], &[]),
    passing(Printer, "cover shut again", &[stands!(CoverOpen), stands!(Ok)], &[]),
];
