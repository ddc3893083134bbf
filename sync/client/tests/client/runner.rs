//! The running sync on a real store: catalogues, waking, stopping.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use kiosk_client::sync::Settings;
use kiosk_client::{LinkState, Orders, Runner};
use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::crypto::SigningKey;
use kiosk_protocol::ids::Key;
use kiosk_protocol::item::Content;
use kiosk_protocol::journal::Countersigned;
use kiosk_protocol::trail::{EndReason, TrailEvent};
use kiosk_protocol::trust::{Described, Freshness};
use kiosk_protocol::wire::{Ask, Change, Command, CommandResult, HeadAnswer, HeadReport, Outcome};
use kiosk_store::{Draft, Store};
use uuid::Uuid;

use super::offering::{PATIENCE, Platform, countersigner, meanwhile, open, start, until};
use super::published::{Published, naming, published};

#[tokio::test]
async fn a_catalogue_is_shown_kept_and_shown_again_offline() {
    let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
    let store = open(&dir);
    let (mut handle, run) = start(&store, &Platform::offering(3, &key), &key);
    let shown = until(&mut handle.catalogue, Option::is_some).await;
    assert_eq!(shown.map(|catalogue| catalogue.version), Some(3));
    handle.stop();
    tokio::time::timeout(PATIENCE, run).await.unwrap().unwrap();

    let (mut handle, _run) = start(&store, &Platform::silent(), &key);
    let shown = until(&mut handle.catalogue, Option::is_some).await;
    assert_eq!(shown.map(|catalogue| catalogue.version), Some(3));
    assert!(matches!(*handle.link.borrow(), LinkState::Offline { .. }));
}

/// Meets a platform after a catalogue of version 3 was taken: what it offers is refused, and nothing changes.
async fn is_refused(make: impl FnOnce(&SigningKey) -> Published) {
    let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
    let store = open(&dir);
    let (mut handle, run) = start(&store, &Platform::offering(3, &key), &key);
    until(&mut handle.catalogue, Option::is_some).await;
    let kept = (store.catalogue().unwrap(), store.trusted().unwrap());
    drop(handle);
    tokio::time::timeout(PATIENCE, run).await.unwrap().unwrap();

    let attacker = Platform::offering_this(4, make(&key));
    let (mut handle, _run) = start(&store, &attacker, &key);
    until(&mut attacker.offers.subscribe(), |offers| *offers == 1).await;
    // What comes after the attack proves that it was dealt with, and does not hold up the line.
    let id = store.submit(rating(), Vec::new()).unwrap().id;
    handle.wake();
    until(&mut attacker.items.subscribe(), |items| *items == 1).await;
    until(&mut handle.link, |link| *link == LinkState::Online).await;
    assert_eq!(handle.catalogue.borrow().as_ref().map(|catalogue| catalogue.version), Some(3));
    assert_eq!((store.catalogue().unwrap(), store.trusted().unwrap()), kept);
    assert_eq!(id.seq, 1);
}

#[tokio::test]
async fn metadata_of_a_stranger_are_kept_away_and_the_old_catalogue_stays() {
    is_refused(|_| published(4, &SigningKey::generate().unwrap())).await;
}

#[tokio::test]
async fn an_older_catalogue_is_kept_away() {
    is_refused(|key| published(2, key)).await;
}

#[tokio::test]
async fn a_catalogue_with_other_bytes_is_kept_away() {
    is_refused(|key| {
        let mut offer = published(4, key);
        offer.catalogue[20] ^= 1;
        offer
    })
    .await;
}

#[tokio::test]
async fn a_catalogue_without_an_end_is_kept_away() {
    is_refused(|key| {
        let mut offer = published(4, key);
        offer.catalogue.extend([b' '; 4096]);
        offer
    })
    .await;
}

#[tokio::test]
async fn signed_bytes_that_are_no_catalogue_are_kept_away() {
    is_refused(|key| {
        let catalogue = b"{}".to_vec();
        let offered = naming(4, Described::of(4, &catalogue), key);
        Published { offered, catalogue, others: Vec::new() }
    })
    .await;
}

#[tokio::test]
async fn how_old_what_was_published_is_shows_at_once_also_offline() {
    let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
    let store = open(&dir);
    let (mut handle, run) = start(&store, &Platform::offering(3, &key), &key);
    assert_eq!(*handle.freshness.borrow(), Freshness::Outdated, "nothing is known yet");
    until(&mut handle.freshness, |freshness| *freshness == Freshness::Fresh).await;
    handle.stop();
    tokio::time::timeout(PATIENCE, run).await.unwrap().unwrap();
    // Two days of running count, whatever the clock says.
    store.keep_trust_run(Duration::from_secs(2 * 24 * 3600)).unwrap();
    let (mut handle, _run) = start(&store, &Platform::silent(), &key);
    until(&mut handle.freshness, |freshness| matches!(freshness, Freshness::Stale { .. })).await;
}

#[tokio::test]
async fn what_is_submitted_is_settled_and_an_ask_finds_the_link() {
    let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
    let (store, platform) = (open(&dir), Platform::silent());
    let (mut handle, run) = start(&store, &platform, &key);
    store.submit(rating(), Vec::new()).unwrap();
    handle.wake();
    until(&mut platform.items.subscribe(), |items| *items >= 1).await;
    assert_eq!(store.backlog().unwrap(), 1);

    *platform.offer.lock().unwrap() = Some(published(1, &key));
    assert!(handle.ask(ask()).await.is_ok());
    until(&mut handle.link, |link| *link == LinkState::Online).await;
    meanwhile(|| store.backlog().unwrap() == 0).await;
    handle.stop();
    tokio::time::timeout(PATIENCE, run).await.unwrap().unwrap();
}

fn countersigns(report: &HeadReport) -> HeadAnswer {
    countersigns_with(&countersigner(), report)
}

fn countersigns_with(key: &SigningKey, report: &HeadReport) -> HeadAnswer {
    HeadAnswer::Countersigned(Countersigned::sign(key, report.head.clone(), Timestamp::now()).unwrap())
}

/// With a key of somebody who holds that of the store.
fn countersigns_as_another(report: &HeadReport) -> HeadAnswer {
    countersigns_with(&SigningKey::generate().unwrap(), report)
}

/// Another head than the one it was shown.
fn countersigns_another(report: &HeadReport) -> HeadAnswer {
    let mut other = report.clone();
    other.head.seq += 1;
    countersigns(&other)
}

/// It has seen the trail begin, and no more: of what it countersigned since it knows nothing, as behind a backup.
fn has_seen_the_first_row(report: &HeadReport) -> HeadAnswer {
    let goes_on = report.behind.is_some_and(|place| place.seq == 1);
    if report.head.seq == 1 || goes_on { countersigns(report) } else { HeadAnswer::Show { seq: 1 } }
}

/// Until it was told so.
fn raises_the_epoch(report: &HeadReport) -> HeadAnswer {
    if report.head.epoch == 2 { countersigns(report) } else { HeadAnswer::NewEpoch { epoch: 2 } }
}

fn countersigned(store: &Store) -> u64 {
    store.verify_journal().unwrap().countersigned
}

#[tokio::test]
async fn the_journals_head_is_shown_and_kept_as_it_was_countersigned() {
    let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
    let (store, platform) = (open(&dir), Platform::offering(1, &key));
    *platform.says.lock().unwrap() = Some(countersigns);
    store.record(vec![TrailEvent::VisitBegun { visit: Uuid::nil() }]).unwrap();
    let (handle, _run) = start(&store, &platform, &key);
    // The catalogue's row comes while it runs.
    meanwhile(|| countersigned(&store) == 2).await;
    let shown = *platform.heads.borrow();
    store
        .submit(rating(), vec![TrailEvent::VisitEnded { visit: Uuid::nil(), why: EndReason::Resident }])
        .unwrap();
    handle.wake();
    // The step, and that the item was settled.
    meanwhile(|| countersigned(&store) == 4).await;
    assert!(*platform.heads.borrow() <= shown + 2, "what was countersigned is not shown again");
}

async fn is_not_kept_and_delays_nothing(says: fn(&HeadReport) -> HeadAnswer) {
    let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
    let (store, platform) = (open(&dir), Platform::offering(1, &key));
    *platform.says.lock().unwrap() = Some(says);
    let (mut handle, _run) = start(&store, &platform, &key);
    until(&mut platform.heads.subscribe(), |heads| *heads >= 1).await;
    store.submit(rating(), Vec::new()).unwrap();
    handle.wake();
    until(&mut platform.items.subscribe(), |items| *items == 1).await;
    until(&mut handle.link, |link| *link == LinkState::Online).await;
    assert_eq!(countersigned(&store), 0);
}

#[tokio::test]
async fn a_countersignature_of_another_head_is_not_kept_and_delays_nothing() {
    is_not_kept_and_delays_nothing(countersigns_another).await;
}

#[tokio::test]
async fn a_countersignature_by_another_key_than_the_enrolments_is_not_kept_and_delays_nothing() {
    is_not_kept_and_delays_nothing(countersigns_as_another).await;
}

#[tokio::test]
async fn a_terminal_asked_for_an_earlier_row_shows_its_head_there_and_then_goes_on() {
    let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
    let (store, platform) = (open(&dir), Platform::offering(1, &key));
    *platform.says.lock().unwrap() = Some(has_seen_the_first_row);
    store.record(vec![TrailEvent::VisitBegun { visit: Uuid::nil() }; 3]).unwrap();
    let (_handle, _run) = start(&store, &platform, &key);
    meanwhile(|| countersigned(&store) == 4).await;
    store.record(vec![TrailEvent::VisitBegun { visit: Uuid::nil() }]).unwrap();
    meanwhile(|| countersigned(&store) == 5).await;
}

#[tokio::test]
async fn a_terminal_told_of_a_new_epoch_goes_on_in_it() {
    let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
    let (store, platform) = (open(&dir), Platform::offering(1, &key));
    *platform.says.lock().unwrap() = Some(raises_the_epoch);
    let (_handle, _run) = start(&store, &platform, &key);
    meanwhile(|| countersigned(&store) > 0).await;
    let id = store.submit(rating(), Vec::new()).unwrap().id;
    assert_eq!((id.epoch, id.seq), (2, 1));
}

/// Counts what it is asked to do.
#[derive(Default)]
struct Counting(Mutex<Vec<String>>);

impl Orders for Counting {
    fn carry_out(&self, kind: &Key) -> CommandResult {
        self.0.lock().unwrap().push(kind.to_string());
        let outcome = if kind.as_str() == "report-status" { Outcome::Done } else { Outcome::Unsupported };
        CommandResult::new(outcome, "")
    }

    fn recorded(&self, kind: &Key) {
        self.0.lock().unwrap().push(format!("{kind} recorded"));
    }
}

fn command(number: u128, kind: &str, hours: i64) -> Change {
    let expires_at = Timestamp::now() + jiff::SignedDuration::from_hours(hours);
    Change::Command(Command { id: Uuid::from_u128(number), kind: Key::try_from(kind).unwrap(), expires_at })
}

#[tokio::test]
async fn a_command_is_carried_out_once_however_often_it_comes_and_answered_each_time() {
    let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
    let (store, platform) = (open(&dir), Platform::offering(1, &key));
    *platform.commands.lock().unwrap() = vec![
        command(1, "report-status", 1),
        command(2, "report-status", -1),
        command(3, "open-a-shell", 1),
        command(4, "sync-now", 1),
    ];
    let orders = Arc::new(Counting::default());
    let settings = Settings { spread: Duration::ZERO, ..Settings::default() };
    let kept = Arc::new(store.clone());
    let (runner, _handle) = Runner::new(kept, platform.clone(), key.verifying_key(), settings);
    tokio::spawn(runner.obeying(orders.clone()).run());
    let told = until(&mut platform.results.subscribe(), |results| results.len() >= 8).await;
    let ids = [1, 2, 3, 4].map(Uuid::from_u128);
    let outcomes = [Outcome::Done, Outcome::Expired, Outcome::Unsupported, Outcome::Done];
    let round: Vec<_> = ids.into_iter().zip(outcomes).collect();
    assert_eq!(told[..8], [&round[..], &round[..]].concat()[..], "the recorded answer, again");
    let done = orders.0.lock().unwrap().clone();
    let once = ["report-status", "report-status recorded", "open-a-shell", "sync-now recorded"];
    assert_eq!(done, once, "the one that came too late was not carried out, and none twice");
}

pub fn rating() -> Draft {
    let (visit, case, level) = (Uuid::nil(), None, RatingLevel::Satisfied);
    Draft { lane: Uuid::nil(), content: Content::Rating { visit, case, level } }
}

pub fn ask() -> Ask {
    use kiosk_protocol::service::IdentityLevel;
    use kiosk_protocol::wire::{Question, WirePerson};
    // Synthetic, valid by check digit.
    let person = WirePerson { name: "合成人".into(), number: "11010519491231002X".into() };
    Ask {
        visit: Uuid::nil(),
        level: IdentityLevel::CardPresent,
        person: Some(person),
        question: Question::Cases,
    }
}
