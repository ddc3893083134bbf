//! The log's file, kept longer than what is written into it.
//!
//! Bytes written behind the end of a file make the next sync change the file system's own tables as well, which takes as
//! long again. So zeros are put there before, a piece at a time, behind a call that nobody stands and waits for. SQLite reads
//! a log up to the first frame that does not fit the one before; zeros never do.
//!
//! And the log's file, made sure of before anybody builds on it. After a sync that failed, Linux takes for written what never
//! reached the disk ("fsyncgate"): whoever opens the file anew, also another process, would find in it what a cut of the
//! power takes away again.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::Path;

use rusqlite::Connection;

use crate::error::StoreError;
use crate::limits::{LOG_AHEAD_PAGES_MIN, LOG_LOOK_CALLS, LOG_PIECE_PAGES, PAGE_BYTES};
use crate::quota::Tier;
use crate::schema::LOG_FILE;
use crate::writer::Db;

/// A page in the log, bytes: with the header of its frame (sqlite.org/fileformat2.html, 4.1).
const FRAME_BYTES: u64 = PAGE_BYTES + 24;

/// When the file is to be looked at again; at once, to begin with.
#[derive(Default)]
pub(crate) struct Looked {
    /// Calls until then.
    left: u32,
}

impl Looked {
    /// One more call was made.
    pub fn count(&mut self) {
        self.left = self.left.saturating_sub(1);
    }

    /// Whether it is time; then it is for as many calls no more.
    pub fn is_due(&mut self) -> bool {
        let is_due = self.left == 0;
        if is_due {
            self.left = LOG_LOOK_CALLS;
        }
        is_due
    }
}

/// What is done to the log's file beside SQLite. A port, so that a disk that fails may stand behind it.
pub trait LogPort: Send + Sync {
    /// How long it is, bytes; nothing where there is none.
    fn length(&self, log: &Path) -> io::Result<Option<u64>>;
    /// All that is in it.
    fn read(&self, log: &Path) -> io::Result<Vec<u8>>;
    /// Writes from the offset on, into a file that is there; when this returns it is on disk.
    fn write(&self, log: &Path, offset: u64, bytes: &[u8]) -> io::Result<()>;
}

/// The file itself.
pub(crate) struct LogFile;

impl LogPort for LogFile {
    fn length(&self, log: &Path) -> io::Result<Option<u64>> {
        match std::fs::metadata(log) {
            Ok(about) => Ok(Some(about.len())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn read(&self, log: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(log)
    }

    fn write(&self, log: &Path, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(log)?;
        file.write_all_at(bytes, offset)?;
        file.sync_all()
    }
}

/// Writes the log over itself and syncs it, so that what is read from it is on disk.
pub(crate) fn harden(port: &dyn LogPort, log: &Path) -> io::Result<()> {
    match port.length(log)? {
        None | Some(0) => Ok(()),
        Some(_) => port.write(log, 0, &port.read(log)?),
    }
}

/// Lengthens the file where its end is near, unless room is tight. One that was emptied is left to SQLite, which has its new header
/// on disk before any frame: what it held may come back with a cut as long as it has none, and zeros in the midst of that would
/// leave an older state.
pub(crate) fn lengthen(db: &Db<'_>) -> Result<(), StoreError> {
    let needed = (frames(db.connection)? + LOG_AHEAD_PAGES_MIN) * FRAME_BYTES;
    let path = db.quota.directory().join(LOG_FILE);
    let length = db.log.length(&path).map_err(|error| StoreError::of_file(&error))?.unwrap_or(0);
    if length == 0 || length >= needed || db.quota.room(db.connection)?.tier >= Tier::Tight {
        return Ok(());
    }
    let zeros = vec![0; (LOG_PIECE_PAGES * FRAME_BYTES) as usize];
    db.log.write(&path, length, &zeros).map_err(|error| StoreError::of_file(&error))
}

/// Moves the log into the database and gives its bytes back to the disk.
pub(crate) fn empty(connection: &Connection) -> Result<(), StoreError> {
    Ok(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
}

/// Frames that are written.
pub(crate) fn frames(connection: &Connection) -> Result<u64, StoreError> {
    let mut look = connection.prepare_cached("PRAGMA wal_checkpoint(NOOP)")?;
    let frames: i64 = look.query_row([], |row| row.get(1))?;
    Ok(u64::try_from(frames).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{Bench, draft};
    use crate::{DATABASE_FILE, Options, Store};

    /// Frames that are written, and bytes of the file.
    fn log(store: &Store, bench: &Bench) -> (u64, u64) {
        let frames = store.writer.call(|db| frames(db.connection)).unwrap();
        (frames, LogFile.length(&bench.path().join(LOG_FILE)).unwrap().unwrap())
    }

    #[test]
    fn the_file_is_always_longer_than_the_log_and_never_much() {
        let bench = Bench::new();
        let store = bench.open();
        for number in 0..u128::from(LOG_PIECE_PAGES) {
            store.submit(draft(number), vec![]).unwrap();
            let (frames, bytes) = log(&store, &bench);
            assert!(bytes / FRAME_BYTES > frames, "also where it was not looked at since");
            (0..LOG_LOOK_CALLS).for_each(|_| assert!(store.backlog().is_ok()));
            let (frames, bytes) = log(&store, &bench);
            let ahead = bytes / FRAME_BYTES - frames;
            let expected = LOG_AHEAD_PAGES_MIN..LOG_AHEAD_PAGES_MIN + LOG_PIECE_PAGES + 1;
            assert!(expected.contains(&ahead), "{ahead} pages ahead of {frames}");
        }
    }

    #[test]
    fn a_submission_leaves_the_lengthening_to_the_next_call() {
        let bench = Bench::new();
        let store = bench.open();
        let length = || LogFile.length(&bench.path().join(LOG_FILE)).unwrap().unwrap();
        let calls = u128::from(LOG_LOOK_CALLS) * 2;
        (0..calls).for_each(|number| drop(store.submit(draft(number), vec![]).unwrap()));
        let written = length();
        assert!(written < LOG_PIECE_PAGES * FRAME_BYTES, "{written}");
        store.backlog().unwrap();
        assert_eq!(length(), written + LOG_PIECE_PAGES * FRAME_BYTES);
    }

    #[test]
    fn a_cut_leaves_zeros_behind_the_log_and_nothing_is_lost() {
        let (bench, copy) = (Bench::new(), tempfile::tempdir().unwrap());
        let store = bench.open();
        (0..9).for_each(|number| drop(store.submit(draft(number), vec![]).unwrap()));
        let (frames, bytes) = log(&store, &bench);
        assert!(bytes > (frames + 1) * FRAME_BYTES);
        for file in [DATABASE_FILE, LOG_FILE] {
            std::fs::copy(bench.path().join(file), copy.path().join(file)).unwrap();
        }
        let options = Options { path: copy.path().to_owned(), ..bench.options() };
        let cut = Store::open(options, &bench.key).unwrap();
        assert_eq!(cut.due(bench.now(), 99, 1 << 20), store.due(bench.now(), 99, 1 << 20));
        assert_eq!(cut.verify_journal(), store.verify_journal());
        assert_eq!(cut.submit(draft(9), vec![]).unwrap().id.seq, 10);
    }

    #[test]
    fn an_emptied_log_is_not_lengthened_before_its_new_header() {
        let bench = Bench::new();
        let store = bench.open();
        store.submit(draft(1), vec![]).unwrap();
        let length = |db: &mut Db<'_>| {
            lengthen(db)?;
            Ok(LogFile.length(&db.quota.directory().join(LOG_FILE)).unwrap())
        };
        let emptied = store.writer.call(|db| empty(db.connection).and_then(|()| length(db)));
        assert_eq!(emptied, Ok(Some(0)));
        store.submit(draft(2), vec![]).unwrap();
        assert!(store.writer.call(length).unwrap() > Some(LOG_AHEAD_PAGES_MIN * FRAME_BYTES));
    }

    #[test]
    fn where_room_is_tight_the_file_stays_as_it_is() {
        let bench = Bench::new();
        let store = Store::open(Options { limit: Some(0), ..bench.options() }, &bench.key).unwrap();
        store.apply_changes(&[], "page").unwrap();
        let (frames, bytes) = log(&store, &bench);
        assert!(bytes <= (frames + 1) * FRAME_BYTES, "{bytes} bytes for {frames} pages");
    }
}
