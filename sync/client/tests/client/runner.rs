//! The running sync on a real store: catalogues, waking, stopping.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use kiosk_client::sync::Settings;
use kiosk_client::{Answer, Handle, LinkState, Runner, Transport, TransportError};
use kiosk_protocol::catalogue::{CatalogueBundle, Index, Signed};
use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::crypto::SigningKey;
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::item::{Content, Verdict};
use kiosk_protocol::wire::{Ask, Batch, BatchAnswer, Changes, ItemAnswer, Reply};
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
}

impl Platform {
    fn offering(version: u64, key: &SigningKey) -> Arc<Self> {
        let index = Index { version, published_at: Timestamp::UNIX_EPOCH, packages: Vec::new() };
        let index = Signed::new(serde_json::to_string(&index).unwrap(), key).unwrap();
        let bundle = CatalogueBundle { index, packages: Vec::new() };
        let (offers, items) = (watch::Sender::new(0), watch::Sender::new(0));
        Arc::new(Self { offer: Mutex::new(Some(bundle)), version, offers, items })
    }

    fn silent() -> Arc<Self> {
        let (offers, items) = (watch::Sender::new(0), watch::Sender::new(0));
        Arc::new(Self { offer: Mutex::new(None), version: 0, offers, items })
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

    fn ask<'a>(&'a self, _: &'a Ask) -> Answer<'a, Reply> {
        self.reach(Reply::Cases { cases: Vec::new() })
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
