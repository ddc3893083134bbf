//! SQLite: one file, one connection of this process. WAL and `synchronous=FULL`: what was answered is on disk.
//! The file has one writer at a time, so that every scope is kept by itself.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, Transaction, TransactionBehavior, params_from_iter};

use super::value::{Row, Value};
use super::{Mode, Session, StoreError};
use crate::limits::{DATABASE_BUSY, STATEMENTS_MAX};

/// In order; each runs once. `user_version` counts them.
const MIGRATIONS: [&str; 13] = [
    include_str!("../../migrations/sqlite/001_start.sql"),
    include_str!("../../migrations/sqlite/002_void_tickets.sql"),
    include_str!("../../migrations/sqlite/003_receipts.sql"),
    include_str!("../../migrations/sqlite/004_pages.sql"),
    include_str!("../../migrations/sqlite/005_steps.sql"),
    include_str!("../../migrations/sqlite/006_files.sql"),
    include_str!("../../migrations/sqlite/007_heads.sql"),
    include_str!("../../migrations/sqlite/008_renewal.sql"),
    include_str!("../../migrations/sqlite/009_published.sql"),
    include_str!("../../migrations/sqlite/010_commands.sql"),
    include_str!("../../migrations/sqlite/011_configurations.sql"),
    include_str!("../../migrations/sqlite/012_append_only.sql"),
    include_str!("../../migrations/sqlite/013_files_by_digest.sql"),
];

/// The one connection of this process.
pub struct Sqlite(Mutex<Connection>);

/// A transaction.
struct Work<'a>(Transaction<'a>);

impl Sqlite {
    /// Opens the database, made where it is missing, and brings its schema up to date.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        make(path)?;
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(DATABASE_BUSY)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        // A row that is replaced is deleted, and with this its table's trigger hears of it.
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
             PRAGMA recursive_triggers = ON;",
        )?;
        migrate(&mut connection)?;
        Ok(Self(Mutex::new(connection)))
    }

    /// Writes one state of the database into a new file.
    pub fn back_up(&self, file: &Path) -> Result<(), StoreError> {
        OpenOptions::new().create_new(true).append(true).mode(0o600).open(file)?;
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        connection.execute("VACUUM INTO ?1", [file.to_string_lossy()])?;
        Ok(std::fs::File::open(file)?.sync_all()?)
    }

    /// Runs the work in one transaction.
    pub fn within<T, E: From<StoreError>>(
        &self,
        mode: &Mode,
        work: impl Fn(&dyn Session) -> Result<T, E>,
    ) -> Result<T, E> {
        let behaviour = match mode {
            Mode::Read => TransactionBehavior::Deferred,
            Mode::Write(_) => TransactionBehavior::Immediate,
        };
        // A panic inside a transaction rolled it back, so the connection is as good as before.
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tx = Work(connection.transaction_with_behavior(behaviour).map_err(StoreError::from)?);
        let done = work(&tx)?;
        tx.0.commit().map_err(StoreError::from)?;
        Ok(done)
    }
}

/// Makes the file where it is missing: SQLite gives its side files the mode of the database. One that is there is left alone, for
/// closing it beside SQLite drops the locks this process has on it (sqlite.org/howtocorrupt.html, 2.2).
fn make(path: &Path) -> std::io::Result<()> {
    match OpenOptions::new().create_new(true).append(true).mode(0o600).open(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
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

impl Session for Work<'_> {
    fn rows(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        let mut select = self.0.prepare_cached(&numbered(sql))?;
        let columns = select.column_count();
        let rows = select.query_map(params_from_iter(values), |row| {
            (0..columns).map(|column| row.get_ref(column).map(value)).collect()
        })?;
        Ok(rows.map(|row| row.map(Row)).collect::<Result<_, _>>()?)
    }

    fn rows_of_each(&self, sql: &str, each: Vec<Vec<Value>>) -> Result<Vec<Vec<Row>>, StoreError> {
        each.into_iter().map(|values| self.rows(sql, values)).collect()
    }

    fn execute(&self, sql: &str, values: Vec<Value>) -> Result<u64, StoreError> {
        Ok(self.0.prepare_cached(&numbered(sql))?.execute(params_from_iter(values))? as u64)
    }

    fn put(&self, sql: &str, values: Vec<Value>) -> Result<(), StoreError> {
        self.execute(sql, values).map(drop)
    }
}

/// `$1` is a name to SQLite and `?1` a number.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

fn value(value: ValueRef) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
        // No column of the schema holds fractions.
        ValueRef::Real(_) => Value::Null,
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::MetadataExt;

    use jiff::Timestamp;
    use kiosk_protocol::ids::TerminalId;
    use kiosk_protocol::wire::{CaseState, Change};

    use super::super::{Place, Scope, Store};
    use super::*;

    /// A case that is in progress and will be granted at 61 s, as it was kept before steps were.
    const BEFORE: &str = "
        INSERT INTO cases VALUES (zeroblob(16), '230202-0001', 1, 1, 'service', 1, 'department', 'number',
            zeroblob(32), 'in_progress', 0, 1000, 6000);
        INSERT INTO case_changes VALUES ('230202-0001', 1, zeroblob(16), 'received', 1000),
            ('230202-0001', 2, zeroblob(16), 'in_progress', 6000);
        INSERT INTO due_steps VALUES (61000, zeroblob(16), 1, 'granted');";

    #[test]
    fn an_older_database_keeps_what_was_told_and_what_is_due() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("platform.db");
        let old = Connection::open(&path).unwrap();
        MIGRATIONS[..4].iter().for_each(|migration| old.execute_batch(migration).unwrap());
        old.pragma_update(None, "user_version", 4).unwrap();
        old.execute_batch(BEFORE).unwrap();
        drop(old);
        let store = Store::open(&Place::File(path)).unwrap();
        let terminal = TerminalId::try_from("230202-0001".to_owned()).unwrap();
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        let state = |ms| store.read(|tx| tx.cases(at(ms))).unwrap()[0].state;
        assert_eq!([state(60_999), state(61_000)], [CaseState::InProgress, CaseState::Granted]);
        for _ in 0..2 {
            store.write(Scope::Terminal(&terminal), |tx| tx.advance(&terminal, at(61_000))).unwrap();
        }
        let told = store.read(|tx| tx.changes(&terminal, 0, 9)).unwrap();
        let told: Vec<_> = told
            .iter()
            .filter_map(|(n, change)| match change {
                Change::Case { state, .. } => Some((*n, *state)),
                Change::Command(_) => None,
            })
            .collect();
        use CaseState::{Granted, InProgress, Received};
        assert_eq!(told, [(1, Received), (2, InProgress), (3, Granted)]);
    }

    #[test]
    fn no_row_is_replaced_where_rows_are_only_added() {
        let dir = tempfile::tempdir().unwrap();
        let store = Sqlite::open(&dir.path().join("platform.db")).unwrap();
        let connection = store.0.into_inner().unwrap();
        let keep = |key| {
            let sql = "INSERT OR REPLACE INTO journals VALUES ('230202-0001', 1, ?1, 0)";
            connection.execute(sql, [key]).map_err(|error| error.to_string())
        };
        assert_eq!(keep("first"), Ok(1));
        assert_eq!(keep("other"), Err("journals is append-only".to_owned()));
    }

    #[test]
    fn to_open_it_once_more_drops_no_lock() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("platform.db");
        let first = Sqlite::open(&path).unwrap();
        let file = format!(":{} ", std::fs::metadata(&path).unwrap().ino());
        // Not `/proc/locks`: while other processes lock and unlock, it skips rows or tells them twice.
        let locks = || -> usize {
            std::fs::read_dir("/proc/self/fdinfo")
                .unwrap()
                .filter_map(|fd| std::fs::read_to_string(fd.unwrap().path()).ok())
                .map(|told| {
                    told.lines().filter(|line| line.starts_with("lock:") && line.contains(&file)).count()
                })
                .sum()
        };
        let held = locks();
        drop(Sqlite::open(&path).unwrap());
        assert_eq!(locks(), held);
        drop(std::fs::File::open(&path).unwrap());
        assert!(locks() < held, "as a file that is closed beside SQLite does");
        drop(first);
    }
}
