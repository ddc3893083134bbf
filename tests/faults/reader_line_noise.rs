//! Bytes are disturbed on the way from the reader.

use kiosk_sim::control::{Command, ReaderAction};

use crate::reader::ReaderDesk;

fn reads_through(noise: ReaderAction) {
    let mut desk = ReaderDesk::new();
    desk.place("alice");
    desk.simulator.act(&Command::Reader(noise)).unwrap();
    assert!(desk.read().is_ok());
    assert_eq!(desk.simulator.state().reader.fault, None, "the noise was never met");
}

#[test]
fn noise_before_an_answer_costs_nothing() {
    reads_through(ReaderAction::Garbage);
}

#[test]
fn a_torn_answer_is_asked_for_again() {
    reads_through(ReaderAction::Torn);
}

#[test]
fn a_wrong_checksum_is_asked_for_again() {
    reads_through(ReaderAction::Checksum);
}
