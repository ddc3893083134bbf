//! `store.*`: what durability costs over the bare database.
//!
//! Ours is a case from "store" to "stored": its form sealed for the platform, then `Store::submit`, encrypted, item and
//! trail in one transaction. As in the terminal's keeper, the seal was made ready before the form came. Raw is one row of
//! equal bytes by the same library in the same directory, without a key, WAL and FULL as well. Commits alternate, so that
//! both meet the same disk; what a submission leaves to the step that follows is done before the other's turn comes.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use kiosk_bench::percentile;
use kiosk_protocol::crypto::{ReadySeal, SigningKey, UnsealingKey};
use kiosk_protocol::ids::{Key, TerminalId};
use kiosk_protocol::item::{CaseFile, Content, Person};
use kiosk_protocol::service::Language;
use kiosk_protocol::trail::TrailEvent;
use kiosk_store::{Draft, KeyFile, Options, Store};
use rusqlite::Connection;
use uuid::Uuid;

use crate::Figures;
use crate::figure::{Figure, Goal, Sides};

/// A form of the usual size; nobody's data.
const FIELDS: [(&str, &str); 4] =
    [("choice", "rent"), ("amount", "150000"), ("phone", "13904520017"), ("card", "6217000099990000123")];
/// Stands for a service and its department.
const SERVICE: &str = "synthetic";

/// Measures with this many commits on each side.
pub fn measure(commits: usize) -> Figures {
    let dir = tempfile::tempdir_in("target")?;
    let store = open_store(dir.path())?;
    let raw = open_raw(dir.path())?;
    let key = UnsealingKey::generate().sealing_key();
    let body = serde_json::to_string(&draft(key.ready()?)?.content)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..commits {
        let seal = key.ready()?;
        let start = Instant::now();
        let draft = draft(seal)?;
        let trail = vec![TrailEvent::CaseAccepted { visit: draft.lane, case: draft.lane }];
        store.submit(draft, trail)?;
        ours.push(start.elapsed().as_secs_f64() * 1e3);
        // A step of the visit that follows has it filed, and does what is done ahead.
        store.record(Vec::new())?;
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

/// A synthetic case, sealed as the terminal's keeper does.
fn draft(seal: ReadySeal) -> Result<Draft, Box<dyn std::error::Error>> {
    let case = Uuid::now_v7();
    let applicant = Person { name: "王秀兰".into(), number: "230203198803120022".into() };
    let fields = FIELDS.map(|(name, value)| Ok((Key::try_from(name.to_owned())?, value.into())));
    let values = fields.into_iter().collect::<Result<_, Box<dyn std::error::Error>>>()?;
    let file = CaseFile { applicant, values }.seal_with(seal)?;
    let (service, department) = (Key::try_from(SERVICE.to_owned())?, Key::try_from(SERVICE.to_owned())?);
    let content = Content::Case {
        case,
        service,
        version: 1,
        department,
        language: Language::ZhCn,
        file,
        files: Vec::new(),
    };
    Ok(Draft { lane: case, content })
}

fn open_store(dir: &Path) -> Result<Store, Box<dyn std::error::Error>> {
    let key = KeyFile { path: dir.join("store.key") };
    KeyFile::create(&key.path)?;
    let options = Options {
        path: dir.join("store"),
        terminal: TerminalId::try_from("230202-0001".to_owned())?,
        epoch: 1,
        heads_key: SigningKey::generate()?.verifying_key(),
        limit: None,
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
