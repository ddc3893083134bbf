//! What a technician does at the devices: looks at each, reads a card or a code, prints a page.
//!
//! It works the same on a terminal that runs, whose devices' threads lend their drivers, and on one that does not. It
//! shows no screen and acts for no resident: what a card says is masked, nothing but a step of the trail is kept, and a
//! visit that begins meanwhile ends it (`run::Board`).

mod bench;
mod card;
mod code;
mod cures;
mod lender;
mod page;
pub mod pin;
mod print;
pub mod roster;
mod selftest;
mod shift;
mod standing;

pub use bench::Bench;
pub use lender::{Call, Lender};
pub use shift::{Begun, Shift};
pub use standing::{BUSY, NOT_CONFIGURED, NOT_KNOWN, ONLINE, Standing, device_words, printer_words};

use std::time::Instant;

use clap::ValueEnum;
use kiosk_protocol::trail::{DeviceWork, TrailEvent};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The kinds of devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// The identity-card reader.
    IdCard,
    /// The receipt printer.
    ReceiptPrinter,
    /// The page printer.
    PagePrinter,
    /// The slot for chip cards.
    SmartCard,
    /// The scanner.
    Scanner,
}

/// What a test page is printed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TestPage {
    /// The receipt printer.
    Receipt,
    /// The page printer.
    Page,
}

/// One piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Tests a device.
    Test(Device),
    /// Reads the next card, on the reader or in the slot.
    ReadCard,
    /// Reads the next code and tells it masked.
    Scan,
    /// Reads the next code and tells it whole.
    ScanWhole,
    /// Prints a test page.
    Print(TestPage),
}

impl Device {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 5] =
        [Self::IdCard, Self::ReceiptPrinter, Self::PagePrinter, Self::SmartCard, Self::Scanner];

    /// Its name, as in `kiosk.toml`.
    pub fn key(self) -> &'static str {
        match self {
            Self::IdCard => "id_card",
            Self::ReceiptPrinter => "receipt_printer",
            Self::PagePrinter => "page_printer",
            Self::SmartCard => "smart_card",
            Self::Scanner => "scanner",
        }
    }
}

impl Work {
    /// The words it is asked for by over the control socket.
    pub fn words(self) -> String {
        match self {
            Self::Test(device) => format!("test {}", device.key()),
            Self::ReadCard => "read-card".to_owned(),
            Self::Scan => "scan".to_owned(),
            Self::ScanWhole => "scan whole".to_owned(),
            Self::Print(TestPage::Receipt) => "print-test receipt".to_owned(),
            Self::Print(TestPage::Page) => "print-test page".to_owned(),
        }
    }

    /// The step the trail keeps of it.
    pub fn step(self, answer: &Value) -> TrailEvent {
        let work = match self {
            Self::Test(_) => DeviceWork::Test,
            Self::ReadCard => DeviceWork::ReadCard,
            Self::Scan => DeviceWork::Scan,
            Self::ScanWhole => DeviceWork::ScanWhole,
            Self::Print(_) => DeviceWork::PrintTest,
        };
        let device = answer.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
        TrailEvent::TechnicianWorked { work, device, ok: answer.get("ok") == Some(&json!(true)) }
    }

    /// All there is.
    pub fn all() -> impl Iterator<Item = Self> {
        let others = [
            Self::ReadCard,
            Self::Scan,
            Self::ScanWhole,
            Self::Print(TestPage::Receipt),
            Self::Print(TestPage::Page),
        ];
        Device::ALL.into_iter().map(Self::Test).chain(others)
    }

    /// Does it, until it is done, its time is over or it is cancelled. The answer has `ok`, and where that is false
    /// `fault` and `cure`.
    pub fn carry_out(self, bench: &Bench, shift: Shift) -> Value {
        let began = Instant::now();
        let mut answer = match self {
            Self::Test(device) => selftest::test(device, bench, shift),
            Self::ReadCard => card::read(bench, shift),
            Self::Scan => code::scan(bench, shift, code::masked),
            Self::ScanWhole => code::scan(bench, shift, code::whole),
            Self::Print(page) => print::print(page, bench, shift),
        };
        if let Some(answer) = answer.as_object_mut() {
            let took = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            answer.insert("duration_ms".to_owned(), took.into());
        }
        answer
    }
}

/// Bytes as signatures are written.
fn base64(bytes: &[u8]) -> String {
    use ::base64::prelude::{BASE64_STANDARD, Engine};
    BASE64_STANDARD.encode(bytes)
}

/// The answer of work that failed.
fn failed(device: Device, fault: &str, cure: &str) -> Value {
    json!({ "ok": false, "kind": device.key(), "fault": fault, "cure": cure })
}

/// The answer where a driver broke down.
fn broken(device: Device) -> Value {
    failed(device, "the driver broke down", cures::BROKEN)
}
