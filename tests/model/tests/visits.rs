//! A thousand random visits, each from its own seed; and a look whether broken ones are noticed.
#![allow(clippy::unwrap_used)]

use std::ops::Range;
use std::time::Duration;

use kiosk_drivers_api::paper::Document;
use kiosk_drivers_api::{Cancel, DeviceStatus, Outlet, Paper, PrintFault, PrinterStatus, ReceiptPrinter};
use kiosk_receipt_printer::protocol::Job;
use kiosk_receipt_printer::protocol::command::ask_now;
use kiosk_receipt_printer::{Model, NoGlyphs};
use kiosk_serial::{Link, SLICE};
use kiosk_sim::printer::Printer;
use kiosk_visits::{Wire, play, play_with};

fn holds(seeds: Range<u64>) {
    let mut broken = Vec::new();
    for seed in seeds {
        let course = play(seed);
        broken.extend(
            course.broken.map(|what| {
                format!("seed {seed}: {what}\n  again: ./x torture visits --cases 1 --seed {seed}")
            }),
        );
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Four tests, so that they run side by side.
#[test]
fn visits_hold_0_to_249() {
    holds(0..250);
}

#[test]
fn visits_hold_250_to_499() {
    holds(250..500);
}

#[test]
fn visits_hold_500_to_749() {
    holds(500..750);
}

#[test]
fn visits_hold_750_to_999() {
    holds(750..1000);
}

#[test]
fn a_seed_plays_the_same_visit_again() {
    for seed in 0..5 {
        let (first, second) = (play(seed), play(seed));
        assert_eq!((first.tally, first.lasted), (second.tally, second.lasted), "seed {seed}");
    }
}

/// A driver that sends the page and believes the roll sensor, asked in real time (`DLE EOT 4`).
struct Trusting(Wire<Printer>);

const PAPER_SENSOR: u8 = 4;
const PAPER_THERE: u8 = 0x12;
const PATIENCE: Duration = Duration::from_secs(2);

impl Trusting {
    fn send(&mut self, bytes: &[u8]) -> Option<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let sent = self.0.write(rest, SLICE).ok()?;
            rest = &rest[sent..];
        }
        Some(())
    }

    fn sees_paper(&mut self) -> Option<bool> {
        self.0.clear().ok()?;
        self.send(&ask_now(PAPER_SENSOR))?;
        let mut answer = [0];
        let count = self.0.read(&mut answer, PATIENCE).ok()?;
        Some(count == 1 && answer[0] == PAPER_THERE)
    }

    fn try_print(&mut self, document: &Document) -> Option<bool> {
        self.0.open().ok()?;
        let commands = Job::build(document, &Model::GENERIC_80, &mut NoGlyphs).commands;
        commands.iter().try_for_each(|command| self.send(command))?;
        self.sees_paper()
    }
}

impl ReceiptPrinter for Trusting {
    fn status(&mut self) -> PrinterStatus {
        let is_there = self.0.open().is_ok() && self.sees_paper() == Some(true);
        let device = if is_there { DeviceStatus::Online } else { DeviceStatus::Offline };
        PrinterStatus { device, paper: Paper::Unknown, outlet: Outlet::Unknown, fault: None }
    }

    fn print(&mut self, document: &Document, _: &Cancel) -> Result<(), PrintFault> {
        let printed = self.try_print(document);
        if printed.is_none() {
            self.0.close();
        }
        if printed == Some(true) { Ok(()) } else { Err(PrintFault::Unconfirmed) }
    }
}

#[test]
fn a_driver_that_believes_the_real_time_status_is_found_out() {
    let trusting = |seed| play_with(seed, |line| Box::new(Trusting(line))).broken;
    let found = (0..100).find_map(trusting).unwrap();
    assert!(found.contains("printed"), "{found}");
}
