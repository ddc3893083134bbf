//! What every table needs: counters, values by name, and numbers and times as the database keeps them.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use crate::error::{StoreError, TooBig};

/// The suite of every row this version writes; the same word as `kiosk_protocol::crypto::Suite::Sm2Sm3`.
pub(crate) const SUITE: &str = "sm2-sm3";

/// The counter's value, 0 before its first use.
pub(crate) fn counter(connection: &Connection, name: &str) -> Result<i64, StoreError> {
    let mut select = connection.prepare_cached("SELECT value FROM counters WHERE name = ?")?;
    Ok(select.query_row([name], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// Sets the counter.
pub(crate) fn set_counter(connection: &Connection, name: &str, value: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO counters (name, value) VALUES (?, ?)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    connection.prepare_cached(sql)?.execute((name, value))?;
    Ok(())
}

/// A value kept by its name; nothing where there is none.
pub(crate) fn value(connection: &Connection, name: &str) -> Result<Option<String>, StoreError> {
    let mut select = connection.prepare_cached("SELECT value FROM cursors WHERE name = ?")?;
    Ok(select.query_row([name], |row| row.get(0)).optional()?)
}

/// Keeps a value by its name.
pub(crate) fn put_value(connection: &Connection, name: &str, value: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO cursors (name, value) VALUES (?, ?)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    connection.prepare_cached(sql)?.execute((name, value))?;
    Ok(())
}

/// Removes a value.
pub(crate) fn remove_value(connection: &Connection, name: &str) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM cursors WHERE name = ?")?.execute([name])?;
    Ok(())
}

/// A number as the database keeps it.
pub(crate) fn to_db(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::TooBig(TooBig::Number))
}

/// A number as it was kept.
pub(crate) fn from_db(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| StoreError::unreadable("a number"))
}

/// A time as it was kept.
pub(crate) fn time(text: &str) -> Result<Timestamp, StoreError> {
    text.parse().map_err(|_| StoreError::unreadable("a time"))
}
