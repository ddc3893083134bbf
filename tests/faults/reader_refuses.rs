//! The reader answers, but not with a card.

use kiosk_drivers_api::ReaderFault;
use kiosk_sim::control::{Command, ReaderAction};

use crate::reader::ReaderDesk;

/// Status bytes SW3 of a SAM that mean no success to a host that looks for a card.
const REFUSALS: [&str; 8] = ["10", "11", "21", "23", "24", "41", "47", "66"];

#[test]
fn every_refusal_is_a_typed_fault_and_passes() {
    let mut desk = ReaderDesk::new();
    for code in REFUSALS {
        desk.place("alice");
        desk.simulator.act(&Command::Reader(ReaderAction::Status { code: code.to_owned() })).unwrap();
        let fault = desk.read().err();
        let named = fault.as_ref().is_some_and(|fault| *fault != ReaderFault::NoCard);
        assert!(named || desk.simulator.state().reader.fault.is_none(), "{code}: {fault:?}");
        desk.place("alice");
        assert!(desk.read().is_ok(), "after {code}");
    }
}
