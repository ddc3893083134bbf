//! The devices on the USB bus, recorded there and played there. Drivers find it in a process of their own, under
//! `libumockdev-preload`: a test runs itself once more.

use std::path::Path;
use std::time::Instant;

use kiosk_drivers_api::{Cancel, CodeScanner, IdCard, IdCardReader, ReceiptPrinter};
use kiosk_id_card::{UsbConfig as ReaderConfig, UsbIdCardReader};
use kiosk_receipt_printer::{Model, UsbConfig as PrinterConfig, UsbReceiptPrinter};
use kiosk_scanner::{Dialect, HidCodeScanner, UsbConfig as ScannerConfig};
use kiosk_sim::recording::{Player, Recording};
use kiosk_sim::scanner::Dialect as Kind;
use kiosk_sim::usb::{Place, ReaderPipes, Shape, UsbLine};
use kiosk_sim::{Options, Simulator, UsbOptions};
use secrecy::ExposeSecret;

use crate::masked::set_out;
use crate::played::is_nobody;
use crate::{CODE, page, recording};

/// What the devices on the bus are asked to print; set in the process that sees it.
const WORDS: &str = "KIOSK_TEST_WORDS";

fn words() -> Option<String> {
    std::env::var(WORDS).ok()
}

/// Runs a test of this program in a process that sees the bus in `dir`.
fn run_inside(test: &str, dir: &Path, words: &str) {
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("LD_PRELOAD", "libumockdev-preload.so.0")
        .env("UMOCKDEV_DIR", dir)
        .env(WORDS, words)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout) + String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
}

fn read() -> IdCard {
    let reader = ReaderConfig { ids: Vec::new(), fingerprints: false };
    UsbIdCardReader::new(reader).read(&Cancel::default()).unwrap()
}

fn print(words: &str) {
    let printer = PrinterConfig { ids: Vec::new(), model: Model::GENERIC_80 };
    UsbReceiptPrinter::new(printer).print(&page(words, 1), &Cancel::default()).unwrap();
}

fn scan() {
    let scanner = ScannerConfig { ids: Vec::new(), dialect: Dialect::HONEYWELL_HID };
    assert_eq!(HidCodeScanner::new(scanner).scan(&Cancel::default()).unwrap().text.expose_secret(), CODE);
}

/// Uses every device on the bus once while it is recorded.
pub fn record(folder: &Path, into: &Path, words: &str) {
    let usb = UsbOptions { dir: folder.join("usb"), reader_pipes: ReaderPipes::Four };
    let bus = usb.dir.clone();
    let (usb, record) = (Some(usb), Some(into.to_owned()));
    let simulator =
        Simulator::start(&Options { usb, record, scanner: Kind::HidPos, ..Options::in_dir(folder) }).unwrap();
    set_out(&simulator);
    run_inside("usb::every_device_on_the_bus_is_used", &bus, words);
}

#[test]
fn every_device_on_the_bus_is_used() {
    let Some(words) = words() else { return };
    read();
    print(&words);
    scan();
}

/// Has a test meet a device that does what was recorded, and hands back how far that came.
fn play(recording: &Recording, (port, shape): (u8, Shape), test: &str, words: &str) -> Player {
    let folder = tempfile::tempdir().unwrap();
    let bus = folder.path().join("usb");
    let place = (bus.as_path(), Place { port }, shape);
    let line = UsbLine::start(Player::new(recording), place, Instant::now(), |_| {}).unwrap();
    run_inside(test, &bus, words);
    line.with(|end| end.device.clone())
}

fn went_by(player: &Player) {
    assert_eq!((player.strayed(), player.is_over()), (None, true));
}

#[test]
fn a_recorded_card_is_read_over_usb() {
    if words().is_some() {
        return assert!(is_nobody(&read()));
    }
    let device = (1, Shape::reader_four_pipes());
    went_by(&play(&recording("usb/id-reader.rec"), device, "usb::a_recorded_card_is_read_over_usb", "-"));
}

#[test]
fn a_recorded_receipt_is_printed_over_usb() {
    if let Some(words) = words() {
        return print(&words);
    }
    let test = "usb::a_recorded_receipt_is_printed_over_usb";
    went_by(&play(&recording("usb/receipt-printer.rec"), (2, Shape::printer()), test, "回执"));
}

#[test]
fn a_recorded_code_is_scanned_over_usb() {
    if words().is_some() {
        return scan();
    }
    let test = "usb::a_recorded_code_is_scanned_over_usb";
    went_by(&play(&recording("usb/scanner.rec"), (3, Shape::scanner()), test, "-"));
}
