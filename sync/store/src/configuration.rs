//! What was set from afar and is in force: the files as they were published, one for all terminals and one for this one.

use kiosk_protocol::ids::Key;
use kiosk_protocol::trail::TrailEvent;
use rusqlite::{Connection, OptionalExtension, params};

use crate::db;
use crate::error::StoreError;
use crate::journal;
use crate::writer::Origin;

/// A configuration that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptConfiguration {
    /// Its target.
    pub target: Key,
    /// Its version.
    pub version: u64,
    /// The file, as it was published.
    pub file: String,
}

/// All that are kept; those of a terminal this one was before are still among them.
pub(crate) fn all(connection: &Connection) -> Result<Vec<KeptConfiguration>, StoreError> {
    let mut select =
        connection.prepare_cached("SELECT name, version, file FROM configurations ORDER BY name")?;
    let rows = select.query_and_then([], |row| {
        let name: String = row.get(0)?;
        let target = Key::try_from(name).map_err(|_| StoreError::unreadable("a configuration"))?;
        Ok(KeptConfiguration { target, version: db::from_db(row.get(1)?)?, file: row.get(2)? })
    })?;
    rows.collect()
}

/// Puts a newer one in force and records it; the same version changes nothing, an older one is refused.
pub(crate) fn put(
    connection: &Connection,
    origin: &Origin,
    configuration: &KeptConfiguration,
) -> Result<(), StoreError> {
    let KeptConfiguration { target, version, file } = configuration;
    let mut select = connection.prepare_cached("SELECT version FROM configurations WHERE name = ?")?;
    let have: Option<i64> = select.query_row([target.as_str()], |row| row.get(0)).optional()?;
    match have.map(db::from_db).transpose()? {
        Some(have) if *version < have => {
            return Err(StoreError::OlderConfiguration { have, offered: *version });
        }
        Some(have) if *version == have => return Ok(()),
        Some(_) | None => {}
    }
    let sql = "INSERT INTO configurations (name, version, file) VALUES (?, ?, ?)
               ON CONFLICT (name) DO UPDATE SET version = excluded.version, file = excluded.file";
    connection.prepare_cached(sql)?.execute(params![target.as_str(), db::to_db(*version)?, file])?;
    let event = TrailEvent::ConfigurationChanged { target: target.clone(), version: *version };
    journal::append(connection, origin, origin.now()?, &[event])
}
