//! The gate's worker on a real store, turned by hand.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::Duration;

use kiosk_protocol::crypto::SigningKey;
use kiosk_store::{KeyFile, Options};
use tempfile::TempDir;

use super::*;
use crate::technician::roster::testing::{card, technician};

const PIN: &str = "739154";

struct Bench {
    folder: TempDir,
    key: SigningKey,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        KeyFile::create(folder.path().join("store.key")).unwrap();
        let bench = Self { folder, key: SigningKey::generate().unwrap() };
        open(bench.folder.path()).put_technician(technician(&bench.key, PIN)).unwrap();
        bench
    }

    /// The worker of a program that has just started, and met the card.
    fn worker(&self) -> Worker {
        let store = open(self.folder.path());
        let mut worker =
            Worker { store, certificate: Arc::new(|| None), met: None, last_try: Instant::now() };
        assert!(worker.meet(&card(&self.key, [7; 32])).is_some());
        worker
    }
}

fn open(folder: &Path) -> Store {
    let options = Options {
        path: folder.join("store"),
        terminal: "230202-0001".to_owned().try_into().unwrap(),
        epoch: 1,
        limit: None,
        clock: Arc::new(Timestamp::now),
    };
    Store::open(options, &KeyFile { path: folder.join("store.key") }).unwrap()
}

fn enter(worker: &mut Worker, pin: &str) -> PinAnswer {
    worker.try_pin(&Private::from(pin))
}

/// So long ago that no wait is left.
fn wait_out(worker: &mut Worker) {
    worker.last_try = Instant::now().checked_sub(Duration::from_secs(8000)).unwrap();
}

#[test]
fn the_right_pin_sets_the_count_back() {
    let bench = Bench::new();
    let mut worker = bench.worker();
    assert_eq!(enter(&mut worker, "111222"), PinAnswer::Wrong(Lock::Open { left: 4 }));
    assert_eq!(enter(&mut worker, PIN), PinAnswer::Right);
    assert_eq!(worker.store.technician_tries(), Ok(0));
}

#[test]
fn after_five_even_the_right_pin_waits_and_a_new_start_begins_the_wait_anew() {
    let bench = Bench::new();
    let mut worker = bench.worker();
    for _ in 0..5 {
        assert!(matches!(enter(&mut worker, "111222"), PinAnswer::Wrong(_)));
    }
    assert!(matches!(enter(&mut worker, PIN), PinAnswer::NotYet(Lock::Waits { .. })));
    assert_eq!(worker.store.technician_tries(), Ok(5), "what was not looked at is not counted");
    drop(worker);
    let mut worker = bench.worker();
    assert!(matches!(enter(&mut worker, PIN), PinAnswer::NotYet(Lock::Waits { .. })));
    wait_out(&mut worker);
    assert_eq!(enter(&mut worker, PIN), PinAnswer::Right);
}

#[test]
fn the_fifteenth_locks_until_the_count_is_set_back_from_outside() {
    let bench = Bench::new();
    let mut worker = bench.worker();
    for _ in 0..14 {
        wait_out(&mut worker);
        assert!(matches!(enter(&mut worker, "111222"), PinAnswer::Wrong(_)));
    }
    wait_out(&mut worker);
    assert_eq!(enter(&mut worker, "111222"), PinAnswer::Wrong(Lock::Locked));
    wait_out(&mut worker);
    assert_eq!(enter(&mut worker, PIN), PinAnswer::NotYet(Lock::Locked));
    drop(worker);
    let mut worker = bench.worker();
    wait_out(&mut worker);
    assert_eq!(enter(&mut worker, PIN), PinAnswer::NotYet(Lock::Locked), "also after a restart");
    worker.store.forget_technician_tries(TrailEvent::TechniciansUnlocked).unwrap();
    assert_eq!(enter(&mut worker, PIN), PinAnswer::Right);
}

#[test]
fn a_card_that_does_not_prove_itself_meets_nobody_and_opens_nothing() {
    let bench = Bench::new();
    let mut worker = bench.worker();
    let other = SigningKey::generate().unwrap();
    assert!(worker.meet(&card(&other, [7; 32])).is_none());
    assert!(matches!(enter(&mut worker, PIN), PinAnswer::NotYet(_)), "the card before is forgotten");
    assert_eq!(worker.store.technician_tries(), Ok(0));
}

#[test]
fn looking_around_tells_queue_and_room() {
    let bench = Bench::new();
    let report = bench.worker().look_around();
    assert_eq!(report.queue, Some(Queue { waiting: 0, stuck: 0, why: None }));
    assert!(report.room_percent.is_some());
}
