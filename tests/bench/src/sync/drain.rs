//! `sync.drain_per_s`: a backlog built up offline leaves the outbox, each verdict durable at the terminal too.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kiosk_client::sync::Settings;
use kiosk_client::{Handle, HttpTransport, Identity, Runner};
use kiosk_protocol::item::Content;
use kiosk_store::{Draft, KeyFile, Options, Store};
use uuid::Uuid;

use super::centre::{Centre, Database};
use super::{Any, rating};
use crate::figure::{Figure, Goal, Line};

/// How often the backlog is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// Items a second that must leave.
const PER_S: f64 = 2_000.0;
/// Memory, where a backlog is filled without waiting for a disk.
const MEMORY: &str = "/dev/shm";

pub async fn measure(backlog: usize) -> Result<Line, Any> {
    let centre = Centre::start(Database::Sqlite)?;
    let identity = centre.terminal("230202-0001").await?;
    let store = filled(&centre.folder("outbox"), &identity, backlog, || Ok(rating()))?;
    let took = drained(&store, &centre.url, &identity).await?;
    Ok(Figure {
        name: "sync.drain_per_s".into(),
        value: backlog as f64 / took.as_secs_f64(),
        unit: "1/s",
        goal: Goal::AtLeast(PER_S),
        sides: None,
    }
    .into())
}

/// Starts the client at an outbox and waits until it is empty; answers how long that took.
pub async fn drained(store: &Store, url: &str, identity: &Identity) -> Result<Duration, Any> {
    let (runner, handle) = runner(store, url, identity)?;
    let start = Instant::now();
    let running = tokio::spawn(runner.run());
    while store.backlog()? > 0 {
        tokio::time::sleep(LOOK).await;
    }
    let took = start.elapsed();
    handle.stop();
    running.await?;
    Ok(took)
}

/// The client, as a terminal runs it.
pub fn runner(store: &Store, url: &str, identity: &Identity) -> Result<(Runner, Handle), Any> {
    let transport = Arc::new(HttpTransport::new(url, identity)?);
    let settings = Settings { spread: Duration::ZERO, ..Settings::default() };
    Ok(Runner::new(Arc::new(store.clone()), transport, identity.catalogue_key.clone(), settings))
}

/// An outbox on disk, filled in memory with items that say this.
pub fn filled(
    path: &Path,
    identity: &Identity,
    backlog: usize,
    mut content: impl FnMut() -> Result<Content, Any>,
) -> Result<Store, Any> {
    let memory = tempfile::tempdir_in(MEMORY)?;
    let key = key(path)?;
    let store = open(&memory.path().join("outbox"), identity, &key)?;
    for _ in 0..backlog {
        store.submit(Draft { lane: Uuid::now_v7(), content: content()? }, Vec::new())?;
    }
    drop(store);
    let copied = Command::new("cp").arg("-a").arg(memory.path().join("outbox")).arg(path).status()?;
    if !copied.success() {
        return Err("the outbox was not copied".into());
    }
    open(path, identity, &key)
}

/// A new key beside an outbox.
pub fn key(path: &Path) -> Result<KeyFile, Any> {
    Ok(KeyFile::create(path.with_extension("key"))?)
}

/// The outbox of a terminal.
pub fn open(path: &Path, identity: &Identity, key: &KeyFile) -> Result<Store, Any> {
    let (path, terminal, epoch) = (path.to_owned(), identity.terminal.clone(), identity.epoch);
    let (heads_key, clock) = (identity.heads_key.clone(), Arc::new(jiff::Timestamp::now));
    Ok(Store::open(Options { path, terminal, epoch, heads_key, limit: None, clock }, key)?)
}
