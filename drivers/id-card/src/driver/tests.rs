//! The driver against a scripted reader, in virtual time.
#![allow(clippy::unwrap_used, clippy::expect_used)]
use secrecy::ExposeSecret;

use super::*;
use crate::deadlines::{PROBE, PROBE_EVERY};
use crate::protocol::encode;
use crate::scripted::{Line, Step, address, frame, record, record_with, small};

const FIND: [u8; 2] = [0x20, 0x01];
const SELECT: [u8; 2] = [0x20, 0x02];
const READ: [u8; 2] = [0x30, 0x01];
const ADDRESS: [u8; 2] = [0x30, 0x03];
const STATUS: [u8; 2] = [0x11, 0xFF];
const NUMBER: [u8; 2] = [0x12, 0xFF];
const READ_ALL: [u8; 2] = [0x30, 0x10];
const NOISE: ReaderFault = ReaderFault::Garbled { status: 0 };

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A peer that answers every command well; `steps` come before.
fn reader(steps: Vec<Step>) -> (Reader<Line>, Line) {
    let line = Line::new(steps);
    (Reader::on(line.clone()), line)
}

fn read(steps: Vec<Step>) -> Result<IdCard, ReaderFault> {
    reader(steps).0.read(&Cancel::default())
}

fn found_and_selected() -> Vec<Step> {
    vec![Step::answer(FIND, frame(0x9F, &[0; 4])), Step::answer(SELECT, frame(0x90, &[0; 8]))]
}

fn good_visit() -> Vec<Step> {
    let mut steps = found_and_selected();
    steps.push(Step::answer(READ, record()));
    steps.push(Step::answer(ADDRESS, small(0x91)));
    steps
}

#[test]
fn a_card_is_found_selected_and_read() {
    let (mut reader, line) = reader(good_visit());
    let card = reader.read(&Cancel::default()).unwrap();
    assert_eq!(card.number.expose_secret(), "11010519491231002X");
    assert_eq!(card.address.expose_secret(), "合成数据省样例市测试路1号");
    assert_eq!(line.sent(), [FIND, SELECT, READ, ADDRESS].map(|command| encode(&command)));
}

#[test]
fn the_appended_address_wins() {
    let mut steps = good_visit();
    steps[3] = Step::answer(ADDRESS, frame(0x90, &address("合成新址2号")));
    assert_eq!(read(steps).unwrap().address.expose_secret(), "合成新址2号");
}

#[test]
fn no_card_is_the_ordinary_answer() {
    assert_eq!(read(vec![Step::answer(FIND, small(0x80))]).err(), Some(ReaderFault::NoCard));
}

#[test]
fn a_card_lifted_while_read_has_moved() {
    let mut steps = found_and_selected();
    steps.push(Step::answer(READ, small(0x41)));
    assert_eq!(read(steps).err(), Some(ReaderFault::CardMoved));
}

#[test]
fn silence_is_no_answer_at_the_deadline_and_not_before() {
    let (mut reader, line) = reader(vec![Step::silence(FIND)]);
    assert_eq!(reader.read(&Cancel::default()).err(), Some(ReaderFault::NoAnswer));
    assert_eq!(line.now(), ms(1_000));
    assert!(!line.is_open());
}

#[test]
fn a_line_that_takes_no_bytes_is_no_answer_soon() {
    let (mut reader, line) = reader(vec![]);
    line.take_no_bytes();
    assert_eq!(reader.read(&Cancel::default()).err(), Some(ReaderFault::NoAnswer));
    assert_eq!(line.now(), WRITE);
    assert!(!line.is_open());
}

#[test]
fn a_slow_record_is_waited_for_up_to_three_seconds() {
    let mut steps = good_visit();
    steps[2] = Step::answer(READ, record()).after(ms(2_900));
    assert!(read(steps).is_ok());
}

#[test]
fn noise_before_an_answer_is_skipped() {
    let mut steps = good_visit();
    steps[0] = Step::answer(FIND, [b"\x00\xAA\xAA\x55".as_slice(), &frame(0x9F, &[0; 4])].concat());
    assert!(read(steps).is_ok());
}

#[test]
fn a_torn_frame_before_an_answer_costs_one_gap() {
    let mut steps = good_visit();
    let torn = &record()[..100];
    steps[1] = Step::answer(SELECT, [torn, &frame(0x90, &[0; 8])].concat());
    let (mut reader, line) = reader(steps);
    assert!(reader.read(&Cancel::default()).is_ok());
    assert_eq!(line.now(), FRAME_GAP);
}

#[test]
fn a_disturbed_record_is_asked_for_again_without_a_new_find() {
    let mut disturbed = record();
    disturbed[700] ^= 0x10;
    let mut steps = good_visit();
    steps.insert(2, Step::answer(READ, disturbed));
    let (mut reader, line) = reader(steps);
    assert!(reader.read(&Cancel::default()).is_ok());
    assert_eq!(line.sent().len(), 5);
}

#[test]
fn lasting_noise_is_garbled() {
    let noise = || Step::answer(FIND, vec![0x55; 40]);
    assert_eq!(read(vec![noise(), noise()]).err(), Some(NOISE));
}

#[test]
fn a_late_answer_in_the_buffer_is_dropped_before_the_next_command() {
    let mut steps = vec![Step::answer(FIND, small(0x80)).after(ms(1_500))];
    steps.extend(good_visit());
    let (mut reader, line) = reader(steps);
    assert_eq!(reader.read(&Cancel::default()).err(), Some(ReaderFault::NoAnswer));
    line.pass(ms(1_000));
    assert!(reader.read(&Cancel::default()).is_ok());
}

#[test]
fn a_late_answer_that_arrives_after_the_next_command_is_told_apart() {
    let mut steps = found_and_selected();
    steps.push(Step::answer(READ, record()).after(ms(3_100)));
    steps.push(Step::answer(FIND, frame(0x9F, &[0; 4])).after(ms(300)));
    steps.extend(good_visit().split_off(1));
    let (mut reader, line) = reader(steps);
    assert_eq!(reader.read(&Cancel::default()).err(), Some(ReaderFault::NoAnswer));
    assert!(reader.read(&Cancel::default()).is_ok());
    assert_eq!(line.now(), ms(3_300), "select was sent before the true answer to find");
}

#[test]
fn cancel_ends_the_wait_within_half_a_second() {
    let cancel = Cancel::default();
    let (mut reader, line) = reader(vec![Step::silence(FIND)]);
    line.cancel_at(ms(300), cancel.clone());
    assert_eq!(reader.read(&cancel).err(), Some(ReaderFault::Cancelled));
    assert!(line.now() <= ms(800), "{:?}", line.now());
}

#[test]
fn a_broken_line_is_reopened_by_the_next_call() {
    let mut steps = vec![Step::breakage(FIND)];
    steps.extend(good_visit());
    let (mut reader, line) = reader(steps);
    assert_eq!(reader.read(&Cancel::default()).err(), Some(ReaderFault::NotConnected));
    assert!(!line.is_open());
    assert!(reader.read(&Cancel::default()).is_ok());
    assert_eq!(line.times_opened(), 2);
}

#[test]
fn what_cannot_be_opened_is_told_by_its_cause() {
    for (error, fault, status) in [
        (LinkError::Missing, ReaderFault::NotConnected, DeviceStatus::NoDevice),
        (LinkError::Refused, ReaderFault::NoPermission, DeviceStatus::NoDevice),
        (LinkError::InUse, ReaderFault::NotConnected, DeviceStatus::Busy),
    ] {
        let (mut reader, line) = reader(vec![]);
        line.refuse_to_open(error);
        assert_eq!(reader.read(&Cancel::default()).err(), Some(fault));
        assert_eq!(reader.status(), status);
    }
}

#[test]
fn status_asks_the_module() {
    for (step, status) in [
        (Step::answer(STATUS, small(0x90)), DeviceStatus::Online),
        (Step::answer(STATUS, small(0x60)), DeviceStatus::HardwareError),
        (Step::answer(STATUS, small(0x66)), DeviceStatus::HardwareError),
        (Step::silence(STATUS), DeviceStatus::Offline),
        (Step::breakage(STATUS), DeviceStatus::NoDevice),
    ] {
        assert_eq!(reader(vec![step]).0.status(), status);
    }
}

struct Whole;

impl PhotoDecoder for Whole {
    fn decode(&self, wlt: &[u8; 1024]) -> Option<Photo> {
        Some(Photo { rgb: wlt.to_vec() })
    }
}

#[test]
fn the_portrait_goes_to_the_decoder() {
    let (reader, _) = reader(good_visit());
    let mut reader = reader.with_photo_decoder(Box::new(Whole));
    let (_, photo) = reader.read_with_photo(&Cancel::default()).unwrap();
    assert_eq!(photo.unwrap().rgb, [0x5A; 1024]);
}

#[test]
fn fingerprints_are_asked_for_only_where_they_are_wanted() {
    for fingers in [0, 512, 1_024] {
        let mut steps = good_visit();
        steps[2] = Step::answer(READ_ALL, record_with(&vec![0xF1; fingers]));
        let (reader, _) = reader(steps);
        let card = reader.with_fingerprints().read(&Cancel::default()).unwrap();
        assert_eq!(card.fingerprints.expose_secret(), vec![0xF1; fingers]);
        assert_eq!(card.number.expose_secret(), "11010519491231002X");
    }
    assert!(read(good_visit()).unwrap().fingerprints.expose_secret().is_empty());
}

#[test]
fn a_module_that_knows_no_fingerprints_reads_without_them() {
    let mut steps = good_visit();
    steps.insert(2, Step::answer(READ_ALL, small(0x21)));
    let (reader, _) = reader(steps);
    assert!(
        reader.with_fingerprints().read(&Cancel::default()).unwrap().fingerprints.expose_secret().is_empty()
    );
}

#[test]
fn a_reader_tells_its_modules_number_and_its_rate() {
    let number = [5, 0, 1, 0, 0xE5, 0xD6, 0x34, 0x01, 1, 0, 0, 0, 2, 0, 0, 0];
    let about = reader(vec![Step::answer(NUMBER, frame(0x90, &number))]).0.about();
    let module = "05.01-20240101-0000000001-0000000002".to_owned();
    assert_eq!(about, [("security module", module), ("baud", "115200".to_owned())]);
    assert!(reader(vec![Step::answer(NUMBER, small(0x66))]).0.about().is_empty());
}

/// A reader that listens at 19,200 baud while 115,200 is configured.
fn reader_at_another_rate(steps: Vec<Step>) -> (Reader<Line>, Line) {
    let (reader, line) = reader(steps);
    line.answer_only_at(19_200);
    (reader, line)
}

#[test]
fn a_reader_at_another_rate_is_found_after_two_silences_and_kept() {
    let ok = || Step::answer(STATUS, small(0x90));
    let (mut reader, line) = reader_at_another_rate(vec![ok(), ok(), ok()]);
    assert_eq!(reader.status(), DeviceStatus::Offline);
    assert_eq!(reader.status(), DeviceStatus::Offline);
    let before = line.now();
    assert_eq!(reader.status(), DeviceStatus::Online);
    assert!(line.now() - before <= PROBE * 3);
    assert_eq!(line.rates_tried(), [57_600, 38_400, 19_200]);
    assert_eq!(reader.status(), DeviceStatus::Online);
    assert_eq!(line.rates_tried().len(), 3, "the rate that was found stays");
}

#[test]
fn a_card_is_read_at_the_rate_that_was_found() {
    let mut steps = vec![Step::answer(STATUS, small(0x90))];
    steps.extend(good_visit());
    let (mut reader, _) = reader_at_another_rate(steps);
    for _ in 0..2 {
        assert_eq!(reader.read(&Cancel::default()).err(), Some(ReaderFault::NoAnswer));
    }
    assert!(reader.read(&Cancel::default()).is_ok());
}

#[test]
fn where_nobody_answers_the_configured_rate_stays_and_the_others_are_not_tried_each_time() {
    let (mut reader, line) = reader(vec![]);
    line.answer_only_at(1);
    for _ in 0..5 {
        assert_eq!(reader.status(), DeviceStatus::Offline);
    }
    // Four others, and back to the configured one.
    assert_eq!(line.rates_tried(), [57_600, 38_400, 19_200, 9_600, 115_200]);
    line.pass(PROBE_EVERY);
    assert_eq!(reader.status(), DeviceStatus::Offline);
    assert_eq!(line.rates_tried().len(), 10);
}

#[test]
fn cancel_ends_the_search_for_a_rate_within_half_a_second() {
    let (mut reader, line) = reader(vec![]);
    line.answer_only_at(1);
    assert_eq!(reader.status(), DeviceStatus::Offline);
    assert_eq!(reader.status(), DeviceStatus::Offline);
    let cancel = Cancel::default();
    let raised = line.now() + ms(300);
    line.cancel_at(raised, cancel.clone());
    assert_eq!(reader.read(&cancel).err(), Some(ReaderFault::Cancelled));
    assert!(line.now() <= raised + ms(500));
    assert_eq!(line.rates_tried().last(), Some(&115_200));
}
