//! The platform that outlives all kills, and what is seen of it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use kiosk_client::Identity;
use kiosk_client::enrol::enrol;
use kiosk_platform::{Options, Platform, Running};
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::{ItemId, TerminalId};
use kiosk_protocol::item::{Item, Verdict};
use rusqlite::{Connection, OpenFlags, Row};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::Any;
use crate::sim;

/// Its database (`kiosk_platform`): what it keeps is read as it lies there, in the order it was taken in.
const DATABASE: &str = "platform.db";
const ITEMS: &str = "SELECT epoch, seq, hash, body, verdict FROM items WHERE terminal = ? ORDER BY rowid";
const ALARMS: &str = "SELECT kind || ': ' || detail FROM alarms WHERE terminal = ? ORDER BY id";
/// Takes the last one back.
const FORGET: &str = "DELETE FROM items WHERE rowid = (SELECT max(rowid) FROM items WHERE terminal = ?)";
/// How often terminals poll; the client asks no sooner (`kiosk_client::deadlines::POLL_MIN`).
const POLL_MS: u32 = 200;

/// A platform that serves.
pub struct Centre {
    pub runtime: Runtime,
    pub url: String,
    home: PathBuf,
    enrolled: AtomicUsize,
    _serving: Running,
    _folder: TempDir,
}

/// An item it took in.
pub struct Taken {
    pub item: Item,
    pub verdict: Verdict,
}

impl Centre {
    /// A new one, with a service that cases are for.
    pub fn start() -> Result<Self, Any> {
        let folder = super::folder()?;
        let home = folder.path().join("platform");
        Platform::init(&home)?.publish(&[sim::service()])?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let options = Options { poll_ms: POLL_MS, ..Options::default() };
        let serving = runtime.block_on(Platform::serve(&home, options))?;
        let url = format!("https://{}", serving.addr);
        let enrolled = AtomicUsize::new(0);
        Ok(Self { runtime, url, home, enrolled, _serving: serving, _folder: folder })
    }

    /// Enrols another terminal, whose identity is kept in this folder.
    pub fn enrol(&self, folder: &Path) -> Result<Identity, Any> {
        let number = self.enrolled.fetch_add(1, Ordering::Relaxed);
        let terminal = TerminalId::try_from(format!("230202-{number:04}"))?;
        let ticket = self.platform()?.ticket(&terminal, &Platform::site_unnamed()?)?;
        Ok(self.runtime.block_on(enrol(&self.url, &ticket, None, folder))?)
    }

    /// Its operators' view.
    pub fn platform(&self) -> Result<Platform, Any> {
        Ok(Platform::open(&self.home)?)
    }

    /// Loses the last item of a terminal, which the database forbids to all others.
    pub fn forget_last(&self, terminal: &TerminalId) -> Result<(), Any> {
        let database = Connection::open(self.home.join(DATABASE))?;
        database.execute_batch("DROP TRIGGER IF EXISTS items_no_delete")?;
        database.execute(FORGET, [terminal.to_string()])?;
        Ok(())
    }

    /// What lies in its database.
    pub fn records(&self) -> Result<Records, Any> {
        let database = self.home.join(DATABASE);
        Ok(Records(Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?))
    }
}

/// A look into its database.
pub struct Records(Connection);

impl Records {
    /// What it took in of a terminal, in that order.
    pub fn items(&self, terminal: &TerminalId) -> Result<Vec<Taken>, Any> {
        let mut select = self.0.prepare_cached(ITEMS)?;
        let rows = select.query_and_then([terminal.to_string()], |row| taken(terminal, row))?;
        rows.collect()
    }

    /// Its alarms about a terminal: restored, cloned, two items under one identity.
    pub fn alarms(&self, terminal: &TerminalId) -> Result<Vec<String>, Any> {
        let mut select = self.0.prepare_cached(ALARMS)?;
        let rows = select.query_map([terminal.to_string()], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn taken(terminal: &TerminalId, row: &Row<'_>) -> Result<Taken, Any> {
    let id =
        ItemId { terminal: terminal.clone(), epoch: row.get(0)?, seq: row.get::<_, i64>(1)?.try_into()? };
    let hash = Digest::from_bytes(row.get(2)?);
    // Text, or its bytes.
    let body = String::from_utf8(row.get_ref(3)?.as_bytes()?.to_vec())?;
    let verdict = serde_json::from_str(&row.get::<_, String>(4)?)?;
    Ok(Taken { item: Item { id, body, hash }, verdict })
}
