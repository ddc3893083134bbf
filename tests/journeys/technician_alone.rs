//! A technician proves each device alone, at a terminal that does not run.

use std::path::Path;
use std::process::Command;

use kiosk_sim::control::{Command as Act, Device, PagePrinterState, PrinterState};
use kiosk_sim::residents::library;
use serde_json::json;

use crate::chip;
use crate::technician::Bench;

#[test]
fn every_device_is_listed_with_its_place_and_how_it_stands() {
    let bench = Bench::new();
    let listed = bench.kiosk(&["devices", "--json"]);
    assert_eq!(listed.code, Some(0), "{}", listed.complained);
    let rows: Vec<serde_json::Value> =
        listed.said.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    let words: Vec<_> =
        rows.iter().map(|row| (row["kind"].as_str().unwrap(), row["status"].as_str().unwrap())).collect();
    assert_eq!(
        words,
        [
            ("id_card", "online"),
            ("receipt_printer", "online"),
            ("page_printer", "online"),
            ("smart_card", "not configured"),
            ("scanner", "not configured"),
        ]
    );
    assert!(rows[2]["path"].as_str().unwrap().starts_with("ipp://"), "{}", rows[2]);
}

#[test]
fn a_test_says_who_the_device_is_or_what_is_wrong_and_its_cure() {
    let bench = Bench::new();
    let well = bench.kiosk(&["devices", "test", "page-printer", "--json"]);
    assert_eq!((well.code, &well.json()["ok"]), (Some(0), &json!(true)), "{}", well.complained);
    assert_eq!(well.json()["about"]["name"], "simulated");
    let reader = bench.kiosk(&["devices", "test", "id-card", "--json"]);
    assert_eq!(reader.json()["about"]["security module"], "05.01-20240101-0000000001-0000000002");
    assert!(well.json()["duration_ms"].is_u64());

    bench.act(&Act::Printer { state: PrinterState::PaperOut });
    let empty = bench.kiosk(&["devices", "test", "receipt-printer", "--json"]);
    assert_eq!((empty.code, &empty.json()["fault"]), (Some(1), &json!("paper out")));
    assert_eq!(empty.json()["cure"], "put a new roll in");

    bench.act(&Act::Unplug { device: Device::IdReader });
    let gone = bench.kiosk(&["devices", "test", "id-card", "--json"]);
    assert_eq!((gone.code, &gone.json()["status"]), (Some(1), &json!("no device")));
    assert_eq!(gone.json()["fault"], "reader not connected");

    let none = bench.kiosk(&["devices", "test", "scanner", "--json"]);
    assert_eq!((none.code, &none.json()["cure"]), (Some(1), &json!("name the device in kiosk.toml")));
    assert_eq!(bench.kiosk(&["devices", "test", "teapot"]).code, Some(2));
}

#[test]
fn a_card_is_read_and_nothing_of_it_comes_out_whole() {
    let bench = Bench::new();
    for (key, validity) in [("alice", "valid until 2035-04-16"), ("expired", "expired on 2019-03-10")] {
        bench.place(key);
        let read = bench.kiosk(&["devices", "read-card", "--json"]);
        let resident = library().iter().find(|resident| resident.key == key).unwrap();
        assert_eq!((read.code, &read.json()["validity"]), (Some(0), &json!(validity)), "{}", read.complained);
        assert!(
            !read.said.contains(&resident.name) && !read.said.contains(&resident.number),
            "{}",
            read.said
        );
        assert_eq!(read.json()["card"], "resident identity card");
    }
}

#[test]
fn test_pages_are_printed_when_the_printers_say_so() {
    let bench = Bench::new();
    let receipt = bench.kiosk(&["devices", "print-test", "--json"]);
    assert_eq!((receipt.code, &receipt.json()["printed"]), (Some(0), &json!(true)), "{}", receipt.complained);
    let paper = bench.simulator.papers().pop().unwrap();
    let has_code = paper.qr.iter().any(|code| code.starts_with("hecheng:test/"));
    assert!(paper.complete && has_code, "{paper:?}");
    // Rare characters and Cyrillic come as pictures, the rest as text.
    let says = |words: &str| paper.lines.iter().any(|line| line.contains(words));
    assert!(says("TEST") && says("not enrolled") && says("[picture, "), "{:?}", paper.lines);

    let page = bench.kiosk(&["devices", "print-test", "--kind", "page", "--json"]);
    assert_eq!((page.code, &page.json()["printed"]), (Some(0), &json!(true)), "{}", page.complained);
    let [printed] = bench.simulator.state().page_printer.printed.try_into().unwrap();
    // "TEST", the terminal, the time, every kind of character, and the letters; below them the code.
    assert_eq!(bands(&printed.file).len(), 6);

    bench.act(&Act::PagePrinter { state: PagePrinterState::PaperOut });
    let empty = bench.kiosk(&["devices", "print-test", "--kind", "page", "--json"]);
    assert_eq!((empty.code, &empty.json()["ok"]), (Some(1), &json!(false)));
    assert_eq!(bench.simulator.state().page_printer.printed.len(), 1);
}

/// Rows of the drawn page between which it is white, as the first and the last of each.
fn bands(pdf: &Path) -> Vec<(usize, usize)> {
    let drawn = Command::new("pdftoppm").args(["-gray", "-r", "100"]).arg(pdf).output().unwrap();
    // P5, width, height, 255, then a byte a dot.
    let mut head = drawn.stdout.split(|byte| byte.is_ascii_whitespace()).skip(1);
    let mut number = || std::str::from_utf8(head.next().unwrap()).unwrap().parse::<usize>().unwrap();
    let (width, height) = (number(), number());
    let dots = &drawn.stdout[drawn.stdout.len() - width * height..];
    let has_ink: Vec<bool> = dots.chunks(width).map(|row| row.iter().any(|dot| *dot < 128)).collect();
    let mut rows = 0..0;
    has_ink
        .chunk_by(|left, right| left == right)
        .map(|chunk| {
            rows = rows.end..rows.end + chunk.len();
            (chunk[0], rows.start, rows.end - 1)
        })
        .filter(|(has_ink, ..)| *has_ink)
        .map(|(_, first, last)| (first, last))
        .collect()
}

#[test]
fn a_terminal_that_is_not_enrolled_is_told_to() {
    let report = Bench::new().kiosk(&["doctor", "--json"]);
    assert_eq!((report.code, &report.json()["verdict"]), (Some(2), &json!("fail")), "{}", report.complained);
    let json = report.json();
    let check =
        |name: &str| json["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).unwrap();
    assert_eq!(check("id_card")["level"], "ok");
    assert_eq!(check("disk")["level"], "fail");
    for name in ["certificate", "catalogue", "store", "journal"] {
        assert_eq!(check(name)["level"], "fail", "{name}");
    }
    assert!(check("certificate")["cure"].as_str().unwrap().contains("enrol"));
}

#[test]
fn a_chip_card_is_read_masked_and_its_reader_tested() {
    let Some((_service, desk)) = chip::start() else { return };
    let bench = Bench::with("[devices.smart_card]\nreader = \"Virtual PCD 00 00\"\n");
    desk.insert("alice-social");
    let read = bench.kiosk(&["devices", "read-card", "--json"]);
    let alice = library().iter().find(|resident| resident.key == "alice").unwrap();
    assert_eq!(read.json()["card"], "social security card, generation 2", "{}", read.complained);
    assert!(!read.said.contains(&alice.name) && !read.said.contains(&alice.number), "{}", read.said);
    let tested = bench.kiosk(&["devices", "test", "smart-card", "--json"]);
    assert_eq!((tested.code, &tested.json()["status"]), (Some(0), &json!("online")), "{}", tested.complained);
    assert!(tested.json()["about"]["reader"].as_str().unwrap().starts_with("Virtual PCD"));
}
