//! The platform's memory. Every SQL statement of the crate stands in this folder; the rest sees `Store`
//! and `Tx`, so that another database can stand behind the same two names.
//!
//! WAL and `synchronous=FULL`: what was answered is on disk. Calls block; servers call them from
//! blocking threads.

mod accesses;
mod cases;
mod catalogue;
mod items;
mod pages;
mod terminals;

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior};

pub use accesses::Access;
pub use cases::{CaseRow, NewCase, NumberedCase, state_name};
pub use terminals::TicketState;

use crate::limits::DATABASE_BUSY;

/// In order; each runs once. `user_version` counts them.
const MIGRATIONS: [&str; 4] = [
    include_str!("../../migrations/001_start.sql"),
    include_str!("../../migrations/002_void_tickets.sql"),
    include_str!("../../migrations/003_receipts.sql"),
    include_str!("../../migrations/004_pages.sql"),
];

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite.
    #[error("SQLite refused")]
    Sql(#[from] rusqlite::Error),
    /// A file could not be made.
    #[error("the database file cannot be made")]
    File(#[from] std::io::Error),
    /// What was read is not what was written.
    #[error("{0} in the database is not readable")]
    Unreadable(&'static str),
}

/// A handle to the one connection of this process.
#[derive(Clone)]
pub struct Store(Arc<Mutex<Connection>>);

/// What can be done within one transaction.
pub struct Tx<'a>(Transaction<'a>);

impl Store {
    /// Opens the database, made where it is missing, and brings its schema up to date.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        // SQLite gives its side files the mode of the database.
        OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(DATABASE_BUSY)?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;",
        )?;
        migrate(&mut connection)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Reads from one state of the database.
    pub fn read<T, E: From<StoreError>>(&self, work: impl FnOnce(&Tx) -> Result<T, E>) -> Result<T, E> {
        self.within(TransactionBehavior::Deferred, work)
    }

    /// Writes; everything or nothing is kept, and what is kept is on disk.
    pub fn write<T, E: From<StoreError>>(&self, work: impl FnOnce(&Tx) -> Result<T, E>) -> Result<T, E> {
        self.within(TransactionBehavior::Immediate, work)
    }

    fn within<T, E: From<StoreError>>(
        &self,
        behaviour: TransactionBehavior,
        work: impl FnOnce(&Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        // A panic inside a transaction rolled it back, so the connection is as good as before.
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tx = Tx(connection.transaction_with_behavior(behaviour).map_err(StoreError::from)?);
        let done = work(&tx)?;
        tx.0.commit().map_err(StoreError::from)?;
        Ok(done)
    }
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done: u32 = tx.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    for migration in MIGRATIONS.iter().skip(done as usize) {
        tx.execute_batch(migration)?;
    }
    tx.pragma_update(None, "user_version", MIGRATIONS.len() as u32)?;
    Ok(tx.commit()?)
}

fn from_millis(column: &'static str, millis: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(millis).map_err(|_| StoreError::Unreadable(column))
}

/// JSON of a value whose serialisation cannot fail but by its type.
fn to_json<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Unreadable(what))
}

fn from_json<T: serde::de::DeserializeOwned>(what: &'static str, json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|_| StoreError::Unreadable(what))
}
