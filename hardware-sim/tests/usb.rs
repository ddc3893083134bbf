//! The USB peer, driven by the system's libusb in a process of its own under `libumockdev-preload`.
//!
//! A test starts the simulator and then itself once more, with the bus in its environment; what stands behind
//! `let Some(…) = inside(…)` runs there.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use kiosk_sim::control::{CardAction, Client, Command, Device, PrinterState, ReaderAction, ScannerAction};
use kiosk_sim::scanner::Dialect;
use kiosk_sim::usb::ReaderPipes;
use kiosk_sim::{Options, Simulator, UsbOptions};
use rusb::{Context, DeviceHandle, Error, UsbContext};

const FIND: [u8; 10] = [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x03, 0x20, 0x01, 0x22];
const READER: (u16, u16) = (0x0400, 0xC35A);
const PRINTER: (u16, u16) = (0x0416, 0x5011);
const WAIT: Duration = Duration::from_secs(2);
/// The simulator a child talks to.
const CONTROL: &str = "KIOSK_SIM";

/// In the child: a client of the simulator. In the parent: nothing, once the child has ended well.
fn inside<F: Fn()>(test: F, reader_pipes: ReaderPipes) -> Option<Client> {
    if let Ok(control) = std::env::var(CONTROL) {
        return Some(Client::new(&control).unwrap());
    }
    let dir = tempfile::tempdir().unwrap();
    let usb = UsbOptions { dir: dir.path().join("usb"), reader_pipes };
    let bus = usb.dir.clone();
    let options = Options { usb: Some(usb), scanner: Dialect::HidPos, ..Options::in_dir(dir.path()) };
    let simulator = Simulator::start(&options).unwrap();
    run_inside(name(&test), &bus, &simulator.control().to_string());
    None
}

/// Runs a test once more, in a process that sees the bus.
fn run_inside(test: &str, bus: &Path, control: &str) {
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("LD_PRELOAD", "libumockdev-preload.so.0")
        .env("UMOCKDEV_DIR", bus)
        .env(CONTROL, control)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout) + String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
}

/// The test's name, as the test program knows it: its path without the program's own name.
fn name<F>(_test: &F) -> &'static str {
    let path = std::any::type_name::<F>();
    path.split_once("::").map_or(path, |(_, name)| name)
}

fn find(id: (u16, u16)) -> Option<DeviceHandle<Context>> {
    Context::new().unwrap().open_device_with_vid_pid(id.0, id.1)
}

fn claimed(id: (u16, u16)) -> DeviceHandle<Context> {
    let handle = find(id).expect("the device");
    if handle.kernel_driver_active(0).unwrap() {
        handle.detach_kernel_driver(0).unwrap();
    }
    handle.claim_interface(0).unwrap();
    handle
}

fn ask_four(reader: &DeviceHandle<Context>) -> Result<Vec<u8>, Error> {
    assert_eq!(reader.write_bulk(0x02, &FIND[..7], WAIT)?, 7);
    assert_eq!(reader.write_bulk(0x06, &FIND[7..], WAIT)?, 3);
    let (mut head, mut body) = ([0; 64], [0; 64]);
    let count = reader.read_bulk(0x81, &mut head, WAIT)?;
    let rest = reader.read_bulk(0x85, &mut body, WAIT)?;
    Ok([&head[..count], &body[..rest]].concat())
}

fn place(client: &Client) {
    client.act(&Command::Card(CardAction::Place { resident: "alice".into() })).unwrap();
}

#[test]
fn a_card_is_found_through_four_pipes() {
    let Some(client) = inside(a_card_is_found_through_four_pipes, ReaderPipes::Four) else { return };
    let reader = claimed(READER);
    assert_eq!(ask_four(&reader).unwrap()[9], 0x80);
    place(&client);
    let found = ask_four(&reader).unwrap();
    assert_eq!((found[9], found.len()), (0x9F, 15));
}

#[test]
fn a_card_is_found_through_one_pair() {
    let Some(client) = inside(a_card_is_found_through_one_pair, ReaderPipes::Pair) else { return };
    let reader = claimed((0x0483, 0x5652));
    place(&client);
    assert_eq!(reader.write_bulk(0x01, &FIND, WAIT), Ok(10));
    let mut answer = [0; 64];
    assert_eq!(reader.read_bulk(0x81, &mut answer, WAIT), Ok(15));
    assert_eq!(answer[9], 0x9F);
}

#[test]
fn silence_lasts_as_long_as_the_transfer_waits() {
    let Some(client) = inside(silence_lasts_as_long_as_the_transfer_waits, ReaderPipes::Four) else { return };
    let reader = claimed(READER);
    client.act(&Command::Reader(ReaderAction::Silent)).unwrap();
    reader.write_bulk(0x02, &FIND, WAIT).unwrap();
    let (start, wait) = (Instant::now(), Duration::from_millis(300));
    assert_eq!(reader.read_bulk(0x81, &mut [0; 64], wait), Err(Error::Timeout));
    assert!((wait..wait * 3).contains(&start.elapsed()), "{:?}", start.elapsed());
}

#[test]
fn a_plug_pulled_ends_the_transfer_and_put_in_lets_the_device_be_found_again() {
    let here = a_plug_pulled_ends_the_transfer_and_put_in_lets_the_device_be_found_again;
    let Some(client) = inside(here, ReaderPipes::Four) else { return };
    let reader = claimed(READER);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| reader.read_bulk(0x81, &mut [0; 64], Duration::from_secs(20)));
        client.act(&Command::Unplug { device: Device::IdReader }).unwrap();
        assert_eq!(waiting.join().unwrap(), Err(Error::NoDevice));
    });
    assert_eq!(reader.write_bulk(0x02, &FIND, WAIT), Err(Error::NoDevice));
    assert!(find(READER).is_none() && find(PRINTER).is_some());
    client.act(&Command::Plug { device: Device::IdReader }).unwrap();
    assert_eq!(ask_four(&claimed(READER)).unwrap()[9], 0x80);
}

struct Listener(mpsc::Sender<&'static str>);

impl rusb::Hotplug<Context> for Listener {
    fn device_arrived(&mut self, _: rusb::Device<Context>) {
        self.0.send("arrived").unwrap();
    }

    fn device_left(&mut self, _: rusb::Device<Context>) {
        self.0.send("left").unwrap();
    }
}

#[test]
fn comings_and_goings_are_told() {
    let Some(client) = inside(comings_and_goings_are_told, ReaderPipes::Four) else { return };
    let context = Context::new().unwrap();
    let (sender, told) = mpsc::channel();
    let builder = rusb::HotplugBuilder::new().vendor_id(READER.0).enumerate(true).to_owned();
    let _registered = builder.register::<Context, _>(&context, Box::new(Listener(sender))).unwrap();
    client.act(&Command::Unplug { device: Device::IdReader }).unwrap();
    client.act(&Command::Plug { device: Device::IdReader }).unwrap();
    let end = Instant::now() + Duration::from_secs(5);
    let mut heard = Vec::new();
    while heard.len() < 3 && Instant::now() < end {
        context.handle_events(Some(Duration::from_millis(50))).unwrap();
        heard.extend(told.try_iter());
    }
    assert_eq!(heard, ["arrived", "left", "arrived"]);
}

#[test]
fn the_printer_answers_bytes_and_class_requests() {
    let here = the_printer_answers_bytes_and_class_requests;
    let Some(client) = inside(here, ReaderPipes::Four) else { return };
    assert_eq!(find(PRINTER).unwrap().claim_interface(0), Err(Error::Busy), "the kernel has it");
    let printer = claimed(PRINTER);
    let mut id = [0; 256];
    let count = printer.read_control(0xA1, 0, 0, 0, &mut id, WAIT).unwrap();
    assert!(String::from_utf8_lossy(&id[2..count]).contains("MDL:SIM-80;"));
    client.act(&Command::Printer { state: PrinterState::PaperOut }).unwrap();
    let mut status = [0];
    assert_eq!(printer.read_control(0xA1, 1, 0, 0, &mut status, WAIT), Ok(1));
    assert_eq!(status, [0x30]);
    assert_eq!(printer.read_control(0xA1, 7, 0, 0, &mut status, WAIT), Err(Error::Pipe));
    printer.write_bulk(0x01, &[0x10, 0x04, 0x04], WAIT).unwrap();
    let mut answer = [0; 64];
    assert_eq!(printer.read_bulk(0x82, &mut answer, WAIT), Ok(1));
    assert_eq!(answer[0], 0x7E);
}

#[test]
fn a_full_printer_takes_part_of_a_transfer_until_it_is_reset() {
    let here = a_full_printer_takes_part_of_a_transfer_until_it_is_reset;
    let Some(client) = inside(here, ReaderPipes::Four) else { return };
    let printer = claimed(PRINTER);
    client.act(&Command::Printer { state: PrinterState::PaperOut }).unwrap();
    let wait = Duration::from_millis(100);
    let taken = printer.write_bulk(0x01, &[b'x'; 9_000], wait).unwrap();
    assert!((4_096..4_200).contains(&taken), "{taken}");
    assert_eq!(printer.write_bulk(0x01, &[b'x'; 64], wait), Err(Error::Timeout));
    assert_eq!(printer.write_control(0x21, 2, 0, 0, &[], WAIT), Ok(0));
    assert_eq!(printer.write_bulk(0x01, &[b'x'; 64], wait), Ok(64));
}

#[test]
fn a_scanner_gives_a_code_in_reports_when_it_is_told_to_look() {
    let here = a_scanner_gives_a_code_in_reports_when_it_is_told_to_look;
    let Some(client) = inside(here, ReaderPipes::Four) else { return };
    let (text, symbology) = ("7".repeat(80), "Q1".to_owned());
    client.act(&Command::Scanner(ScannerAction::Show { text, symbology, gbk: false })).unwrap();
    let scanner = claimed((0x0C2E, 0x0DB3));
    let mut report = [0; 64];
    let short = Duration::from_millis(200);
    assert_eq!(scanner.read_interrupt(0x84, &mut report, short), Err(Error::Timeout));
    assert_eq!(scanner.write_control(0x21, 0x09, 0x02FD, 0, &[0xFD, 0x03, 0x16, 0x54, 0x0D], WAIT), Ok(5));
    for (length, more) in [(56, 1), (24, 0)] {
        assert_eq!(scanner.read_interrupt(0x84, &mut report, WAIT), Ok(64));
        assert_eq!((report[..5].to_vec(), report[63]), (vec![0x02, length, b']', b'Q', b'1'], more));
    }
    assert_eq!(client.state().unwrap().scanner.unknown_orders, 0);
}

#[test]
fn a_second_program_finds_the_interface_taken() {
    let Some(_) = inside(a_second_program_finds_the_interface_taken, ReaderPipes::Four) else { return };
    let first = claimed(READER);
    let second = find(READER).unwrap();
    assert_eq!(second.claim_interface(0), Err(Error::Busy));
    drop(first);
    assert_eq!(second.claim_interface(0), Ok(()));
}

#[test]
fn a_tree_too_deep_for_its_sockets_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let deep = UsbOptions { dir: dir.path().join("deep".repeat(20)), reader_pipes: ReaderPipes::Four };
    let refused = Simulator::start(&Options { usb: Some(deep), ..Options::in_dir(dir.path()) });
    assert!(refused.unwrap_err().to_string().contains("too long for a USB tree"));
}

#[test]
fn a_scanner_of_reports_needs_a_bus() {
    let dir = tempfile::tempdir().unwrap();
    let refused = Simulator::start(&Options { scanner: Dialect::HidPos, ..Options::in_dir(dir.path()) });
    assert!(refused.unwrap_err().to_string().contains("stands on USB alone"));
}
