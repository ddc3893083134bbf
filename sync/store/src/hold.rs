//! The hold on the database: a connection that is let go once the disk failed under it, and opened anew.
//!
//! A page that could not be read leaves the cipher of a connection in an error it never comes out of, even when the disk
//! is well again. So the connection goes with the first such error, and the next call opens another. While that fails the
//! tries are spaced out, and calls in between are refused at once: nobody waits for a disk that may stay away.
//!
//! It goes with a commit that failed, too. That one may stand whole in the log, though the connection takes it for undone:
//! whoever opened the log later would find it, long after somebody was shown that it did not count. The next connection
//! reads the log and has it on disk before it answers, so what it shows of a change in doubt stays so. And the end of the last
//! one leaves the log as it is: moved into the database without that commit and given up, it could come back with a cut.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::error::StoreError;
use crate::key::Key;
use crate::limits::{REOPEN_WAIT_MAX, REOPEN_WAIT_MIN};
use crate::log::{self, LogPort};
use crate::schema;

/// Where the database lies and what opens it.
pub(crate) struct Place {
    pub directory: PathBuf,
    pub key: Key,
    pub log: Arc<dyn LogPort>,
}

/// The hold.
pub(crate) struct Hold {
    place: Place,
    state: State,
}

enum State {
    Open(Connection),
    /// Why there is none, when to try again, and the pause behind that try.
    Lost {
        cause: StoreError,
        again: Instant,
        pause: Duration,
    },
}

impl Hold {
    pub fn new(place: Place, connection: Connection) -> Self {
        Self { place, state: State::Open(connection) }
    }

    /// The connection; a new one where the last was let go and the pause is over.
    pub fn connection(&mut self) -> Result<&mut Connection, StoreError> {
        if let State::Lost { cause, again, pause } = &self.state {
            if Instant::now() < *again {
                return Err(cause.clone());
            }
            self.state = reopened(&self.place, *pause);
        }
        match &mut self.state {
            State::Open(connection) => Ok(connection),
            State::Lost { cause, .. } => Err(cause.clone()),
        }
    }

    /// Lets the connection go if the error may have left it unusable.
    pub fn heed(&mut self, error: &StoreError) {
        if !matches!(self.state, State::Open(_)) || !error.is_of_connection() {
            return;
        }
        tracing::error!(%error, "the store's connection is given up; the next call opens another");
        self.state = State::Lost { cause: error.clone(), again: Instant::now(), pause: REOPEN_WAIT_MIN };
    }

    /// Moves the log into the database, behind the last call: the end of the connection itself moves nothing.
    pub fn finish(&mut self) {
        let State::Open(connection) = &self.state else { return };
        if let Err(error) = log::empty(connection) {
            tracing::warn!(%error, "the store did not close cleanly; its log is replayed at the next start");
        }
    }
}

fn reopened(place: &Place, pause: Duration) -> State {
    match schema::open(&place.directory, &place.key, place.log.as_ref()) {
        Ok(connection) => {
            tracing::info!("the store has a new connection");
            State::Open(connection)
        }
        Err(cause) => {
            let again = Instant::now() + pause;
            State::Lost { cause, again, pause: (pause * 2).min(REOPEN_WAIT_MAX) }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::StoreError;
    use crate::testing::{Bench, draft};
    use crate::writer::Db;

    /// A setting that lasts as long as its connection.
    fn mark(db: &mut Db<'_>) -> Result<(), StoreError> {
        Ok(db.connection.pragma_update(None, "cache_size", 77)?)
    }

    fn has_mark(db: &mut Db<'_>) -> Result<bool, StoreError> {
        let pages: i64 = db.connection.pragma_query_value(None, "cache_size", |row| row.get(0))?;
        Ok(pages == 77)
    }

    #[test]
    fn a_failed_disk_costs_the_connection_and_a_refusal_does_not() {
        let bench = Bench::new();
        let store = bench.open();
        for (error, kept) in [
            (StoreError::Io("planted".to_owned()), false),
            (StoreError::Corrupt("planted".to_owned()), false),
            (StoreError::ReadOnly, false),
            (StoreError::Unknown("planted".to_owned()), false),
            (StoreError::InDoubt("planted".to_owned()), false),
            (StoreError::Full, true),
        ] {
            store.writer.call(mark).unwrap();
            let planted = error.clone();
            assert_eq!(store.writer.call(|_| Err::<(), _>(planted)), Err(error.clone()));
            assert_eq!(store.writer.call(has_mark), Ok(kept), "{error}");
        }
        assert_eq!(store.submit(draft(1), vec![]).unwrap().id.seq, 1);
    }

    #[test]
    fn while_none_can_be_opened_calls_are_refused_and_then_served_again() {
        let bench = Bench::new();
        let store = bench.open();
        store.submit(draft(1), vec![]).unwrap();
        let (file, away) = (bench.database(), bench.database().with_extension("away"));
        let lost = file.clone();
        let moved = store.writer.call(|_| {
            std::fs::rename(&lost, lost.with_extension("away")).unwrap();
            std::fs::create_dir(&lost).unwrap();
            Err::<(), _>(StoreError::Io("planted".to_owned()))
        });
        assert!(moved.is_err() && store.backlog().is_err() && store.submit(draft(2), vec![]).is_err());
        std::fs::remove_dir(&file).unwrap();
        std::fs::rename(&away, &file).unwrap();
        let served = std::iter::repeat_with(|| store.backlog()).find(Result::is_ok);
        assert_eq!(served, Some(Ok(1)));
        assert_eq!(store.submit(draft(2), vec![]).unwrap().id.seq, 2);
        assert_eq!(store.verify_journal().unwrap().first_bad, None);
    }
}
