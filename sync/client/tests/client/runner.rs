//! The running sync on a real store: catalogues, waking, stopping.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use kiosk_client::sync::Settings;
use kiosk_client::{Answer, Chunk, Handle, LinkState, Runner, Transport, TransportError};
use kiosk_protocol::catalogue::{CatalogueBundle, Index, Signed};
use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::crypto::{Digest, SigningKey};
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::item::{Content, Verdict};
use kiosk_protocol::journal::Countersigned;
use kiosk_protocol::trail::{EndReason, TrailEvent};
use kiosk_protocol::wire::{Ask, Batch, BatchAnswer, Changes, HeadAnswer, HeadReport, ItemAnswer, Reply};
use kiosk_store::{Draft, KeyFile, Options, Store};
use tokio::sync::watch;
use uuid::Uuid;

/// Long enough for a busy machine; a test that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A platform that takes everything and offers one catalogue.
struct Platform {
    offer: Mutex<Option<CatalogueBundle>>,
    version: u64,
    offers: watch::Sender<u32>,
    items: watch::Sender<usize>,
    /// What it says to heads; refuses them where it says nothing.
    says: Mutex<Option<Says>>,
    heads: watch::Sender<u32>,
}

type Says = fn(&HeadReport) -> HeadAnswer;

impl Platform {
    fn offering(version: u64, key: &SigningKey) -> Arc<Self> {
        let index = Index { version, published_at: Timestamp::UNIX_EPOCH, packages: Vec::new() };
        let index = Signed::new(serde_json::to_string(&index).unwrap(), key).unwrap();
        let bundle = CatalogueBundle { index, packages: Vec::new() };
        let (offers, items, heads) = (watch::Sender::new(0), watch::Sender::new(0), watch::Sender::new(0));
        Arc::new(Self {
            offer: Mutex::new(Some(bundle)),
            version,
            offers,
            items,
            says: Mutex::new(None),
            heads,
        })
    }

    fn silent() -> Arc<Self> {
        let (offers, items, heads) = (watch::Sender::new(0), watch::Sender::new(0), watch::Sender::new(0));
        Arc::new(Self { offer: Mutex::new(None), version: 0, offers, items, says: Mutex::new(None), heads })
    }

    fn reach<T>(&self, answer: T) -> Answer<'_, T>
    where
        T: Send + 'static,
    {
        let silent = self.offer.lock().unwrap().is_none();
        Box::pin(async move { if silent { Err(TransportError::Unreachable) } else { Ok(answer) } })
    }
}

impl Transport for Platform {
    fn batch<'a>(&'a self, batch: &'a Batch) -> Answer<'a, BatchAnswer> {
        let accepted = Verdict::Accepted { case_number: None };
        let answer = |id| ItemAnswer { id, verdict: accepted.clone() };
        let answers = batch.items.iter().map(|item| answer(item.id.clone())).collect();
        self.items.send_modify(|items| *items += batch.items.len());
        self.reach(BatchAnswer { answers, server_time: Timestamp::UNIX_EPOCH })
    }

    fn changes<'a>(&'a self, _: Option<&'a str>) -> Answer<'a, Changes> {
        let (changes, cursor) = (Vec::new(), "1".to_owned());
        let catalogue_version = self.version;
        self.reach(Changes { changes, cursor, more: false, catalogue_version, next_poll_ms: 200 })
    }

    fn catalogue(&self, _: u64) -> Answer<'_, Option<CatalogueBundle>> {
        self.offers.send_modify(|offers| *offers += 1);
        let offer = self.offer.lock().unwrap().clone();
        self.reach(offer)
    }

    fn head<'a>(&'a self, report: &'a HeadReport) -> Answer<'a, HeadAnswer> {
        let answer = self.says.lock().unwrap().map(|says| says(report));
        self.heads.send_modify(|heads| *heads += 1);
        Box::pin(async { answer.ok_or(TransportError::Unauthorised) })
    }

    fn ask<'a>(&'a self, _: &'a Ask) -> Answer<'a, Reply> {
        self.reach(Reply::Cases { cases: Vec::new() })
    }

    fn file_offset<'a>(&'a self, _: &'a Digest) -> Answer<'a, Option<u64>> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn begin_file<'a>(&'a self, _: &'a Digest, _: u64) -> Answer<'a, u64> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn chunk<'a>(&'a self, _: &'a Chunk) -> Answer<'a, u64> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }
}

pub fn open(dir: &tempfile::TempDir) -> Store {
    let path = dir.path().join("store.key");
    if !path.exists() {
        KeyFile::create(&path).unwrap();
    }
    let terminal = TerminalId::try_from("230202-0001".to_owned()).unwrap();
    let clock = Arc::new(Timestamp::now);
    let options = Options { path: dir.path().join("store"), terminal, epoch: 1, limit: None, clock };
    Store::open(options, &KeyFile { path }).unwrap()
}

fn start(store: &Store, platform: &Arc<Platform>, key: &SigningKey) -> (Handle, tokio::task::JoinHandle<()>) {
    let settings = Settings { spread: Duration::ZERO, ..Settings::default() };
    let store = Arc::new(store.clone());
    let (runner, handle) = Runner::new(store, platform.clone(), key.verifying_key(), settings);
    (handle, tokio::spawn(runner.run()))
}

pub async fn until<T: Clone>(watch: &mut watch::Receiver<T>, what: impl FnMut(&T) -> bool) -> T {
    let seen = tokio::time::timeout(PATIENCE, watch.wait_for(what)).await;
    seen.expect("in time").expect("still running").clone()
}

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

#[tokio::test]
async fn a_forged_catalogue_is_kept_away_and_the_old_one_stays() {
    let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
    let store = open(&dir);
    let (mut handle, run) = start(&store, &Platform::offering(3, &key), &key);
    until(&mut handle.catalogue, Option::is_some).await;
    let kept = store.catalogue().unwrap();
    drop(handle);
    tokio::time::timeout(PATIENCE, run).await.unwrap().unwrap();

    let forger = Platform::offering(4, &SigningKey::generate().unwrap());
    let (mut handle, _run) = start(&store, &forger, &key);
    until(&mut forger.offers.subscribe(), |offers| *offers == 1).await;
    // What comes after the forged one proves that it was dealt with.
    let id = store.submit(rating(), Vec::new()).unwrap().id;
    handle.wake();
    until(&mut forger.items.subscribe(), |items| *items == 1).await;
    until(&mut handle.link, |link| *link == LinkState::Online).await;
    assert_eq!(handle.catalogue.borrow().as_ref().map(|catalogue| catalogue.version), Some(3));
    assert_eq!(store.catalogue().unwrap(), kept);
    assert_eq!(id.seq, 1);
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

    let index = CatalogueBundle { index: Signed::new("{}".to_owned(), &key).unwrap(), packages: Vec::new() };
    *platform.offer.lock().unwrap() = Some(index);
    assert!(handle.ask(ask()).await.is_ok());
    until(&mut handle.link, |link| *link == LinkState::Online).await;
    meanwhile(|| store.backlog().unwrap() == 0).await;
    handle.stop();
    tokio::time::timeout(PATIENCE, run).await.unwrap().unwrap();
}

fn countersigns(report: &HeadReport) -> HeadAnswer {
    let platform = SigningKey::generate().unwrap();
    HeadAnswer::Countersigned(Countersigned::sign(&platform, report.head.clone(), Timestamp::now()).unwrap())
}

/// Another head than the one it was shown.
fn countersigns_another(report: &HeadReport) -> HeadAnswer {
    let mut other = report.clone();
    other.head.seq += 1;
    countersigns(&other)
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

#[tokio::test]
async fn a_countersignature_of_another_head_is_not_kept_and_delays_nothing() {
    let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
    let (store, platform) = (open(&dir), Platform::offering(1, &key));
    *platform.says.lock().unwrap() = Some(countersigns_another);
    let (mut handle, _run) = start(&store, &platform, &key);
    until(&mut platform.heads.subscribe(), |heads| *heads >= 1).await;
    store.submit(rating(), Vec::new()).unwrap();
    handle.wake();
    until(&mut platform.items.subscribe(), |items| *items == 1).await;
    until(&mut handle.link, |link| *link == LinkState::Online).await;
    assert_eq!(countersigned(&store), 0);
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

/// Lets the sync run until the store shows it.
pub async fn meanwhile(mut is_so: impl FnMut() -> bool) {
    let watch = async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, watch).await.expect("in time");
}

pub fn rating() -> Draft {
    let (visit, case, level) = (Uuid::nil(), None, RatingLevel::Satisfied);
    Draft { lane: Uuid::nil(), content: Content::Rating { visit, case, level } }
}

fn ask() -> Ask {
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
