//! What befalls the identity-card reader and its cards.

use kiosk_sim::control::{CardAction, Command as Act, ReaderAction};

use super::Part::Reader;
use super::{Blow, CYCLE, FLAPS, Fault, PLUG, lasting, passing};

/// The reader's next answer is spoiled.
macro_rules! answer {
    ($name:literal, $spoiled:expr) => {
        passing(Reader, $name, &[Blow::Do(|| Act::Reader($spoiled))], ANSWERS)
    };
}

/// A refusal by the reader's module with this status (GA/T 467).
macro_rules! refusal {
    ($name:literal, $code:literal) => {
        answer!($name, ReaderAction::Status { code: $code.to_owned() })
    };
}

const ANSWERS: &[Blow] = &[Blow::Do(|| Act::Reader(ReaderAction::Ok))];
const LIFTED: &[Blow] = &[Blow::Do(|| Act::Card(CardAction::Lift))];
/// A resident whose card has expired.
const EXPIRED: &[Blow] = &[Blow::Do(|| Act::Card(CardAction::Place { resident: "expired".to_owned() }))];
const BACK: &[Blow] = &[Blow::CardBack];

/// All of them.
pub static FAULTS: [Fault; 18] = [
    lasting(Reader, "unplugged", &[Blow::Unplug], PLUG),
    passing(Reader, "power cycle", CYCLE, &[]),
    passing(Reader, "plug with bad contact", FLAPS, &[]),
    answer!("noise before the answer", ReaderAction::Garbage),
    answer!("torn answer", ReaderAction::Torn),
    answer!("no answer", ReaderAction::Silent),
    answer!("late answer", ReaderAction::Slow),
    answer!("wrong checksum", ReaderAction::Checksum),
    refusal!("card not authorised", "31"),
    refusal!("record not verified", "33"),
    refusal!("card of an unknown kind", "40"),
    refusal!("card not read", "41"),
    refusal!("random number not had", "47"),
    refusal!("self-test failed", "60"),
    refusal!("module not authorised", "66"),
    refusal!("card not chosen", "81"),
    passing(Reader, "card lifted too early", LIFTED, BACK),
    passing(Reader, "wrong card", EXPIRED, BACK),
];
