//! A recording tells how a device spoke, and nothing about the person who stood there.

use std::path::Path;

use kiosk_drivers_api::paper::Document;
use kiosk_drivers_api::{Cancel, CodeScanner, IdCardReader, PagePrinter, ReceiptPrinter, SmartCardReader};
use kiosk_id_card::{Config as ReaderConfig, SerialIdCardReader};
use kiosk_page_printer::IppPagePrinter;
use kiosk_receipt_printer::{Config as PrinterConfig, Flow, Model, SerialReceiptPrinter};
use kiosk_scanner::{Config as ScannerConfig, Dialect, SerialCodeScanner};
use kiosk_sim::control::{CardAction, ChipAction, Command, Device, ScannerAction};
use kiosk_sim::recording::{Recording, Way};
use kiosk_sim::residents::{Resident, library};
use kiosk_sim::scanner::Dialect as Kind;
use kiosk_sim::{Options, Simulator};
use kiosk_smart_card::{Reader as ChipReader, TECHNICIAN_APPLICATION};

use crate::{CODE, chip, page, pages, recording, usb};

/// On serial lines, in the slot and on the network.
const NAMES: [&str; 5] =
    ["id-reader.rec", "receipt-printer.rec", "scanner.rec", "chip.rec", "page-printer.rec"];
/// On the bus.
const ON_THE_BUS: [&str; 3] = ["usb/id-reader.rec", "usb/receipt-printer.rec", "usb/scanner.rec"];

/// Puts the card of somebody who has moved on the reader, and a code before the scanner.
pub fn set_out(simulator: &Simulator) {
    simulator.act(&Command::Card(CardAction::Place { resident: "bob".to_owned() })).unwrap();
    let shown = ScannerAction::Show { text: CODE.to_owned(), symbology: "Q1".to_owned(), gbk: false };
    simulator.act(&Command::Scanner(shown)).unwrap();
}

/// Uses every device once while it is recorded.
fn record(folder: &Path, into: &Path, document: &Document) {
    let (kind, service) = (Kind::Newland, chip::Service::start());
    let (record, vpcd) = (Some(into.to_owned()), Some(service.address()));
    let options = Options { record, vpcd, scanner: kind, ..Options::in_dir(folder) };
    let simulator = Simulator::start(&options).unwrap();
    let path = |device| simulator.path(device).display().to_string();
    set_out(&simulator);
    let reader = ReaderConfig { path: path(Device::IdReader), baud: 115_200, fingerprints: false };
    SerialIdCardReader::new(reader).read(&Cancel::default()).unwrap();
    let (model, flow) = (Model::GENERIC_80, Flow::Software);
    let printer = PrinterConfig { path: path(Device::ReceiptPrinter), baud: 115_200, flow, model };
    SerialReceiptPrinter::new(printer).print(document, &Cancel::default()).unwrap();
    let scanner = ScannerConfig { path: path(Device::Scanner), baud: kind.baud(), dialect: Dialect::NEWLAND };
    SerialCodeScanner::new(scanner).scan(&Cancel::default()).unwrap();
    simulator.act(&Command::Chip(ChipAction::Insert { card: "alice-social".to_owned() })).unwrap();
    ChipReader::on(service, TECHNICIAN_APPLICATION.to_vec()).read(&Cancel::default()).unwrap();
    let uri = std::fs::read_to_string(path(Device::PagePrinter)).unwrap();
    let pages = pages::config(uri.trim());
    IppPagePrinter::new(pages).print(&pages::page(1), &Cancel::default()).unwrap();
}

/// What of a person stands in a recording, in whatever encoding.
fn found(recording: &Recording, who: &Resident) -> Vec<String> {
    let bytes = |way| {
        let events = recording.events.iter().filter(move |event| event.way == way);
        events.flat_map(|event| event.bytes.clone()).collect::<Vec<u8>>()
    };
    let all_ways = Way::ALL.map(|(way, _)| bytes(way));
    let values = [&who.name, &who.number, &who.birth, &who.address].into_iter().chain(&who.newest_address);
    let is_there = |value: &&String| {
        let utf_16: Vec<u8> = value.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let gb = encoding_rs::GB18030.encode(value).0.into_owned();
        [utf_16, gb, value.as_bytes().to_vec()]
            .iter()
            .any(|wanted| all_ways.iter().any(|all| all.windows(wanted.len()).any(|part| part == wanted)))
    };
    values.filter(is_there).cloned().collect()
}

#[test]
fn a_fresh_recording_holds_no_value_of_anybody() {
    let folder = tempfile::tempdir().unwrap();
    let bob = library().iter().find(|resident| resident.key == "bob").unwrap();
    let words = format!("{} {}", bob.name, bob.number);
    record(folder.path(), folder.path(), &page(&words, 1));
    std::fs::create_dir(folder.path().join("bus")).unwrap();
    usb::record(&folder.path().join("bus"), &folder.path().join("usb"), &words);
    for name in NAMES.into_iter().chain(ON_THE_BUS) {
        let recording: Recording =
            std::fs::read_to_string(folder.path().join(name)).unwrap().parse().unwrap();
        assert!(recording.events.len() > 4, "{recording}");
        for resident in library() {
            assert_eq!(found(&recording, resident), Vec::<String>::new(), "{}", recording.device);
        }
    }
}

#[test]
fn the_recordings_of_this_folder_hold_no_value_of_anybody() {
    for name in NAMES.into_iter().chain(ON_THE_BUS) {
        for resident in library() {
            assert_eq!(found(&recording(name), resident), Vec::<String>::new(), "{name}");
        }
    }
}

#[test]
#[ignore = "makes the recordings of this folder anew"]
fn the_recordings_are_made() {
    let folder = tempfile::tempdir().unwrap();
    let into = Path::new(env!("CARGO_MANIFEST_DIR")).join("recordings");
    record(folder.path(), &into, &page("回执", 12));
    let bus = tempfile::tempdir().unwrap();
    usb::record(bus.path(), &into.join("usb"), "回执");
}
