//! A reader on USB: its plug is pulled, its answers are disturbed or missing, somebody else has it.

use std::time::{Duration, Instant};

use kiosk_drivers_api::{DeviceStatus, IdCardReader, ReaderFault};
use kiosk_sim::control::{Command, Device, ReaderAction};
use kiosk_sim::usb::ReaderPipes;
use kiosk_tests::deadlines::{FOUND, poll};

use crate::usb::{Remote, inside, read, reader};

const PULL: Command = Command::Unplug { device: Device::IdReader };
const PUT_BACK: Command = Command::Plug { device: Device::IdReader };

fn plug_is_pulled_and_put_back(simulator: &Remote) {
    let mut reader = reader();
    simulator.place("alice");
    assert!(read(&mut reader).is_ok());
    for _ in 0..3 {
        simulator.act(&PULL);
        assert_eq!(read(&mut reader).err(), Some(ReaderFault::NotConnected));
        assert_eq!(reader.status(), DeviceStatus::NoDevice);
        simulator.act(&PUT_BACK);
        simulator.place("alice");
        assert!(poll(FOUND, || read(&mut reader).ok()).is_some(), "it never came back");
    }
}

#[test]
fn a_reader_comes_back_by_itself() {
    let Some(simulator) = inside(a_reader_comes_back_by_itself, ReaderPipes::Four) else { return };
    plug_is_pulled_and_put_back(&simulator);
}

#[test]
fn a_reader_of_one_pair_comes_back_by_itself() {
    let Some(simulator) = inside(a_reader_of_one_pair_comes_back_by_itself, ReaderPipes::Pair) else {
        return;
    };
    plug_is_pulled_and_put_back(&simulator);
}

#[test]
fn a_plug_pulled_in_the_middle_of_a_card_is_missed_at_once() {
    let here = a_plug_pulled_in_the_middle_of_a_card_is_missed_at_once;
    let Some(simulator) = inside(here, ReaderPipes::Four) else { return };
    let mut reader = reader();
    simulator.place("alice");
    // Two seconds in which the module says nothing.
    simulator.act(&Command::Reader(ReaderAction::Slow));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let asked = poll(FOUND, || (simulator.state().reader.bytes_in > 0).then_some(()));
            asked.expect("nothing was asked");
            simulator.act(&PULL);
        });
        let start = Instant::now();
        assert_eq!(read(&mut reader).err(), Some(ReaderFault::NotConnected));
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    });
}

fn reads_through(simulator: &Remote, noise: ReaderAction) {
    let mut reader = reader();
    simulator.place("alice");
    simulator.act(&Command::Reader(noise));
    assert!(read(&mut reader).is_ok());
    assert_eq!(simulator.state().reader.fault, None, "the noise was never met");
}

#[test]
fn disturbed_answers_are_asked_for_again() {
    let Some(simulator) = inside(disturbed_answers_are_asked_for_again, ReaderPipes::Four) else { return };
    for noise in [ReaderAction::Garbage, ReaderAction::Torn, ReaderAction::Checksum] {
        reads_through(&simulator, noise);
    }
}

#[test]
fn disturbed_answers_through_one_pair_are_asked_for_again() {
    let here = disturbed_answers_through_one_pair_are_asked_for_again;
    let Some(simulator) = inside(here, ReaderPipes::Pair) else { return };
    for noise in [ReaderAction::Garbage, ReaderAction::Torn, ReaderAction::Checksum] {
        reads_through(&simulator, noise);
    }
}

#[test]
fn a_silent_reader_does_not_answer_and_then_does() {
    let Some(simulator) = inside(a_silent_reader_does_not_answer_and_then_does, ReaderPipes::Four) else {
        return;
    };
    let mut reader = reader();
    simulator.place("alice");
    simulator.act(&Command::Reader(ReaderAction::Silent));
    assert_eq!(read(&mut reader).err(), Some(ReaderFault::NoAnswer));
    assert!(read(&mut reader).is_ok());
}

#[test]
fn what_a_second_driver_wants_is_in_use() {
    let Some(_) = inside(what_a_second_driver_wants_is_in_use, ReaderPipes::Four) else { return };
    let (mut first, mut second) = (reader(), reader());
    assert_eq!(first.status(), DeviceStatus::Online);
    assert_eq!(second.status(), DeviceStatus::Busy);
    drop(first);
    assert_eq!(second.status(), DeviceStatus::Online);
}
