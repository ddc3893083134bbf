//! What befalls the scanner, and what is held before it.

use kiosk_sim::control::{Command as Act, ScannerAction};

use super::Part::Scanner;
use super::{Blow, CYCLE, FLAPS, Fault, PLUG, lasting, passing};

/// The scanner's next code is spoiled.
macro_rules! answer {
    ($name:literal, $spoiled:ident) => {
        passing(Scanner, $name, &[Blow::Do(|| Act::Scanner(ScannerAction::$spoiled))], ANSWERS)
    };
}

/// Something else is held before the window.
macro_rules! shown {
    ($name:literal, $text:expr, $symbology:literal, $gbk:literal) => {
        passing(Scanner, $name, &[show!($text, $symbology, $gbk)], BACK)
    };
}

macro_rules! show {
    ($text:expr, $symbology:literal, $gbk:literal) => {
        Blow::Do(|| {
            Act::Scanner(ScannerAction::Show {
                text: $text.to_owned(),
                symbology: $symbology.to_owned(),
                gbk: $gbk,
            })
        })
    };
}

const ANSWERS: &[Blow] = &[Blow::Do(|| Act::Scanner(ScannerAction::Ok))];
const BACK: &[Blow] = &[Blow::CodeBack];
const HIDE: Blow = Blow::Do(|| Act::Scanner(ScannerAction::Hide));
const BINARY: &[Blow] = &[Blow::Do(|| {
    Act::Scanner(ScannerAction::ShowHex { bytes: "00FF10A5".to_owned(), symbology: "Q1".to_owned() })
})];
const HASTY: &[Blow] = &[HIDE, Blow::CodeBack, HIDE];
const SILENT: &[Blow] = &[Blow::Do(|| Act::Scanner(ScannerAction::Silent))];
const REVIVED: &[Blow] = &[Blow::Do(|| Act::Scanner(ScannerAction::Silent)), Blow::Unplug, Blow::Plug];

/// All of them.
pub static FAULTS: [Fault; 16] = [
    lasting(Scanner, "unplugged", &[Blow::Unplug], PLUG),
    passing(Scanner, "power cycle", CYCLE, &[]),
    passing(Scanner, "plug with bad contact", FLAPS, &[]),
    lasting(Scanner, "silent", SILENT, ANSWERS),
    passing(Scanner, "silent, then a power cycle", REVIVED, ANSWERS),
    answer!("torn code", Torn),
    answer!("noise before the code", Garbage),
    answer!("late code", Slow),
    answer!("code far too long", Oversize),
    passing(Scanner, "code that is no text", BINARY, BACK),
    passing(Scanner, "code taken away too early", &[HIDE], BACK),
    passing(Scanner, "code held too hastily", HASTY, BACK),
    shown!("code of goods", "6901234567892", "E0", false),
    shown!("code of another service", "https://example.org/鹤城", "Q1", false),
    shown!("code in another encoding", "鹤城自助", "Q1", true),
    shown!("half a receipt's code", "hecheng:receipt/230202-0001-0100", "Q1", false),
];
