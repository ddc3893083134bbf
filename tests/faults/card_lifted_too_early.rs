//! The card is lifted while it is read.

use kiosk_drivers_api::ReaderFault;
use kiosk_sim::control::{Command, ReaderAction};

use crate::reader::ReaderDesk;

#[test]
fn a_lifted_card_is_told_as_moved_and_reads_when_it_is_back() {
    let mut desk = ReaderDesk::new();
    desk.place("alice");
    desk.simulator.act(&Command::Reader(ReaderAction::Lifted)).unwrap();
    assert_eq!(desk.read().err(), Some(ReaderFault::CardMoved));
    assert_eq!(desk.simulator.state().reader.card, None);
    desk.place("alice");
    assert!(desk.read().is_ok());
}
