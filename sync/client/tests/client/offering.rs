//! A platform in memory that offers what it is told to, and a terminal's store on disk.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use kiosk_client::sync::Settings;
use kiosk_client::{Answer, Chunk, Handle, Runner, Transport, TransportError};
use kiosk_protocol::crypto::{Digest, SigningKey};
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::item::Verdict;
use kiosk_protocol::trust::{Described, Offered};
use kiosk_protocol::wire::{
    Ask, Batch, BatchAnswer, Change, Changes, CommandResult, ConfigurationReport, HeadAnswer, HeadReport,
    ItemAnswer, Outcome, Reply,
};
use kiosk_store::{KeyFile, Options, Store, StoreError};
use tokio::sync::watch;
use uuid::Uuid;

use super::published::{Published, behind, published};

/// Long enough for a busy machine; a test that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks. Who looks without rest takes the processors from those it waits for.
const LOOK: Duration = Duration::from_millis(2);

/// A platform that takes everything and offers what is published.
#[derive(Default)]
pub struct Platform {
    /// Silent where nothing is.
    pub offer: Mutex<Option<Published>>,
    /// What it says instead of any answer.
    pub refuses: Mutex<Option<TransportError>>,
    pub version: Mutex<u64>,
    pub offers: watch::Sender<u32>,
    pub items: watch::Sender<usize>,
    /// What it says to heads; refuses them where it says nothing.
    pub says: Mutex<Option<Says>>,
    pub heads: watch::Sender<u32>,
    /// What it asks for, with each page.
    pub commands: Mutex<Vec<Change>>,
    pub results: watch::Sender<Vec<(Uuid, Outcome)>>,
    /// What it was told of the configuration in force.
    pub reports: watch::Sender<Vec<ConfigurationReport>>,
    /// Files that were asked for, by name.
    pub asked_for: Mutex<Vec<String>>,
    /// The one kind of call it has no time for.
    pub busy_at: Mutex<Option<Busy>>,
}

/// What a platform may have no time for, while it answers all else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Busy {
    Heads,
    Results,
    Reports,
    Asks,
}

/// How long it asks for patience then.
pub const BUSY_FOR: Duration = Duration::from_secs(1800);

pub type Says = fn(&HeadReport) -> HeadAnswer;

impl Platform {
    pub fn offering(version: u64, key: &SigningKey) -> Arc<Self> {
        Self::offering_this(version, published(version, key))
    }

    pub fn offering_this(version: u64, offer: Published) -> Arc<Self> {
        let platform = Self::default();
        platform.publish(version, offer);
        Arc::new(platform)
    }

    pub fn silent() -> Arc<Self> {
        Arc::default()
    }

    pub fn publish(&self, version: u64, offer: Published) {
        *self.offer.lock().unwrap() = Some(offer);
        *self.version.lock().unwrap() = version;
    }

    fn reach<T>(&self, answer: T) -> Answer<'_, T>
    where
        T: Send + 'static,
    {
        let silent = self.offer.lock().unwrap().is_none().then_some(TransportError::Unreachable);
        let refused = self.refuses.lock().unwrap().clone().or(silent);
        Box::pin(async move { refused.map_or(Ok(answer), Err) })
    }

    /// The same, unless it has no time for such calls.
    fn reach_if_free<T: Send + 'static>(&self, call: Busy, answer: T) -> Answer<'_, T> {
        if *self.busy_at.lock().unwrap() == Some(call) {
            return Box::pin(async { Err(TransportError::RetryAfter(BUSY_FOR)) });
        }
        self.reach(answer)
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
        let (changes, cursor) = (self.commands.lock().unwrap().clone(), "1".to_owned());
        let metadata_version = *self.version.lock().unwrap();
        self.reach(Changes { changes, cursor, more: false, metadata_version, next_poll_ms: 200 })
    }

    fn metadata(&self, root: u64) -> Answer<'_, Offered> {
        self.offers.send_modify(|offers| *offers += 1);
        let offer = self.offer.lock().unwrap().clone();
        let offered = offer.map(|offer| behind(&offer.offered, root));
        Box::pin(async move { offered.ok_or(TransportError::Unreachable) })
    }

    fn target<'a>(&'a self, name: &'a str, file: &'a Described) -> Answer<'a, Vec<u8>> {
        self.asked_for.lock().unwrap().push(name.to_owned());
        let bytes = self.offer.lock().unwrap().as_ref().and_then(|offer| offer.file(name));
        let is_longer = bytes.as_ref().is_some_and(|bytes| bytes.len() as u64 > file.bytes);
        Box::pin(async move {
            match bytes {
                Some(_) if is_longer => Err(TransportError::BadAnswer("larger than its limit")),
                bytes => bytes.ok_or(TransportError::Unreachable),
            }
        })
    }

    fn head<'a>(&'a self, report: &'a HeadReport) -> Answer<'a, HeadAnswer> {
        let answer = self.says.lock().unwrap().map(|says| says(report));
        self.heads.send_modify(|heads| *heads += 1);
        if *self.busy_at.lock().unwrap() == Some(Busy::Heads) {
            return Box::pin(async { Err(TransportError::RetryAfter(BUSY_FOR)) });
        }
        Box::pin(async { answer.ok_or(TransportError::Unauthorised) })
    }

    fn command_result<'a>(&'a self, id: &'a Uuid, result: &'a CommandResult) -> Answer<'a, ()> {
        self.results.send_modify(|results| results.push((*id, result.outcome)));
        self.reach_if_free(Busy::Results, ())
    }

    fn configuration_report<'a>(&'a self, report: &'a ConfigurationReport) -> Answer<'a, ()> {
        self.reports.send_modify(|reports| reports.push(report.clone()));
        self.reach_if_free(Busy::Reports, ())
    }

    fn ask<'a>(&'a self, _: &'a Ask) -> Answer<'a, Reply> {
        self.reach_if_free(Busy::Asks, Reply::Cases { cases: Vec::new() })
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
    try_open(dir).unwrap()
}

/// Once nobody holds it any more: the last call of a runner that was stopped may still.
pub async fn reopened(dir: &tempfile::TempDir) -> Store {
    let mut store = Err(StoreError::InUse);
    meanwhile(|| {
        store = try_open(dir);
        !matches!(store, Err(StoreError::InUse))
    })
    .await;
    store.unwrap()
}

fn try_open(dir: &tempfile::TempDir) -> Result<Store, StoreError> {
    let path = dir.path().join("store.key");
    if !path.exists() {
        KeyFile::create(&path).unwrap();
    }
    let terminal = TerminalId::try_from("230202-0001".to_owned()).unwrap();
    let clock = Arc::new(Timestamp::now);
    let (directory, heads_key) = (dir.path().join("store"), countersigner().verifying_key());
    let options = Options { path: directory, terminal, epoch: 1, heads_key, limit: None, clock };
    Store::open(options, &KeyFile { path })
}

/// What the platform of these stores countersigns with.
pub fn countersigner() -> SigningKey {
    SigningKey::from_bytes(&[7; 32]).unwrap()
}

pub fn start(
    store: &Store,
    platform: &Arc<Platform>,
    key: &SigningKey,
) -> (Handle, tokio::task::JoinHandle<()>) {
    let settings = Settings { spread: Duration::ZERO, ..Settings::default() };
    let store = Arc::new(store.clone());
    let (runner, handle) = Runner::new(store, platform.clone(), key.verifying_key(), settings);
    (handle, tokio::spawn(runner.run()))
}

pub async fn until<T: Clone>(watch: &mut watch::Receiver<T>, what: impl FnMut(&T) -> bool) -> T {
    let seen = tokio::time::timeout(PATIENCE, watch.wait_for(what)).await;
    seen.expect("in time").expect("still running").clone()
}

/// Lets the sync run until the store shows it.
pub async fn meanwhile(mut is_so: impl FnMut() -> bool) {
    let watch = async {
        while !is_so() {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(PATIENCE, watch).await.expect("in time");
}
