//! What comes down: states of cases, the catalogue, and the cursor of both.

use jiff::Timestamp;
use kiosk_protocol::catalogue::CatalogueBundle;
use kiosk_protocol::ids::CaseNumber;
use kiosk_protocol::limits::CATALOGUE_BYTES_MAX;
use kiosk_protocol::trail::TrailEvent;
use kiosk_protocol::wire::{CaseState, Change};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::db;
use crate::error::{StoreError, TooBig};
use crate::journal;
use crate::limits::LIST_ROWS_MAX;

/// The cursor of `Changes`.
const CHANGES: &str = "changes";

/// Where a case is, as the platform last said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// The case.
    pub case: Uuid,
    /// Its state.
    pub state: CaseState,
    /// Its national number.
    pub case_number: CaseNumber,
    /// Since when, by the platform's clock.
    pub at: Timestamp,
}

pub(crate) fn cursor(connection: &Connection) -> Result<Option<String>, StoreError> {
    let mut select = connection.prepare_cached("SELECT value FROM cursors WHERE name = ?")?;
    Ok(select.query_row([CHANGES], |row| row.get(0)).optional()?)
}

/// Takes the changes in their order, which is the platform's, and the cursor behind them.
pub(crate) fn apply(connection: &Connection, changes: &[Change], cursor: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO cases (\"case\", state, case_number, at) VALUES (?, ?, ?, ?)
               ON CONFLICT (\"case\") DO UPDATE
               SET state = excluded.state, case_number = excluded.case_number, at = excluded.at";
    let mut put = connection.prepare_cached(sql)?;
    for change in changes {
        let Change::Case { case, case_number, state, at } = change;
        let state = serde_json::to_string(state).map_err(|_| StoreError::Internal)?;
        put.execute(params![case.as_bytes(), state, case_number.0, at.to_string()])?;
    }
    let sql = "INSERT INTO cursors (name, value) VALUES (?, ?)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    connection.prepare_cached(sql)?.execute((CHANGES, cursor))?;
    Ok(())
}

/// The latest cases (UUIDv7 sorts by time), oldest first.
pub(crate) fn cases(connection: &Connection) -> Result<Vec<CaseRow>, StoreError> {
    let sql = "SELECT \"case\", state, case_number, at FROM cases ORDER BY \"case\" DESC LIMIT ?";
    let mut select = connection.prepare_cached(sql)?;
    let rows = select.query_and_then([LIST_ROWS_MAX], |row| {
        let (state, at): (String, String) = (row.get(1)?, row.get(3)?);
        Ok::<_, StoreError>(CaseRow {
            case: Uuid::from_bytes(row.get(0)?),
            state: serde_json::from_str(&state).map_err(|_| StoreError::unreadable("a case's state"))?,
            case_number: CaseNumber(row.get(2)?),
            at: db::time(&at)?,
        })
    })?;
    let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
    rows.reverse();
    Ok(rows)
}

pub(crate) fn catalogue(connection: &Connection) -> Result<Option<CatalogueBundle>, StoreError> {
    let mut select = connection.prepare_cached("SELECT bundle FROM catalogue")?;
    let bundle: Option<String> = select.query_row([], |row| row.get(0)).optional()?;
    let parse =
        |json: String| serde_json::from_str(&json).map_err(|_| StoreError::unreadable("the catalogue"));
    bundle.map(parse).transpose()
}

/// The bundle as it is stored.
pub(crate) fn catalogue_json(bundle: &CatalogueBundle) -> Result<String, StoreError> {
    let json = serde_json::to_string(bundle).map_err(|_| StoreError::Internal)?;
    if json.len() > CATALOGUE_BYTES_MAX {
        return Err(StoreError::TooBig(TooBig::Catalogue));
    }
    Ok(json)
}

/// Puts a newer catalogue in force; the same version changes nothing, an older one is refused.
pub(crate) fn put_catalogue(
    connection: &Connection,
    now: Timestamp,
    version: u64,
    json: &str,
) -> Result<(), StoreError> {
    let mut select = connection.prepare_cached("SELECT version FROM catalogue")?;
    let have: Option<i64> = select.query_row([], |row| row.get(0)).optional()?;
    let have = have.map(db::from_db).transpose()?;
    match have {
        Some(have) if version < have => {
            return Err(StoreError::OlderCatalogue { have, offered: version });
        }
        Some(have) if version == have => return Ok(()),
        Some(_) | None => {}
    }
    let sql = "INSERT INTO catalogue (only_one, version, bundle) VALUES (1, ?, ?)
               ON CONFLICT (only_one) DO UPDATE SET version = excluded.version, bundle = excluded.bundle";
    connection.prepare_cached(sql)?.execute((db::to_db(version)?, json))?;
    journal::append(connection, now, &[TrailEvent::CatalogueChanged { version }])
}
