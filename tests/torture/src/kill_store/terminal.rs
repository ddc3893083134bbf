//! The process that is killed: a terminal's store with its client at work, and somebody who hands things in.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use kiosk_client::sync::Settings;
use kiosk_client::{Handle, HttpTransport, Identity, Runner};
use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::crypto::{Digest, Sealed, SealingKey};
use kiosk_protocol::item::Content;
use kiosk_protocol::trail::TrailEvent;
use kiosk_store::{Draft, ItemState, KeyFile, Options, Store};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Any;
use crate::sim;

/// In a terminal's folder: its identity, its store, and the store's key.
pub const IDENTITY: &str = "identity";
pub const STORE: &str = "store";
pub const KEY: &str = "store.key";
/// Calls of one process at most, so that a life's items all stand in one list (`kiosk_store::limits::LIST_ROWS_MAX`).
pub const CALLS_MAX: usize = 20;
/// Longest pause between two calls, microseconds.
const PAUSE_US_MAX: u64 = 8_000;
/// Lanes of ratings; few, so that items queue up behind each other.
const LANES: u128 = 4;
/// As short as a process lives: first contact at once, and tries that follow each other.
const SETTINGS: Settings = Settings {
    spread: Duration::ZERO,
    backoff_base: Duration::from_millis(5),
    backoff_cap: Duration::from_millis(50),
};

/// What the process says, one line each: what counts from then on.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// The store is open.
    Open,
    /// An item is on disk.
    Stored(Promise),
    /// So many steps of the trail are on disk.
    Recorded(u64),
    /// A call has come back; of one that is mute, this is all there is.
    Called,
}

/// An item that is on disk, and what must become of it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Promise {
    pub seq: u64,
    pub lane: Uuid,
    pub at: Timestamp,
    /// Digest of its content, as JSON.
    pub content: Digest,
    pub fate: Fate,
}

/// What the platform must answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    Accepted,
    Rejected,
    Quarantined,
}

impl Fate {
    /// How the store calls what became of such an item.
    pub fn state(self) -> ItemState {
        match self {
            Self::Accepted => ItemState::Settled,
            Self::Rejected => ItemState::Rejected,
            Self::Quarantined => ItemState::Quarantined,
        }
    }
}

/// Opens the store, has the client work, hands items in, and waits to be killed; ends by itself once the other end of its
/// standard input is gone. One that is mute says only that the store is open, and when a call has come back.
pub fn run(folder: &Path, url: &str, mute: bool, seed: u64) -> Result<(), Any> {
    let identity = Identity::load(&folder.join(IDENTITY))?;
    let store = open(folder, &identity)?;
    say(&Said::Open)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let (runner, handle) = client(&store, url, &identity)?;
    runtime.spawn(runner.run());
    let mut hand = Hand { rng: StdRng::seed_from_u64(seed), store, key: identity.sealing_key, mute };
    for _ in 0..CALLS_MAX {
        thread::sleep(Duration::from_micros(hand.rng.random_range(0..PAUSE_US_MAX)));
        hand.call()?;
        say(&Said::Called)?;
        handle.wake();
    }
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// The store of a folder.
pub fn open(folder: &Path, identity: &Identity) -> Result<Store, Any> {
    let key = KeyFile { path: folder.join(KEY) };
    open_at(&folder.join(STORE), &key, identity)
}

/// The same store elsewhere.
pub fn open_at(path: &Path, key: &KeyFile, identity: &Identity) -> Result<Store, Any> {
    let (path, clock) = (path.to_owned(), Arc::new(Timestamp::now));
    let (terminal, epoch, heads_key) =
        (identity.terminal.clone(), identity.epoch, identity.heads_key.clone());
    Ok(Store::open(Options { path, terminal, epoch, heads_key, limit: None, clock }, key)?)
}

/// The client, as a terminal runs it.
pub fn client(store: &Store, url: &str, identity: &Identity) -> Result<(Runner, Handle), Any> {
    let transport = Arc::new(HttpTransport::new(url, identity)?);
    Ok(Runner::new(Arc::new(store.clone()), transport, identity.catalogue_key.clone(), SETTINGS))
}

/// One write for a line, so that a kill leaves none by half.
fn say(said: &Said) -> Result<(), Any> {
    let line = serde_json::to_string(said)? + "\n";
    Ok(std::io::stdout().lock().write_all(line.as_bytes())?)
}

/// Who hands items in.
struct Hand {
    rng: StdRng,
    store: Store,
    key: SealingKey,
    mute: bool,
}

impl Hand {
    fn call(&mut self) -> Result<(), Any> {
        match self.rng.random_range(0..12) {
            0..6 => self.rate(Fate::Accepted, Uuid::now_v7()),
            6 => self.rate_twice(),
            7..9 => self.apply(),
            9 => self.apply_unreadably(),
            _ => self.record(),
        }
    }

    fn rate(&mut self, fate: Fate, visit: Uuid) -> Result<(), Any> {
        let lane = Uuid::from_u128(self.rng.random_range(0..LANES));
        self.rate_in(lane, fate, visit)
    }

    fn rate_in(&self, lane: Uuid, fate: Fate, visit: Uuid) -> Result<(), Any> {
        self.submit(lane, Content::Rating { visit, case: None, level: RatingLevel::Satisfied }, fate)
    }

    /// A visit has one rating: the second is refused, as the first of its lane comes first.
    fn rate_twice(&mut self) -> Result<(), Any> {
        let (lane, visit) = (Uuid::from_u128(self.rng.random_range(0..LANES)), Uuid::now_v7());
        self.rate_in(lane, Fate::Accepted, visit)?;
        self.rate_in(lane, Fate::Rejected, visit)
    }

    fn apply(&self) -> Result<(), Any> {
        let case = Uuid::now_v7();
        self.submit(case, self.right_form(case)?, Fate::Accepted)
    }

    /// A case whose seal does not open is put aside.
    fn apply_unreadably(&self) -> Result<(), Any> {
        let case = Uuid::now_v7();
        let mut content = self.right_form(case)?;
        if let Content::Case { file: Sealed { cipher, .. }, .. } = &mut content {
            *cipher = "A".repeat(cipher.len());
        }
        self.submit(case, content, Fate::Quarantined)
    }

    fn right_form(&self, case: Uuid) -> Result<Content, Any> {
        Ok(sim::Form::right(case).content(&self.key).map_err(|error| error.to_string())?)
    }

    fn submit(&self, lane: Uuid, content: Content, fate: Fate) -> Result<(), Any> {
        let digest = Digest::of(&serde_json::to_vec(&content)?);
        let accepted = self.store.submit(Draft { lane, content }, steps(1))?;
        let (seq, at) = (accepted.id.seq, accepted.accepted_at);
        self.say(&Said::Stored(Promise { seq, lane, at, content: digest, fate }))?;
        self.say(&Said::Recorded(1))
    }

    fn record(&mut self) -> Result<(), Any> {
        let count = self.rng.random_range(1..4);
        self.store.record(steps(count))?;
        self.say(&Said::Recorded(count as u64))
    }

    fn say(&self, said: &Said) -> Result<(), Any> {
        if self.mute { Ok(()) } else { say(said) }
    }
}

fn steps(count: usize) -> Vec<TrailEvent> {
    vec![TrailEvent::VisitBegun { visit: Uuid::now_v7() }; count]
}
