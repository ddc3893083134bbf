//! The reader does not answer, or answers late.

use kiosk_drivers_api::ReaderFault;
use kiosk_sim::control::{Command, ReaderAction};
use kiosk_tests::deadlines::{FOUND, poll};

use crate::reader::ReaderDesk;

fn desk_after(silence: ReaderAction) -> ReaderDesk {
    let mut desk = ReaderDesk::new();
    desk.place("alice");
    desk.simulator.act(&Command::Reader(silence)).unwrap();
    assert_eq!(desk.read().err(), Some(ReaderFault::NoAnswer));
    desk
}

#[test]
fn silence_is_told_and_the_next_attempt_works() {
    assert!(desk_after(ReaderAction::Silent).read().is_ok());
}

#[test]
fn a_late_answer_confuses_nothing_that_follows() {
    // The module is busy with the late answer; what is asked meanwhile goes unanswered.
    let mut desk = desk_after(ReaderAction::Slow);
    assert!(poll(FOUND, || desk.read().ok()).is_some(), "{:?}", desk.read().err());
}
