//! The keeper over a real store whose clock, read on the store's own thread, fails or stands still as a disk does.
#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::TryRecvError;
use std::sync::{Mutex, PoisonError};

use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::crypto::{SigningKey, UnsealingKey};
use kiosk_protocol::item::Content;
use kiosk_protocol::trail::EndReason;
use kiosk_store::{KeyFile, Options};
use uuid::Uuid;

use super::*;
use crate::deadlines::{EVENTS_MAX, ORDERS_MAX, STEPS_MAX};

const PATIENCE: Duration = Duration::from_secs(20);

/// A keeper and its disk.
struct Desk {
    keeper: Keeper,
    store: Store,
    inbox: Receiver<Event>,
    /// A word each time something became durable.
    kept: Receiver<()>,
    /// While it is set, every write fails.
    fails: Arc<AtomicBool>,
    /// While it is held, every write stands still.
    stalls: Arc<Mutex<()>>,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self::with_limit(None)
    }

    /// Over a store that may grow to so many bytes.
    fn with_limit(limit: Option<u64>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (fails, stalls) = (Arc::<AtomicBool>::default(), Arc::<Mutex<()>>::default());
        let (failing, stalling) = (Arc::clone(&fails), Arc::clone(&stalls));
        let clock = move || {
            drop(stalling.lock().unwrap_or_else(PoisonError::into_inner));
            assert!(!failing.load(Ordering::Relaxed), "planted: the disk fails");
            jiff::Timestamp::now()
        };
        let terminal = "230202-0001".to_owned().try_into().unwrap();
        let path = folder.path().join("store");
        let heads_key = SigningKey::generate().unwrap().verifying_key();
        let options = Options { path, terminal, epoch: 1, heads_key, limit, clock: Arc::new(clock) };
        let key = KeyFile::create(folder.path().join("key")).unwrap();
        let store = Store::open(options, &key).unwrap();
        let (events, inbox) = sync_channel(EVENTS_MAX);
        let sealing = UnsealingKey::generate().sealing_key();
        let (says, kept) = sync_channel(EVENTS_MAX);
        let keeper = Keeper::start(store.clone(), sealing, events, move || says.send(()).unwrap()).unwrap();
        Self { keeper, store, inbox, kept, fails, stalls, _folder: folder }
    }

    fn rate(&self, request: u64) {
        let visit = Uuid::from_u128(7);
        let content = Content::Rating { visit, case: None, level: RatingLevel::VerySatisfied };
        let draft = Box::new(Draft { lane: visit, content });
        self.keeper.keep(Item::Plain(RequestId(request), draft, vec![]));
    }

    fn answer(&self) -> (u64, Result<(), StoreTrouble>) {
        let event = self.inbox.recv_timeout(PATIENCE).unwrap();
        let Event::Stored { request, result } = event else { panic!("not an answer of the store") };
        (request.0, result.map(drop))
    }

    fn rows(&self) -> u64 {
        self.store.verify_journal().unwrap().rows
    }
}

fn begun() -> TrailEvent {
    TrailEvent::VisitBegun { visit: Uuid::from_u128(7) }
}

fn ended() -> TrailEvent {
    TrailEvent::VisitEnded { visit: Uuid::from_u128(7), why: EndReason::Internal }
}

#[test]
fn steps_that_fail_wait_and_are_recorded_before_anything_else() {
    let desk = Desk::new();
    desk.fails.store(true, Ordering::Relaxed);
    desk.keeper.record(begun());
    desk.rate(1);
    assert_eq!(desk.answer(), (1, Err(StoreTrouble::Broken)), "nothing overtakes a step that waits");
    assert!(desk.keeper.is_behind_by(Duration::ZERO));
    desk.fails.store(false, Ordering::Relaxed);
    desk.keeper.record(ended());
    desk.rate(2);
    assert_eq!(desk.answer(), (2, Ok(())));
    assert_eq!(desk.rows(), 2, "both steps, once each");
    assert!(!desk.keeper.is_behind());
}

#[test]
fn steps_of_a_resident_say_that_somebody_is_there_once_they_are_recorded_and_no_others() {
    let desk = Desk::new();
    desk.keeper.record(TrailEvent::Started { software: "0.0.1".to_owned() });
    desk.keeper.record(TrailEvent::RoomChanged { percent: 80 });
    desk.rate(1);
    assert_eq!(desk.answer(), (1, Ok(())));
    desk.kept.recv_timeout(PATIENCE).unwrap();
    assert_eq!(desk.kept.try_recv(), Err(TryRecvError::Empty), "the rating alone");
    desk.keeper.record(begun());
    desk.kept.recv_timeout(PATIENCE).unwrap();
    assert_eq!(desk.rows(), 3);
}

#[test]
fn a_step_alone_is_tried_again_by_itself() {
    let desk = Desk::new();
    desk.fails.store(true, Ordering::Relaxed);
    desk.keeper.record(begun());
    desk.rate(1);
    assert_eq!(desk.answer(), (1, Err(StoreTrouble::Broken)));
    desk.fails.store(false, Ordering::Relaxed);
    let end = std::time::Instant::now() + PATIENCE;
    while desk.rows() == 0 && std::time::Instant::now() < end {
        std::thread::yield_now();
    }
    assert_eq!(desk.rows(), 1);
}

#[test]
fn a_disk_that_stands_still_holds_up_nobody() {
    let desk = Desk::new();
    let still = desk.stalls.lock().unwrap();
    desk.keeper.record(begun());
    let last = ORDERS_MAX as u64;
    (1..=last).for_each(|request| desk.rate(request));
    assert_eq!(desk.answer(), (last, Err(StoreTrouble::Broken)), "one too many, with the step");
    assert_eq!(desk.inbox.try_recv().err(), Some(TryRecvError::Empty));
    (0..STEPS_MAX).for_each(|_| desk.keeper.record(begun()));
    assert!(desk.keeper.is_behind(), "too many wait");
    drop(still);
    assert_eq!(desk.answer(), (1, Ok(())), "what was in line is kept after all");
}

#[test]
fn a_store_without_room_is_told_of_once_and_takes_the_trail_only() {
    let desk = Desk::with_limit(Some(1));
    let Event::RoomChanged(room) = desk.inbox.recv_timeout(PATIENCE).unwrap() else { panic!("not its room") };
    assert_eq!(room, kiosk_session::Room::Scarce);
    desk.rate(1);
    assert_eq!(desk.answer(), (1, Err(StoreTrouble::Full)));
    desk.keeper.record(begun());
    desk.rate(2);
    assert_eq!(desk.answer(), (2, Err(StoreTrouble::Full)), "and nothing is told twice");
    assert_eq!(desk.rows(), 2, "that the room went, and the step");
}

#[test]
fn without_any_step_in_line_nothing_is_behind() {
    let desk = Desk::new();
    assert!(!desk.keeper.is_behind_by(Duration::ZERO));
}
