//! The card is lifted while it is read.

use std::thread::scope;

use kiosk_drivers_api::{Cancel, IdCardReader, ReaderFault};
use kiosk_sim::control::{CardAction, Command};
use kiosk_tests::deadlines::{FOUND, poll};

use crate::reader::ReaderDesk;

/// Answers to finding (15 bytes) and selecting (19 bytes) are out: the chip is being read.
const READING_SINCE_BYTES: u64 = 34;

#[test]
fn a_lifted_card_is_told_as_moved_and_reads_when_it_is_back() {
    let mut desk = ReaderDesk::new();
    desk.place("alice");
    let ReaderDesk { simulator, driver, .. } = &mut desk;
    let result = scope(|scope| {
        scope.spawn(|| {
            let reading = || (simulator.state().reader.bytes_out >= READING_SINCE_BYTES).then_some(());
            poll(FOUND, reading).expect("the reading never began");
            simulator.act(&Command::Card(CardAction::Lift)).unwrap();
        });
        driver.read(&Cancel::default())
    });
    assert_eq!(result.err(), Some(ReaderFault::CardMoved));
    desk.place("alice");
    assert!(desk.read().is_ok());
}
