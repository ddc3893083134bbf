//! Receipt printers.

use kiosk_drivers_api::paper::{Align, Document, Line, Size};
use kiosk_drivers_api::{Cancel, DeviceStatus, Paper, PrintFault, ReceiptPrinter};
use kiosk_receipt_printer::{Config, Flow, Model, SerialReceiptPrinter};
use kiosk_sim::control::Device;
use kiosk_sim::{Options, Simulator};
use kiosk_tests::deadlines::poll;

use crate::bench::{Serial, bench};
use crate::hands::{Deed, Simulated, Technician};
use crate::suite::{
    Case, Desk, NOTICED, RECOVERED, Went, becomes, cancelled, must, run, unplugged_and_plugged,
};

type Printer = SerialReceiptPrinter;

const CASES: [Case<Printer>; 6] = [
    ("it is online and has paper", |desk| {
        let went =
            becomes(RECOVERED, || desk.driver.status().device, |status| status == DeviceStatus::Online);
        if matches!(went, Went::Wrong(_)) {
            return went;
        }
        let status = desk.driver.status();
        must(status.fault.is_none() && status.paper != Paper::Out, || format!("{status:?}"))
    }),
    ("a page comes out", |desk| a_page_comes_out(desk, 5)),
    ("a cancelled page ends soon and never comes out; the next does", |desk| {
        let page = page(60);
        let (result, went) = cancelled(&mut desk.driver, |driver, cancel| driver.print(&page, cancel));
        if result != Err(PrintFault::Cancelled) {
            return Went::Wrong(format!("cancelled, it said {result:?}"));
        }
        if matches!(went, Went::Wrong(_)) { went } else { a_page_comes_out(desk, 3) }
    }),
    ("without paper nothing is called printed, and with it all is well again", |desk| {
        stopped_by(desk, Deed::TakePaperOut, &[PrintFault::PaperOut])
    }),
    ("with an open cover nothing is called printed, and closed all is well again", |desk| {
        // Many printers see no paper through an open cover.
        stopped_by(desk, Deed::Open, &[PrintFault::CoverOpen, PrintFault::PaperOut])
    }),
    ("it is noticed going and coming", |desk| unplugged_and_plugged(desk, |driver| driver.status().device)),
];

fn print(desk: &mut Desk<Printer>, lines: usize) -> Result<(), PrintFault> {
    desk.driver.print(&page(lines), &Cancel::default())
}

fn a_page_comes_out(desk: &mut Desk<Printer>, lines: usize) -> Went {
    let before = desk.hands.count_pages();
    let mut last = None;
    let printed = poll(RECOVERED, || print(desk, lines).inspect_err(|fault| last = Some(*fault)).ok());
    if printed.is_none() {
        return Went::Wrong(format!("not printed: {last:?}"));
    }
    match before.zip(desk.hands.count_pages()) {
        Some((before, after)) => must(after == before + 1, || format!("{} pages came out", after - before)),
        None => Went::Well,
    }
}

fn stopped_by(desk: &mut Desk<Printer>, deed: Deed, faults: &[PrintFault]) -> Went {
    let before = desk.hands.count_pages();
    if !desk.hands.act(deed) {
        return Went::LeftOut;
    }
    let told = poll(NOTICED, || desk.driver.status().fault.filter(|fault| faults.contains(fault)));
    let result = print(desk, 3);
    let after = desk.hands.count_pages();
    if !desk.hands.act(Deed::PutRight) {
        return Went::LeftOut;
    }
    if told.is_none() || result.is_ok() || before != after {
        return Went::Wrong(format!("status {told:?}, print {result:?}, pages {before:?} and {after:?}"));
    }
    a_page_comes_out(desk, 3)
}

/// A page about nobody.
fn page(lines: usize) -> Document {
    let line = |number| Line::Text {
        text: format!("Conformance 一致性 {number}"),
        align: Align::Left,
        size: Size::Normal,
        bold: false,
    };
    Document { lines: (1..=lines).map(line).collect() }
}

fn simulated() -> Desk<Printer> {
    let folder = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(&Options::in_dir(folder.path())).unwrap();
    let serial = Serial { path: simulator.path(Device::ReceiptPrinter), baud: 115_200 };
    let hands = Box::new(Simulated::of(simulator, Some(Device::ReceiptPrinter), folder));
    Desk { driver: driver(&serial), hands }
}

fn driver(serial: &Serial) -> Printer {
    let path = serial.path.display().to_string();
    Printer::new(Config { path, baud: serial.baud, flow: Flow::None, model: Model::GENERIC_80 })
}

#[test]
fn receipt_printer() {
    let bench = bench();
    let real = |serial: Serial| Desk {
        driver: driver(&serial),
        hands: Box::new(Technician { present: bench.hands }),
    };
    run("receipt-printer", &CASES, bench.receipt_printer.map_or_else(simulated, real));
}
