//! `store.*`: what durability costs over the bare database.
//!
//! Ours is the time of `Store::submit`: encrypted, outbox row and journal row in one transaction. Raw is one row of equal
//! bytes by the same library in the same directory, without a key, WAL and FULL as well. Commits alternate, so
//! that both meet the same disk.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use kiosk_bench::percentile;
use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::item::Content;
use kiosk_protocol::trail::TrailEvent;
use kiosk_store::{Draft, KeyFile, Options, Store};
use rusqlite::Connection;
use uuid::Uuid;

use crate::Figures;
use crate::figure::{Figure, Goal, Sides};

/// Measures with this many commits on each side.
pub fn measure(commits: usize) -> Figures {
    let dir = tempfile::tempdir_in("target")?;
    let store = open_store(dir.path())?;
    let raw = open_raw(dir.path())?;
    let body = serde_json::to_string(&draft().content)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..commits {
        let draft = draft();
        let trail = vec![TrailEvent::Rated { visit: draft.lane, level: RatingLevel::Fair }];
        let start = Instant::now();
        store.submit(draft, trail)?;
        ours.push(start.elapsed().as_secs_f64() * 1e3);
        let start = Instant::now();
        raw.execute("INSERT INTO raw (body) VALUES (?1)", [&body])?;
        theirs.push(start.elapsed().as_secs_f64() * 1e3);
    }
    let (ours, theirs) = (percentile(&mut ours, 0.99), percentile(&mut theirs, 0.99));
    let ratio = Figure {
        name: "store.accept_vs_raw_p99".into(),
        value: ours / theirs,
        unit: "ratio",
        goal: Goal::AtMost(1.3),
        sides: Some(Sides { ours, theirs, peer: "bare SQLite" }),
    };
    let absolute = Figure {
        name: "store.accept_p99_ms".into(),
        value: ours,
        unit: "ms",
        goal: Goal::AtMost(50.0),
        sides: None,
    };
    Ok(vec![ratio.into(), absolute.into()])
}

fn draft() -> Draft {
    let visit = Uuid::now_v7();
    Draft { lane: visit, content: Content::Rating { visit, case: None, level: RatingLevel::Fair } }
}

fn open_store(dir: &Path) -> Result<Store, Box<dyn std::error::Error>> {
    let key = KeyFile { path: dir.join("store.key") };
    KeyFile::create(&key.path)?;
    let options = Options {
        path: dir.join("store"),
        terminal: TerminalId::try_from("230202-0001".to_owned())?,
        epoch: 1,
        clock: Arc::new(jiff::Timestamp::now),
    };
    Ok(Store::open(options, &key)?)
}

fn open_raw(dir: &Path) -> Result<Connection, rusqlite::Error> {
    let raw = Connection::open(dir.join("raw.db"))?;
    raw.pragma_update(None, "journal_mode", "WAL")?;
    raw.pragma_update(None, "synchronous", "FULL")?;
    raw.execute_batch("CREATE TABLE raw (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")?;
    Ok(raw)
}
