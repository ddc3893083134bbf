//! The power is back in a whole district: each terminal records its start, and each has a backlog.
#![allow(clippy::unwrap_used)]

use std::sync::mpsc::sync_channel;

use kiosk_client::{Answer, Chunk, Transport, TransportError};
use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::crypto::{Digest, SigningKey, UnsealingKey};
use kiosk_protocol::item::Content;
use kiosk_protocol::trust::{Described, Offered};
use kiosk_protocol::wire::{
    Ask, Batch, BatchAnswer, Changes, CommandResult, ConfigurationReport, HeadAnswer, HeadReport, Reply,
};
use kiosk_session::RequestId;
use kiosk_store::{Draft, KeyFile, Options};
use tokio::sync::watch;
use uuid::Uuid;

use super::super::keeper::Item;
use super::*;
use crate::deadlines::EVENTS_MAX;

/// Nobody is reached by chance while the test runs.
const SPREAD: Duration = Duration::from_secs(30 * 24 * 3600);
const PATIENCE: Duration = Duration::from_secs(20);

/// A platform that is away, and counts who comes.
#[derive(Default)]
struct Away(watch::Sender<u32>);

impl Away {
    fn comes<T: Send + 'static>(&self) -> Answer<'static, T> {
        self.0.send_modify(|came| *came += 1);
        Box::pin(async { Err(TransportError::Unreachable) })
    }
}

impl Transport for Away {
    fn batch<'a>(&'a self, _: &'a Batch) -> Answer<'a, BatchAnswer> {
        self.comes()
    }

    fn changes<'a>(&'a self, _: Option<&'a str>) -> Answer<'a, Changes> {
        self.comes()
    }

    fn metadata(&self, _: u64) -> Answer<'_, Offered> {
        self.comes()
    }

    fn target<'a>(&'a self, _: &'a str, _: &'a Described) -> Answer<'a, Vec<u8>> {
        self.comes()
    }

    fn head<'a>(&'a self, _: &'a HeadReport) -> Answer<'a, HeadAnswer> {
        self.comes()
    }

    fn command_result<'a>(&'a self, _: &'a Uuid, _: &'a CommandResult) -> Answer<'a, ()> {
        self.comes()
    }

    fn configuration_report<'a>(&'a self, _: &'a ConfigurationReport) -> Answer<'a, ()> {
        self.comes()
    }

    fn ask<'a>(&'a self, _: &'a Ask) -> Answer<'a, Reply> {
        self.comes()
    }

    fn file_offset<'a>(&'a self, _: &'a Digest) -> Answer<'a, Option<u64>> {
        self.comes()
    }

    fn begin_file<'a>(&'a self, _: &'a Digest, _: u64) -> Answer<'a, u64> {
        self.comes()
    }

    fn chunk<'a>(&'a self, _: &'a Chunk) -> Answer<'a, u64> {
        self.comes()
    }
}

fn rating() -> Draft {
    let visit = Uuid::from_u128(7);
    Draft { lane: visit, content: Content::Rating { visit, case: None, level: RatingLevel::Satisfied } }
}

/// A terminal that just started, with something to send.
struct Terminal {
    keeper: Keeper,
    store: Store,
    platform: Arc<Away>,
    _events: Receiver<Event>,
    _folder: tempfile::TempDir,
}

impl Terminal {
    /// To be called within a runtime.
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let terminal = "230202-0001".to_owned().try_into().unwrap();
        let (path, clock) = (folder.path().join("store"), Arc::new(Timestamp::now));
        let heads_key = SigningKey::generate().unwrap().verifying_key();
        let options = Options { path, terminal, epoch: 1, heads_key, limit: None, clock };
        let store = Store::open(options, &KeyFile::create(folder.path().join("key")).unwrap()).unwrap();
        store.submit(rating(), Vec::new()).unwrap();
        let (platform, key) = (Arc::<Away>::default(), SigningKey::generate().unwrap().verifying_key());
        let settings = kiosk_client::sync::Settings { spread: SPREAD, ..Default::default() };
        let (runner, handle) = Runner::new(Arc::new(store.clone()), platform.clone(), key, settings);
        tokio::spawn(runner.run());
        let (events, inbox) = sync_channel(EVENTS_MAX);
        let sealing = UnsealingKey::generate().sealing_key();
        let keeper = Keeper::start(store.clone(), sealing, events, move || handle.wake()).unwrap();
        keeper.record(TrailEvent::Started { software: "0.0.1".to_owned() });
        Self { keeper, store, platform, _events: inbox, _folder: folder }
    }

    async fn recorded(&self) {
        while self.store.verify_journal().unwrap().rows == 0 {
            tokio::task::yield_now().await;
        }
    }

    async fn came(&self) {
        let mut came = self.platform.0.subscribe();
        tokio::time::timeout(PATIENCE, came.wait_for(|came| *came > 0)).await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_start_brings_no_backlog_to_the_platform_and_a_resident_does() {
    let fleet = [Terminal::start(), Terminal::start()];
    for terminal in &fleet {
        tokio::time::timeout(PATIENCE, terminal.recorded()).await.unwrap();
    }
    fleet[1].keeper.keep(Item::Plain(RequestId(1), Box::new(rating()), Vec::new()));
    fleet[1].came().await;
    assert_eq!(*fleet[0].platform.0.borrow(), 0, "nobody stands there");
}
