//! The gate's worker on a real store, turned by hand.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::time::Duration;

use kiosk_protocol::crypto::SigningKey;
use kiosk_protocol::revocation::Revocations;
use kiosk_session::Bar;
use kiosk_store::{KeyFile, Options};
use tempfile::TempDir;

use super::super::board::Board;
use super::*;
use crate::deadlines::EVENTS_MAX;
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
        self.worker_and_told().0
    }

    /// The same, and what the session is told.
    fn worker_and_told(&self) -> (Worker, Receiver<Event>) {
        let store = open(self.folder.path());
        let (events, told) = sync_channel(EVENTS_MAX);
        let switch = Switch::new(store.clone(), Board::default(), events).unwrap();
        let mut worker =
            Worker { store, switch, certificate: Arc::new(|| None), met: None, last_try: Instant::now() };
        assert!(worker.meet(&card(&self.key, [7; 32])).is_some());
        (worker, told)
    }
}

fn open(folder: &Path) -> Store {
    let options = Options {
        path: folder.join("store"),
        terminal: "230202-0001".to_owned().try_into().unwrap(),
        epoch: 1,
        heads_key: SigningKey::generate().unwrap().verifying_key(),
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
fn a_card_the_platform_revoked_opens_nothing_though_it_is_on_the_roster() {
    let bench = Bench::new();
    let mut worker = bench.worker();
    let list = |cards: &[&str]| Revocations {
        cards: cards.iter().map(|card| (*card).to_owned().try_into().unwrap()).collect(),
    };
    worker.store.keep_revocations(1, list(&["TS000009"])).unwrap();
    assert_eq!(enter(&mut worker, PIN), PinAnswer::Right, "another one's");
    worker.store.keep_revocations(2, list(&["TS000001"])).unwrap();
    assert!(matches!(enter(&mut worker, PIN), PinAnswer::NotYet(_)), "it was met before");
    assert_eq!(worker.store.technician_tries(), Ok(0));
    assert!(worker.meet(&card(&bench.key, [8; 32])).is_none());
    worker.store.keep_revocations(3, list(&[])).unwrap();
    assert!(worker.meet(&card(&bench.key, [9; 32])).is_some(), "readmitted");
}

#[test]
fn looking_around_tells_queue_and_room() {
    let bench = Bench::new();
    let report = bench.worker().look_around();
    assert_eq!(report.queue, Some(Queue { waiting: 0, stuck: 0, why: None }));
    assert!(report.room_percent.is_some());
}

/// Whether the terminal is out of service, as often as the session was told.
fn bars(told: &Receiver<Event>) -> Vec<bool> {
    let of_bar = |event| {
        let Event::BarChanged { bar: Bar::Pause, is_down } = event else { panic!("another event") };
        is_down
    };
    told.try_iter().map(of_bar).collect()
}

#[test]
fn out_of_service_it_stays_over_a_restart_and_the_trail_names_the_card() {
    let bench = Bench::new();
    let (mut worker, told) = bench.worker_and_told();
    assert!(worker.carry_out(Order::Pause(RequestId(1))).is_none());
    assert_eq!(bars(&told), [false, true]);
    let paused = worker.store.pause().unwrap().unwrap();
    assert_eq!(paused.card.as_deref(), Some("TS000001"));
    drop(worker);
    let (mut worker, told) = bench.worker_and_told();
    assert_eq!(bars(&told), [true], "before anything else");
    // The machine's administrator.
    worker.switch.resume(None).unwrap();
    assert!(worker.carry_out(Order::Pause(RequestId(2))).is_none());
    assert!(worker.carry_out(Order::Resume(RequestId(3))).is_none());
    assert_eq!(bars(&told), [false, true, false]);
    assert_eq!(worker.store.pause(), Ok(None));
}
