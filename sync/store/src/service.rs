//! Whether residents are served here. A technician may take the terminal out of service, and the platform may take its
//! rights; both stay over restarts and power cuts, until somebody puts it back, or the platform takes its word again.

use jiff::Timestamp;
use kiosk_protocol::trail::TrailEvent;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::db;
use crate::error::StoreError;
use crate::journal;
use crate::writer::Origin;

/// The name of the value that is there while nobody is served.
const PAUSE: &str = "service/pause";
/// The name of the value that is there while the platform says that this terminal has no rights: since when.
const SUSPENSION: &str = "service/suspension";

/// Why and since when nobody is served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Since when, by the terminal's clock.
    pub since: Timestamp,
    /// The serial of the technician's card; nothing where the machine's administrator did it.
    pub card: Option<String>,
}

impl Store {
    /// Why and since when residents are not served; `None` while they are.
    pub fn pause(&self) -> Result<Option<Pause>, StoreError> {
        self.writer.call(|db| pause(db.connection))
    }

    /// Takes the terminal out of service, over restarts, and records it in the trail. `card`: the technician's; nothing where
    /// the machine's administrator does it.
    pub fn pause_service(&self, card: Option<String>) -> Result<(), StoreError> {
        self.writer.call(|db| db.write(|change, origin| begin_pause(change, origin, card)))
    }

    /// Puts the terminal back into service, the same way.
    pub fn resume_service(&self, card: Option<String>) -> Result<(), StoreError> {
        self.writer.call(|db| db.write(|change, origin| end_pause(change, origin, card)))
    }

    /// Since when the platform says that this terminal has no rights; `None` while it has.
    pub fn suspension(&self) -> Result<Option<Timestamp>, StoreError> {
        self.writer.call(|db| suspension(db.connection))
    }

    /// Keeps, over restarts, what the platform says of this terminal's rights; the trail keeps each change.
    pub fn keep_suspended(&self, is_suspended: bool) -> Result<(), StoreError> {
        self.writer.call(|db| db.write(|change, origin| keep_suspended(change, origin, is_suspended)))
    }
}

fn pause(connection: &Connection) -> Result<Option<Pause>, StoreError> {
    let json = db::value(connection, PAUSE)?;
    json.map(|json| serde_json::from_str(&json).map_err(|_| StoreError::unreadable("the pause"))).transpose()
}

/// Takes the terminal out of service; where it is, nothing changes.
fn begin_pause(connection: &Connection, origin: &Origin, card: Option<String>) -> Result<(), StoreError> {
    if db::value(connection, PAUSE)?.is_some() {
        return Ok(());
    }
    let since = origin.now()?;
    let pause = Pause { since, card: card.clone() };
    db::put_value(connection, PAUSE, &serde_json::to_string(&pause).map_err(|_| StoreError::Internal)?)?;
    journal::append(connection, origin, since, &[TrailEvent::ServicePaused { card }])
}

/// Puts it back; where it serves, nothing changes.
fn end_pause(connection: &Connection, origin: &Origin, card: Option<String>) -> Result<(), StoreError> {
    if db::value(connection, PAUSE)?.is_none() {
        return Ok(());
    }
    db::remove_value(connection, PAUSE)?;
    journal::append(connection, origin, origin.now()?, &[TrailEvent::ServiceResumed { card }])
}

fn suspension(connection: &Connection) -> Result<Option<Timestamp>, StoreError> {
    db::value(connection, SUSPENSION)?.as_deref().map(db::time).transpose()
}

/// Keeps what the platform says; the same again changes nothing.
fn keep_suspended(connection: &Connection, origin: &Origin, is_suspended: bool) -> Result<(), StoreError> {
    if db::value(connection, SUSPENSION)?.is_some() == is_suspended {
        return Ok(());
    }
    let now = origin.now()?;
    let step = if is_suspended {
        db::put_value(connection, SUSPENSION, &now.to_string())?;
        TrailEvent::TerminalSuspended
    } else {
        db::remove_value(connection, SUSPENSION)?;
        TrailEvent::TerminalReadmitted
    };
    journal::append(connection, origin, now, &[step])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::Bench;

    #[test]
    fn a_pause_outlives_a_restart_and_begins_and_ends_once() {
        let bench = Bench::new();
        let store = bench.open();
        assert_eq!(store.pause(), Ok(None));
        store.resume_service(None).unwrap();
        store.pause_service(Some("T1".to_owned())).unwrap();
        let since = bench.now();
        bench.turn_clock(60);
        store.pause_service(Some("T2".to_owned())).unwrap();
        drop(store);
        let store = bench.open();
        assert_eq!(store.pause(), Ok(Some(Pause { since, card: Some("T1".to_owned()) })));
        store.resume_service(None).unwrap();
        store.resume_service(Some("T1".to_owned())).unwrap();
        assert_eq!(store.pause(), Ok(None));
        assert_eq!(store.verify_journal().unwrap().rows, 2, "two steps, and none for what changed nothing");
        drop(store);
        assert_eq!(bench.open().pause(), Ok(None));
    }

    #[test]
    fn a_suspension_outlives_a_restart_and_is_kept_once() {
        let bench = Bench::new();
        let store = bench.open();
        store.keep_suspended(false).unwrap();
        store.keep_suspended(true).unwrap();
        let since = bench.now();
        bench.turn_clock(60);
        store.keep_suspended(true).unwrap();
        drop(store);
        let store = bench.open();
        assert_eq!(store.suspension(), Ok(Some(since)));
        store.keep_suspended(false).unwrap();
        assert_eq!(store.suspension(), Ok(None));
        assert_eq!(store.verify_journal().unwrap().rows, 2);
    }
}
