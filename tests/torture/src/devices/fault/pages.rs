//! What befalls the page printer.

use kiosk_sim::control::{Command as Act, PagePrinterState};

use super::Part::Pages;
use super::{Blow, CYCLE, FLAPS, Fault, PLUG, lasting, passing};

/// The printer stands so, until the terminal knows.
macro_rules! stands {
    ($name:literal, $state:ident) => {
        lasting(Pages, $name, &[Blow::Do(|| Act::PagePrinter { state: PagePrinterState::$state })], WELL)
    };
}

/// The printer stands so for a moment, or is only seen so while it prints.
macro_rules! briefly {
    ($name:literal, $state:ident) => {
        passing(Pages, $name, &[Blow::Do(|| Act::PagePrinter { state: PagePrinterState::$state })], WELL)
    };
}

const WELL: &[Blow] = &[Blow::Do(|| Act::PagePrinter { state: PagePrinterState::Ok })];

/// All of them.
pub static FAULTS: [Fault; 22] = [
    lasting(Pages, "unplugged", &[Blow::Unplug], PLUG),
    passing(Pages, "power cycle", CYCLE, &[]),
    passing(Pages, "plug with bad contact", FLAPS, &[]),
    stands!("paper out", PaperOut),
    stands!("other paper needed", PaperWrong),
    stands!("paper jam", Jam),
    stands!("cover open", CoverOpen),
    stands!("door open", DoorOpen),
    stands!("tray missing", TrayMissing),
    stands!("output bin full", OutputFull),
    stands!("toner empty", TonerEmpty),
    stands!("memory full", SpoolFull),
    stands!("stopped at its panel", Stopped),
    stands!("defect", Defect),
    stands!("queue without its printer", Offline),
    stands!("access refused", Forbidden),
    briefly!("jobs given up", Aborts),
    briefly!("jobs cancelled at its panel", Cancels),
    briefly!("silent", Silent),
    briefly!("late answers", Slow),
    briefly!("noise for answers", Garbage),
    briefly!("torn answers", Torn),
];
