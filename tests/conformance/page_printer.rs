//! Page printers.

use kiosk_drivers_api::{
    Cancel, DeviceStatus, PageBitmap, PageFault, PageJob, PagePrinter, PaperSize, Supply,
};
use kiosk_page_printer::{Config, IppPagePrinter};
use kiosk_sim::control::Device;
use kiosk_sim::{Options, Simulator};
use kiosk_tests::deadlines::poll;

use crate::bench::{Printer as OnBench, bench};
use crate::hands::{Deed, Simulated, Technician};
use crate::suite::{
    Case, Desk, NOTICED, RECOVERED, Went, becomes, cancelled, must, run, unplugged_and_plugged,
};

type Printer = IppPagePrinter;

const CASES: [Case<Printer>; 6] = [
    ("it is online and has paper", |desk| {
        let went =
            becomes(RECOVERED, || desk.driver.status().device, |status| status == DeviceStatus::Online);
        if matches!(went, Went::Wrong(_)) {
            return went;
        }
        let status = desk.driver.status();
        must(status.fault.is_none() && status.paper != Supply::Out, || format!("{status:?}"))
    }),
    ("a page comes out", a_page_comes_out),
    ("a cancelled page ends soon; the next comes out", |desk| {
        let (result, went) = cancelled(&mut desk.driver, |driver, cancel| driver.print(&page(3), cancel));
        if result != Err(PageFault::Cancelled) {
            return Went::Wrong(format!("cancelled, it said {result:?}"));
        }
        if matches!(went, Went::Wrong(_)) { went } else { a_page_comes_out(desk) }
    }),
    ("without paper nothing is called printed, and with it all is well again", |desk| {
        stopped_by(desk, Deed::TakePaperOut)
    }),
    ("with an open door nothing is called printed, and closed all is well again", |desk| {
        stopped_by(desk, Deed::Open)
    }),
    ("it is noticed going and coming", |desk| unplugged_and_plugged(desk, |driver| driver.status().device)),
];

fn a_page_comes_out(desk: &mut Desk<Printer>) -> Went {
    let mut last = None;
    let print = |driver: &mut Printer| driver.print(&page(1), &Cancel::default());
    let printed = poll(RECOVERED, || print(&mut desk.driver).inspect_err(|fault| last = Some(*fault)).ok());
    must(printed.is_some(), || format!("not printed: {last:?}"))
}

fn stopped_by(desk: &mut Desk<Printer>, deed: Deed) -> Went {
    if !desk.hands.act(deed) {
        return Went::LeftOut;
    }
    let told = poll(NOTICED, || desk.driver.status().fault);
    let result = desk.driver.print(&page(1), &Cancel::default());
    if !desk.hands.act(Deed::PutRight) {
        return Went::LeftOut;
    }
    if told.is_none() || result.is_ok() {
        return Went::Wrong(format!("status {told:?}, print {result:?}"));
    }
    a_page_comes_out(desk)
}

/// Pages about nobody: blank ones, as PDF and drawn, for printers that know only one of both.
fn page(pages: u16) -> PageJob {
    let bitmap = || PageBitmap { width: 1_240, height: 1_754, dpi: 150, grey: vec![0xFF; 1_240 * 1_754] };
    PageJob {
        pdf: blank_pdf(pages),
        pages,
        bitmaps: (0..pages).map(|_| bitmap()).collect(),
        copies: 1,
        paper: PaperSize::A4,
    }
}

/// The smallest document readers take (ISO 32000-1, 7.5): a catalogue, its tree, blank leaves, and where each stands.
fn blank_pdf(pages: u16) -> Vec<u8> {
    let leaf = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>";
    let kids: String = (0..pages).map(|page| format!("{} 0 R ", page + 3)).collect();
    let tree = format!("<</Type/Pages/Count {pages}/Kids[{kids}]>>");
    let objects = ["<</Type/Catalog/Pages 2 0 R>>".to_owned(), tree].into_iter();
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut places = String::new();
    for (number, object) in (1..).zip(objects.chain((0..pages).map(|_| leaf.to_owned()))) {
        places += &format!("{:010} 00000 n \n", pdf.len());
        pdf += &format!("{number} 0 obj{object}endobj\n");
    }
    let (table, size) = (pdf.len(), pages + 3);
    pdf += &format!("xref\n0 {size}\n0000000000 65535 f \n{places}trailer<</Size {size}/Root 1 0 R>>\n");
    (pdf + &format!("startxref\n{table}\n%%EOF\n")).into_bytes()
}

fn simulated() -> Desk<Printer> {
    let folder = tempfile::tempdir().unwrap();
    let simulator = Simulator::start(&Options::in_dir(folder.path())).unwrap();
    let uri = std::fs::read_to_string(simulator.path(Device::PagePrinter)).unwrap().trim().to_owned();
    let hands = Box::new(Simulated::of(simulator, Some(Device::PagePrinter), folder));
    Desk { driver: driver(&OnBench { uri, certificate: None }), hands }
}

fn driver(printer: &OnBench) -> Printer {
    let (uri, certificate) = (printer.uri.clone(), printer.certificate.clone());
    Printer::new(Config { uri, user: "kiosk-conformance".to_owned(), certificate })
}

#[test]
fn page_printer() {
    let bench = bench();
    let real = |printer: OnBench| Desk {
        driver: driver(&printer),
        hands: Box::new(Technician { present: bench.hands }),
    };
    run("page-printer", &CASES, bench.page_printer.map_or_else(simulated, real));
}
