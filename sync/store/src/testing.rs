//! What the tests of this crate share. All data are synthetic.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::crypto::{Sealed, SigningKey, Suite};
use kiosk_protocol::ids::{Key, TerminalId};
use kiosk_protocol::item::Content;
use kiosk_protocol::service::Language;
use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

use crate::{DATABASE_FILE, Draft, KeyFile, KeyPort, Options, Store, StoreError};

/// The visit written into every draft, to be looked for in the raw file.
pub const VISIT: Uuid = Uuid::from_u128(0x0190_c0de_c0de_7000_8000_0000_0000_00aa);

/// A directory with a key and a clock.
pub struct Bench {
    directory: TempDir,
    pub key: KeyFile,
    clock_ms: Arc<AtomicI64>,
}

impl Bench {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let key = KeyFile::create(directory.path().join("store.key")).unwrap();
        Self { directory, key, clock_ms: Arc::new(AtomicI64::new(1_790_000_000_000)) }
    }

    pub fn path(&self) -> PathBuf {
        self.directory.path().join("store")
    }

    pub fn database(&self) -> PathBuf {
        self.path().join(DATABASE_FILE)
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.clock_ms.load(Ordering::Relaxed)).unwrap()
    }

    pub fn after(&self, seconds: i64) -> Timestamp {
        self.now() + jiff::SignedDuration::from_secs(seconds)
    }

    pub fn turn_clock(&self, seconds: i64) {
        self.clock_ms.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    pub fn options(&self) -> Options {
        let clock_ms = self.clock_ms.clone();
        let clock = move || Timestamp::from_millisecond(clock_ms.load(Ordering::Relaxed)).unwrap();
        let (path, terminal, heads_key) = (self.path(), terminal(), platform().verifying_key());
        Options { path, terminal, epoch: 1, heads_key, limit: None, clock: Arc::new(clock) }
    }

    pub fn open(&self) -> Store {
        self.try_open().unwrap()
    }

    pub fn try_open(&self) -> Result<Store, StoreError> {
        Store::open(self.options(), &self.key)
    }

    /// The database as somebody who has the key could open it.
    pub fn raw(&self) -> Connection {
        raw(&self.database(), &self.key)
    }
}

fn raw(path: &Path, key: &KeyFile) -> Connection {
    let connection = Connection::open(path).unwrap();
    let digits = hex::encode(*key.key().unwrap());
    connection.execute_batch(&format!("PRAGMA key = \"x'{digits}'\"")).unwrap();
    connection
}

/// What the platform countersigns with.
pub fn platform() -> SigningKey {
    SigningKey::from_bytes(&[7; 32]).unwrap()
}

pub fn terminal() -> TerminalId {
    TerminalId::try_from("230202-0001".to_owned()).unwrap()
}

pub fn lane(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// A case whose sealed form has this size.
pub fn case(number: u128, size: usize) -> Content {
    let file = Sealed { suite: Suite::Sm2Sm3, cipher: "A".repeat(size) };
    let key = |name: &str| Key::try_from(name.to_owned()).unwrap();
    let (service, department) = (key("synthetic"), key("synthetic"));
    Content::Case {
        case: lane(number),
        service,
        version: 1,
        department,
        language: Language::ZhCn,
        file,
        files: Vec::new(),
    }
}

pub fn draft(lane_number: u128) -> Draft {
    let content = Content::Rating { visit: VISIT, case: None, level: RatingLevel::Satisfied };
    Draft { lane: lane(lane_number), content }
}
