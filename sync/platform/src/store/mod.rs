//! The platform's memory. Every SQL statement of the crate stands in this folder; the rest sees `Store` and `Tx`.
//!
//! One set of statements serves two databases: SQLite (`sqlite.rs`), one file, and PostgreSQL (`postgres.rs`), shared
//! by several servers. Between them and the statements stands the port `Session`. Calls block; servers make them from
//! blocking threads. What was answered is on disk.

mod accesses;
mod cases;
mod catalogue;
mod commands;
mod files;
mod heads;
mod items;
mod pages;
mod postgres;
mod published;
mod sqlite;
mod terminals;
mod twin;
mod value;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kiosk_protocol::ids::TerminalId;

pub use accesses::Access;
pub use cases::{CaseRow, NewCase, NumberedCase, state_name};
pub use commands::CommandRow;
pub use files::{Complete, Held};
pub use items::{AlarmRow, Answered, QuarantineRow};
pub use published::Stand;
pub use terminals::TicketState;
pub use twin::Listed;

use postgres::Postgres;
use sqlite::Sqlite;
use value::{Row, Value, values};

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite.
    #[error("SQLite refused")]
    Sql(#[from] rusqlite::Error),
    /// PostgreSQL.
    #[error("PostgreSQL refused")]
    Postgres(#[from] tokio_postgres::Error),
    /// No connection to PostgreSQL could be had in time. Cure: start it, or look whether it is overloaded.
    #[error("PostgreSQL cannot be reached")]
    Unreachable(#[from] deadpool_postgres::PoolError),
    /// Not the address of a PostgreSQL database. Cure: `postgres://user@host/database`.
    #[error("not the URL of a PostgreSQL database")]
    Url,
    /// A file or thread could not be made.
    #[error("the database cannot be set up")]
    File(#[from] std::io::Error),
    /// What was read is not what was written.
    #[error("{0} in the database is not readable")]
    Unreadable(&'static str),
}

impl StoreError {
    /// The database is away or overloaded: the same call will work later.
    pub fn is_passing(&self) -> bool {
        use tokio_postgres::error::SqlState;
        match self {
            Self::Unreachable(_) => true,
            Self::Postgres(error) => {
                error.is_closed()
                    || error.code().is_some_and(|code| {
                        *code == SqlState::LOCK_NOT_AVAILABLE || code.code().starts_with("57")
                    })
            }
            Self::Sql(error) => error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy),
            Self::Url | Self::File(_) | Self::Unreadable(_) => false,
        }
    }
}

/// Where the memory is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An SQLite file.
    File(PathBuf),
    /// A PostgreSQL database, by its URL.
    Url(String),
}

/// Work of one scope never runs at the same time as other work of the same scope, on whatever server.
#[derive(Clone, Copy)]
pub enum Scope<'a> {
    /// Tickets and the register of terminals.
    Register,
    /// Packages and the catalogue.
    Catalogue,
    /// What a terminal sent and what it is told.
    Terminal(&'a TerminalId),
    /// The tables themselves.
    Schema,
    /// Rows that nobody else writes.
    Own,
}

impl Scope<'_> {
    fn name(&self) -> Option<String> {
        match self {
            Self::Register => Some("register".to_owned()),
            Self::Catalogue => Some("catalogue".to_owned()),
            Self::Terminal(terminal) => Some(format!("terminal/{terminal}")),
            Self::Schema => Some("schema".to_owned()),
            Self::Own => None,
        }
    }
}

/// What a transaction is for.
enum Mode<'a> {
    /// One state of the database.
    Read,
    /// Everything or nothing.
    Write(Scope<'a>),
}

/// The port: what a database can do within a transaction. Values stand as `$1`, `$2`, … in statements both know.
trait Session {
    /// The rows of a query.
    fn rows(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>, StoreError>;
    /// The rows of a query, for each of these values.
    fn rows_of_each(&self, sql: &str, each: Vec<Vec<Value>>) -> Result<Vec<Vec<Row>>, StoreError>;
    /// Changes rows and says how many.
    fn execute(&self, sql: &str, values: Vec<Value>) -> Result<u64, StoreError>;
    /// Changes rows; a failure may show at a later statement or at the commit.
    fn put(&self, sql: &str, values: Vec<Value>) -> Result<(), StoreError>;
}

/// A handle to the database; clones share it.
#[derive(Clone)]
pub struct Store(Arc<Engine>);

enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// What can be done within one transaction.
pub struct Tx<'a>(&'a dyn Session);

impl Store {
    /// Opens the database and brings its schema up to date.
    pub fn open(place: &Place) -> Result<Self, StoreError> {
        let engine = match place {
            Place::File(path) => Engine::Sqlite(Sqlite::open(path)?),
            Place::Url(url) => Engine::Postgres(Postgres::open(url)?),
        };
        Ok(Self(Arc::new(engine)))
    }

    /// Reads from one state of the database. The work may run more than once.
    pub fn read<T, E: From<StoreError>>(&self, work: impl Fn(&Tx) -> Result<T, E>) -> Result<T, E> {
        self.within(&Mode::Read, work)
    }

    /// Writes; everything or nothing is kept, and what is kept is on disk. The work may run more than once, and only
    /// the last run counts.
    pub fn write<T, E: From<StoreError>>(
        &self,
        scope: Scope,
        work: impl Fn(&Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        self.within(&Mode::Write(scope), work)
    }

    /// Writes one state of an SQLite file into a new file. PostgreSQL has tools of its own.
    pub fn back_up(&self, file: &Path) -> Result<(), StoreError> {
        match &*self.0 {
            Engine::Sqlite(database) => database.back_up(file),
            Engine::Postgres(_) => Err(StoreError::Url),
        }
    }

    fn within<T, E: From<StoreError>>(
        &self,
        mode: &Mode,
        work: impl Fn(&Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        let work = |session: &dyn Session| work(&Tx(session));
        match &*self.0 {
            Engine::Sqlite(database) => database.within(mode, work),
            Engine::Postgres(database) => database.within(mode, work),
        }
    }
}

impl Tx<'_> {
    /// The first row of a query.
    fn first(&self, sql: &str, values: Vec<Value>) -> Result<Option<Row>, StoreError> {
        Ok(self.0.rows(sql, values)?.into_iter().next())
    }
}

/// JSON of a value whose serialisation cannot fail but by its type.
fn to_json<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Unreadable(what))
}

fn from_json<T: serde::de::DeserializeOwned>(what: &'static str, json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|_| StoreError::Unreadable(what))
}
