//! `sync.drain_per_s`: a backlog built up offline leaves the outbox, each verdict durable at the terminal too.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kiosk_client::sync::Settings;
use kiosk_client::{HttpTransport, Identity, Runner};
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
    let store = filled(&centre.folder("outbox"), &identity, backlog)?;
    let transport = Arc::new(HttpTransport::new(&centre.url, &identity)?);
    let settings = Settings { spread: Duration::ZERO, ..Settings::default() };
    let key = identity.catalogue_key.clone();
    let (runner, handle) = Runner::new(Arc::new(store.clone()), transport, key, settings);
    let start = Instant::now();
    let running = tokio::spawn(runner.run());
    while store.backlog()? > 0 {
        tokio::time::sleep(LOOK).await;
    }
    let took = start.elapsed();
    handle.stop();
    running.await?;
    Ok(Figure {
        name: "sync.drain_per_s".into(),
        value: backlog as f64 / took.as_secs_f64(),
        unit: "1/s",
        goal: Goal::AtLeast(PER_S),
        sides: None,
    }
    .into())
}

/// An outbox on disk, filled in memory.
fn filled(path: &Path, identity: &Identity, backlog: usize) -> Result<Store, Any> {
    let memory = tempfile::tempdir_in(MEMORY)?;
    let key = KeyFile { path: path.with_extension("key") };
    KeyFile::create(&key.path)?;
    let store = open(&memory.path().join("outbox"), identity, &key)?;
    for _ in 0..backlog {
        store.submit(Draft { lane: Uuid::now_v7(), content: rating() }, Vec::new())?;
    }
    drop(store);
    let copied = Command::new("cp").arg("-a").arg(memory.path().join("outbox")).arg(path).status()?;
    if !copied.success() {
        return Err("the outbox was not copied".into());
    }
    open(path, identity, &key)
}

fn open(path: &Path, identity: &Identity, key: &KeyFile) -> Result<Store, Any> {
    let (terminal, epoch) = (identity.terminal.clone(), identity.epoch);
    let clock = Arc::new(jiff::Timestamp::now);
    Ok(Store::open(Options { path: path.to_owned(), terminal, epoch, limit: None, clock }, key)?)
}
