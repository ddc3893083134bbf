//! Opening with whichever key fits, and changing the key.
//!
//! The library writes every page anew under the next key, in one transaction of the log; a cut before its end leaves all
//! pages under the old key, one behind it all under the next. It does not say whether that transaction reached the disk, so
//! the file is opened again before the old key goes.

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::hold::Place;
use crate::key::{Key, KeyPort};
use crate::log::{self, LogFile, LogPort};
use crate::{ending, schema};

/// Opens with the key, or with the next one where a change of the key was cut off.
pub(crate) fn open(
    directory: &Path,
    port: &dyn KeyPort,
    log: Arc<dyn LogPort>,
) -> Result<(Connection, Place), StoreError> {
    let key = port.key()?;
    let (connection, key) = match schema::open(directory, &key, log.as_ref()) {
        Err(StoreError::WrongKey) => open_with_next(directory, port, log.as_ref())?,
        opened => (opened?, key),
    };
    Ok((connection, Place { directory: directory.to_owned(), key, log }))
}

fn open_with_next(
    directory: &Path,
    port: &dyn KeyPort,
    log: &dyn LogPort,
) -> Result<(Connection, Key), StoreError> {
    let next = port.next()?.ok_or(StoreError::WrongKey)?;
    let connection = schema::open(directory, &next, log)?;
    port.advance()?;
    Ok((connection, next))
}

/// Changes the key.
pub(crate) fn change(directory: &Path, port: &dyn KeyPort) -> Result<(), StoreError> {
    let _lock = schema::lock(directory)?;
    let _work = ending::work();
    let (connection, _) = open(directory, port, Arc::new(LogFile))?;
    ending::guard();
    let next = port.renew()?;
    write_anew(&connection, &next)?;
    drop(connection);
    let opened = schema::open(directory, &next, &LogFile);
    if matches!(opened, Err(StoreError::WrongKey)) {
        return Err(StoreError::Io("the key was not changed; try again".to_owned()));
    }
    let connection = opened?;
    port.advance()?;
    // Nothing of the old key's pages stays in the file; the log is kept where that fails.
    log::empty(&connection)
}

/// The error would quote the statement, and with it the key.
fn write_anew(connection: &Connection, next: &Key) -> Result<(), StoreError> {
    let digits = Zeroizing::new(hex::encode(**next));
    let pragma = Zeroizing::new(format!("PRAGMA rekey = \"x'{}'\"", digits.as_str()));
    connection.execute_batch(&pragma).map_err(|error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => StoreError::Full,
        Some(_) | None => StoreError::Io("the database cannot be written under another key".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{Bench, draft};
    use crate::{Draft, KeyFile, Store};

    fn filled(bench: &Bench) -> Vec<kiosk_protocol::item::Item> {
        let store = bench.open();
        for number in 1..200 {
            let content = crate::testing::case(number, 20_000);
            store.submit(Draft { content, ..draft(number) }, vec![]).unwrap();
        }
        store.due(bench.now(), 1000, 1 << 30).unwrap()
    }

    #[test]
    fn another_key_loses_no_row_and_the_old_one_opens_nothing() {
        let bench = Bench::new();
        let (items, old) = (filled(&bench), bench.key.key().unwrap());
        Store::rekey(&bench.path(), &bench.key).unwrap();
        assert_ne!(bench.key.key().unwrap(), old);
        let store = bench.open();
        assert_eq!(store.due(bench.now(), 1000, 1 << 30).unwrap(), items);
        assert_eq!(store.verify_journal().unwrap().first_bad, None);
        assert_eq!(store.submit(draft(1_000), vec![]).unwrap().id.seq, 200);
        drop(store);
        assert!(matches!(schema::open(&bench.path(), &old, &LogFile), Err(StoreError::WrongKey)));
        Store::rekey(&bench.path(), &bench.key).unwrap();
        assert_eq!(bench.open().backlog(), Ok(200));
    }

    #[test]
    fn a_change_cut_off_before_or_behind_the_database_is_found_and_ended() {
        let bench = Bench::new();
        let items = filled(&bench);
        let shows = || bench.open().due(bench.now(), 1000, 1 << 30).unwrap() == items;
        let old = bench.key.key().unwrap();
        bench.key.renew().unwrap();
        assert!(shows(), "before the database was changed");
        assert_eq!(bench.key.key().unwrap(), old);
        let next = bench.key.renew().unwrap();
        write_anew(&schema::open(&bench.path(), &old, &LogFile).unwrap(), &next).unwrap();
        assert_eq!(bench.key.key().unwrap(), old, "nobody has put the next key in its place");
        assert!(shows(), "the next key opens it");
        assert_eq!((bench.key.key().unwrap(), bench.key.next()), (next, Ok(None)));
    }

    #[test]
    fn a_store_in_use_and_a_foreign_key_are_left_alone() {
        let bench = Bench::new();
        let store = bench.open();
        assert_eq!(Store::rekey(&bench.path(), &bench.key), Err(StoreError::InUse));
        drop(store);
        let other = KeyFile::create(bench.path().join("other.key")).unwrap();
        assert_eq!(Store::rekey(&bench.path(), &other), Err(StoreError::WrongKey));
        assert_eq!(other.next(), Ok(None));
        bench.open();
    }
}
