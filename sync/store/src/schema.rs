//! Opening the file: lock, key, settings, migrations.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::key::{KEY_BYTES, sync_parent};
use crate::limits::{LOG_PAGES_MAX, STATEMENTS_MAX};
use crate::log::{self, LogPort};

/// The database, in the store's directory.
pub const DATABASE_FILE: &str = "store.db";
/// SQLite's log beside it.
pub(crate) const LOG_FILE: &str = "store.db-wal";
/// What a process locks to be the only one, in the store's directory.
pub const LOCK_FILE: &str = "store.lock";

/// SQLite 3.51.3: the first version past the bug that could corrupt a WAL database when the log is reset
/// (sqlite.org/wal.html, "The WAL-Reset Bug").
const SQLITE_VERSION_MIN: i32 = 3_051_003;

/// Each is applied once, in order, in one transaction; only ever added to.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_store.sql"),
    include_str!("../migrations/0002_one_item_a_case.sql"),
    include_str!("../migrations/0003_salted_and_signed.sql"),
    include_str!("../migrations/0004_settled_rows_may_go.sql"),
    include_str!("../migrations/0005_commands.sql"),
    include_str!("../migrations/0006_technicians.sql"),
    include_str!("../migrations/0007_uuids_are_not_looked_for.sql"),
    include_str!("../migrations/0008_configurations.sql"),
    include_str!("../migrations/0009_intake.sql"),
];

/// Makes the directory where there is none and takes its lock, which lasts as long as the file is open.
pub(crate) fn lock(directory: &Path) -> Result<File, StoreError> {
    make_directory(directory).map_err(|error| StoreError::of_file(&error))?;
    let file = open_private(&directory.join(LOCK_FILE)).map_err(|error| StoreError::of_file(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
        Err(TryLockError::Error(error)) => Err(StoreError::of_file(&error)),
    }
}

/// Opens or creates the database and brings it to the newest schema. What its log holds is on disk before it counts.
pub(crate) fn open(
    directory: &Path,
    key: &[u8; KEY_BYTES],
    log: &dyn LogPort,
) -> Result<Connection, StoreError> {
    check_version(rusqlite::version_number())?;
    let path = directory.join(DATABASE_FILE);
    // SQLite would create it readable for others; the log beside it takes the rights of this file.
    open_private(&path).map_err(|error| StoreError::of_file(&error))?;
    log::harden(log, &directory.join(LOG_FILE)).map_err(|error| StoreError::of_file(&error))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(&path, flags)?;
    // The end of a connection moves nothing, since it may be one that takes for undone what stands whole in the log (`hold.rs`).
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // Before the log is first looked at, so that its index is kept in memory of our own: whoever holds the lock is alone, and
    // need not lock and unlock shared pages around every call (sqlite.org/wal.html, 8).
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    unlock(&connection, key)?;
    configure(&connection)?;
    migrate(&mut connection)?;
    sync_parent(&path).map_err(|error| StoreError::of_file(&error))?;
    Ok(connection)
}

fn make_directory(directory: &Path) -> std::io::Result<()> {
    if fs::exists(directory)? {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    sync_parent(directory)
}

fn open_private(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

fn check_version(found: i32) -> Result<(), StoreError> {
    if found >= SQLITE_VERSION_MIN {
        return Ok(());
    }
    Err(StoreError::Library(format!("SQLite {found} is below {SQLITE_VERSION_MIN}")))
}

/// Gives SQLCipher the raw key and proves by a first read that it fits. One at a time: with the first key of a process the
/// library makes itself ready, and a key given meanwhile is refused.
fn unlock(connection: &Connection, key: &[u8; KEY_BYTES]) -> Result<(), StoreError> {
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let digits = Zeroizing::new(hex::encode(key));
    let pragma = Zeroizing::new(format!("PRAGMA key = \"x'{}'\"", digits.as_str()));
    // The error would quote the statement, and with it the key.
    connection.execute_batch(&pragma).map_err(|_| StoreError::WrongKey)?;
    let cipher = connection.query_row("PRAGMA cipher_version", [], |row| row.get::<_, String>(0));
    cipher.map_err(|_| StoreError::Library("not SQLCipher".to_owned()))?;
    let tables = connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get::<_, i64>(0));
    tables.map_err(|error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => StoreError::WrongKey,
        Some(_) | None => error.into(),
    })?;
    Ok(())
}

fn configure(connection: &Connection) -> Result<(), StoreError> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::Unknown(format!("the journal mode stays {mode}")));
    }
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES_MAX)?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(())
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = MIGRATIONS.len() as u32;
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    for (version, sql) in (1..=known).zip(MIGRATIONS).skip(found as usize) {
        let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        change.execute_batch(sql)?;
        change.pragma_update(None, "user_version", version)?;
        change.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::MetadataExt;

    use kiosk_protocol::trail::TrailEvent;

    use super::*;
    use crate::limits::PAGE_BYTES;
    use crate::testing::{Bench, VISIT, draft};
    use crate::{KeyError, KeyFile, KeyPort, Store};

    #[test]
    fn reopening_keeps_everything() {
        let bench = Bench::new();
        let store = bench.open();
        store.submit(draft(1), vec![TrailEvent::VisitBegun { visit: VISIT }]).unwrap();
        store.apply_changes(&[], "page-2").unwrap();
        let before = (store.due(bench.now(), 9, 9999).unwrap(), store.verify_journal().unwrap());
        drop(store);
        let store = bench.open();
        assert_eq!(before, (store.due(bench.now(), 9, 9999).unwrap(), store.verify_journal().unwrap()));
        assert_eq!(store.cursor().unwrap().as_deref(), Some("page-2"));
        assert_eq!(store.submit(draft(1), vec![]).unwrap().id.seq, 2);
    }

    #[test]
    fn the_index_of_the_log_is_no_file() {
        let bench = Bench::new();
        for _ in 0..2 {
            let store = bench.open();
            store.submit(draft(1), vec![]).unwrap();
            let names = fs::read_dir(bench.path()).unwrap().map(|entry| entry.unwrap().file_name());
            assert!(names.into_iter().all(|name| !name.to_string_lossy().ends_with("-shm")));
        }
    }

    #[test]
    fn another_key_does_not_open() {
        let bench = Bench::new();
        drop(bench.open());
        let other = KeyFile::create(bench.path().join("other.key")).unwrap();
        assert_eq!(Store::open(bench.options(), &other).err(), Some(StoreError::WrongKey));
        let missing = KeyFile { path: bench.path().join("none") };
        let error = Store::open(bench.options(), &missing).err();
        assert_eq!(error, Some(StoreError::Key(KeyError::Missing(missing.path))));
        bench.open();
    }

    #[test]
    fn a_second_opener_is_refused_until_the_last_handle_is_gone() {
        let bench = Bench::new();
        let store = bench.open();
        let clone = store.clone();
        assert_eq!(bench.try_open().err(), Some(StoreError::InUse));
        drop(store);
        assert_eq!(bench.try_open().err(), Some(StoreError::InUse));
        drop(clone);
        bench.open();
    }

    #[test]
    fn nothing_stands_readable_in_any_file() {
        let bench = Bench::new();
        let store = bench.open();
        store.submit(draft(1), vec![TrailEvent::VisitBegun { visit: VISIT }]).unwrap();
        let mut files = 0;
        for entry in fs::read_dir(bench.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            for planted in
                [VISIT.to_string().as_bytes(), VISIT.as_bytes(), b"SQLite format 3", b"visit_begun"]
            {
                assert!(!bytes.windows(planted.len()).any(|window| window == planted), "{}", path.display());
            }
            assert_eq!(fs::metadata(&path).unwrap().mode() & 0o077, 0, "{}", path.display());
            files += usize::from(!bytes.is_empty());
        }
        assert!(files >= 2, "the database and its log hold bytes");
        let item = store.due(bench.now(), 1, 9999).unwrap().remove(0);
        assert!(item.body.contains(&VISIT.to_string()), "what is looked for is in the store");
    }

    #[test]
    fn an_older_store_keeps_its_items_and_what_guards_them() {
        let bench = Bench::new();
        drop(lock(&bench.path()).unwrap());
        let old = Connection::open(bench.database()).unwrap();
        unlock(&old, &bench.key.key().unwrap()).unwrap();
        MIGRATIONS[..6].iter().for_each(|sql| old.execute_batch(sql).unwrap());
        old.pragma_update(None, "user_version", 6).unwrap();
        let item =
            "INSERT INTO outbox (terminal, epoch, seq, uuid, lane, kind, body, hash, suite, created_at)
             VALUES ('230202-0001', 1, 1, zeroblob(16), zeroblob(16), 'case', '{}', zeroblob(32), 'sm2-sm3',
                 '2026-11-29T10:00:00Z')";
        old.execute_batch(item).unwrap();
        drop(old);
        let store = bench.open();
        assert_eq!((store.backlog(), store.queue().map(|rows| rows.len())), (Ok(1), Ok(1)));
        let content = crate::testing::case(0, 9);
        let again = crate::Draft { lane: crate::testing::lane(0), content };
        assert_eq!(store.submit(again, vec![]).unwrap().id.seq, 1, "the case is found");
        drop(store);
        for change in [item, "DELETE FROM outbox", "UPDATE outbox SET seq = 2"] {
            assert!(bench.raw().execute_batch(change).is_err(), "{change}");
        }
    }

    #[test]
    fn a_newer_schema_is_refused() {
        let bench = Bench::new();
        drop(bench.open());
        bench.raw().pragma_update(None, "user_version", 99).unwrap();
        assert_eq!(
            bench.try_open().err(),
            Some(StoreError::NewerSchema { found: 99, known: MIGRATIONS.len() as u32 })
        );
    }

    #[test]
    fn a_damaged_page_is_named_so() {
        let bench = Bench::new();
        let store = bench.open();
        (0..20).for_each(|number| drop(store.submit(draft(number), vec![]).unwrap()));
        drop(store);
        let mut bytes = fs::read(bench.database()).unwrap();
        bytes.iter_mut().skip(4096).step_by(512).for_each(|byte| *byte ^= 1);
        fs::write(bench.database(), bytes).unwrap();
        let error = bench.try_open().and_then(|store| store.queue()).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt(_)), "{error}");
    }

    #[test]
    fn an_old_library_is_refused() {
        assert!(check_version(3_051_002).is_err());
        assert_eq!(check_version(rusqlite::version_number()), Ok(()));
    }

    #[test]
    fn the_settings_are_in_force() {
        let bench = Bench::new();
        let directory = bench.path();
        let _lock = lock(&directory).unwrap();
        let connection = open(&directory, &[7; KEY_BYTES], &log::LogFile).unwrap();
        let text = |name| connection.pragma_query_value(None, name, |row| row.get::<_, String>(0)).unwrap();
        let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!((text("journal_mode").as_str(), text("page_size")), ("wal", PAGE_BYTES.to_string()));
        assert_eq!(number("wal_autocheckpoint"), LOG_PAGES_MAX);
        let settings = ["synchronous", "foreign_keys", "secure_delete", "temp_store"].map(number);
        assert_eq!(settings, [2, 1, 1, 2]);
    }
}
