//! What befalls the slot for chip cards, its cards and the service.

use kiosk_sim::control::{ChipAction, ChipFault, Command as Act};

use super::Part::Slot;
use super::{Blow, Fault, Service, lasting, passing};

/// Something is wrong with the card, which is put in again with it.
macro_rules! card {
    ($name:literal, $fault:expr) => {
        passing(Slot, $name, &[Blow::Do(|| Act::Chip(ChipAction::Fault($fault))), Blow::ChipBack], WELL)
    };
}

/// The card refuses with this status word (ISO/IEC 7816-4).
macro_rules! refusal {
    ($name:literal, $code:literal) => {
        card!($name, ChipFault::Status { code: $code.to_owned() })
    };
}

/// Another card is put in.
macro_rules! other {
    ($name:literal, $card:literal) => {
        passing(
            Slot,
            $name,
            &[Blow::Do(|| Act::Chip(ChipAction::Insert { card: $card.to_owned() }))],
            &[Blow::ChipBack],
        )
    };
}

const WELL: &[Blow] = &[Blow::Do(|| Act::Chip(ChipAction::Fault(ChipFault::Ok))), Blow::ChipBack];
const PULLED: &[Blow] = &[Blow::Do(|| Act::Chip(ChipAction::Remove))];
const STARTED: &[Blow] = &[Blow::Service(Service::Started)];

/// All of them.
pub static FAULTS: [Fault; 18] = [
    card!("card the wrong way round", ChipFault::Mute),
    card!("no answer", ChipFault::Silent),
    card!("late answer", ChipFault::Slow),
    card!("noise for an answer", ChipFault::Garbage),
    card!("card blocked by its issuer", ChipFault::Blocked),
    refusal!("application not found", "6A82"),
    refusal!("record locked", "6982"),
    refusal!("memory failure", "6581"),
    refusal!("class not supported", "6E00"),
    card!("card pulled at its first command", ChipFault::RemoveAt { command: 1 }),
    card!("card pulled at its fifth command", ChipFault::RemoveAt { command: 5 }),
    card!("card pulled at its twelfth command", ChipFault::RemoveAt { command: 12 }),
    passing(Slot, "card pulled", PULLED, &[Blow::ChipBack]),
    other!("bank card", "bob-bank"),
    other!("card of the third generation", "rare-social"),
    lasting(Slot, "service killed", &[Blow::Service(Service::Killed)], STARTED),
    passing(Slot, "service started anew", STARTED, &[]),
    lasting(Slot, "reader unplugged", &[Blow::Service(Service::WithoutReader)], STARTED),
];
