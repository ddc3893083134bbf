//! The database, and whose turn it is: one call at a time, each on its caller's own thread.
//!
//! A thread of its own would cost a resident who waits two handovers: a fifth of a commit, and most of what one commit in a
//! hundred takes longer than the disk does. A disk that stands still holds up the call at work as long as it does; whoever
//! waits behind it is told so.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use kiosk_protocol::crypto::{SigningKey, VerifyingKey};
use parking_lot::FairMutex;
use rusqlite::Connection;

use crate::error::StoreError;
use crate::hold::Hold;
use crate::limits::TURN_WAIT_MAX;
use crate::log::{self, LogPort};
use crate::quota::{self, Quota};
use crate::{Clock, TerminalId, ending, intake};

/// Who makes the items and by which clock.
pub(crate) struct Origin {
    pub terminal: TerminalId,
    pub epoch: u32,
    /// Verifies the platform's countersignatures.
    pub heads_key: VerifyingKey,
    pub clock: Clock,
    /// Signs the journal's heads.
    pub signer: SigningKey,
}

impl Origin {
    /// The clock in whole milliseconds: what is shown, stored and hashed is the same text.
    pub fn now(&self) -> Result<jiff::Timestamp, StoreError> {
        let now = (self.clock)();
        jiff::Timestamp::from_millisecond(now.as_millisecond()).map_err(|_| StoreError::Internal)
    }
}

/// What one call at a time has. The hold stands first, so that the file closes before the lock goes.
pub(crate) struct Owned {
    pub hold: Hold,
    pub log: Arc<dyn LogPort>,
    pub origin: Origin,
    pub quota: Quota,
    /// Locked until the file is closed.
    pub _lock: File,
    pub looked: log::Looked,
}

impl Owned {
    fn db(&mut self) -> Result<Db<'_>, StoreError> {
        let Self { hold, log, origin, quota, _lock, looked: _ } = self;
        Ok(Db { connection: hold.connection()?, log: &**log, origin, quota })
    }

    /// Does the work. One that panics is undone by its transaction's drop; the next one goes on.
    fn work<T>(&mut self, work: impl FnOnce(&mut Db<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let _work = ending::work();
        let result = catch_unwind(AssertUnwindSafe(|| work(&mut self.db()?))).unwrap_or_else(|_| {
            tracing::error!("a call to the store panicked; its transaction was rolled back");
            Err(StoreError::Internal)
        });
        self.looked.count();
        if let Err(error) = &result {
            self.heed(error);
        }
        result
    }

    /// What makes later calls quicker, where it is time for it.
    fn make_ready(&mut self) {
        if !self.looked.is_due() {
            return;
        }
        let _work = ending::work();
        if let Err(error) = self.db().and_then(|db| log::lengthen(&db)) {
            tracing::debug!(%error, "the log is not lengthened");
        }
    }

    /// Does what an error asks for, so that the next call may succeed.
    fn heed(&mut self, error: &StoreError) {
        self.hold.heed(error);
        if *error != StoreError::Full {
            return;
        }
        match self.db().and_then(|mut db| quota::relieve(&mut db)) {
            Ok(room) => tracing::warn!(left = room.left, "the store or its disk is full"),
            Err(error) => self.hold.heed(&error),
        }
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if let Err(error) = self.work(intake::file_all) {
            tracing::warn!(%error, "what was accepted last is filed at the next start");
        }
        let _work = ending::work();
        self.hold.finish();
    }
}

/// What a call works with.
pub(crate) struct Db<'a> {
    pub connection: &'a mut Connection,
    pub log: &'a dyn LogPort,
    pub origin: &'a mut Origin,
    pub quota: &'a Quota,
}

impl Db<'_> {
    /// Runs the work in one transaction: all of it is on disk afterwards, or nothing. What was accepted before is filed first.
    pub fn write<T>(
        &mut self,
        work: impl FnOnce(&Connection, &Origin) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.write_unfiled(|change, origin| {
            intake::file(change, origin)?;
            work(change, origin)
        })
    }

    /// The same, of what only adds to what was accepted.
    pub fn write_unfiled<T>(
        &mut self,
        work: impl FnOnce(&Connection, &Origin) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let change = Change::begin(self.connection)?;
        let value = work(change.0, self.origin)?;
        change.complete().map_err(|error| StoreError::from(error).of_commit())?;
        Ok(value)
    }
}

/// A transaction; what is not completed is undone. Its statements stay prepared, as somebody waits for most of them: the
/// library's own are parsed each time.
struct Change<'a>(&'a Connection);

impl<'a> Change<'a> {
    fn begin(connection: &'a Connection) -> rusqlite::Result<Self> {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(Self(connection))
    }

    fn complete(self) -> rusqlite::Result<()> {
        self.0.prepare_cached("COMMIT")?.execute([]).map(drop)
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        if self.0.is_autocommit() {
            return;
        }
        if let Err(error) = self.0.execute_batch("ROLLBACK") {
            tracing::warn!(%error, "a change is not undone; the next one fails");
        }
    }
}

/// Gives each caller its turn. Dropping it waits for nobody, as no call is under way then; the file is closed.
pub(crate) struct Writer {
    owned: FairMutex<Owned>,
}

impl Writer {
    pub fn new(owned: Owned) -> Self {
        Self { owned: FairMutex::new(owned) }
    }

    /// Does the work when it is its turn, in the order of asking, and behind it what makes later ones quicker.
    pub fn call<T>(&self, work: impl FnOnce(&mut Db<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.take_turn(TURN_WAIT_MAX, |owned| {
            let result = owned.work(work);
            if result.is_ok() {
                owned.make_ready();
            }
            result
        })
    }

    /// The same for what somebody stands and waits for: nothing else is done in its time.
    pub fn call_at_once<T>(
        &self,
        work: impl FnOnce(&mut Db<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.take_turn(TURN_WAIT_MAX, |owned| owned.work(work))
    }

    fn take_turn<T>(
        &self,
        patience: Duration,
        turn: impl FnOnce(&mut Owned) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        turn(&mut *self.owned.try_lock_for(patience).ok_or(StoreError::Busy)?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;
    use crate::testing::{Bench, draft};
    use crate::{Options, Store};

    #[test]
    fn a_panic_ends_one_call_only() {
        let bench = Bench::new();
        let broken = Arc::new(AtomicBool::new(true));
        let (switch, now) = (broken.clone(), bench.now());
        let clock =
            move || if switch.load(Ordering::Relaxed) { panic!("planted: the clock fails") } else { now };
        let store = Store::open(Options { clock: Arc::new(clock), ..bench.options() }, &bench.key).unwrap();
        assert_eq!(store.submit(draft(1), vec![]), Err(StoreError::Internal));
        broken.store(false, Ordering::Relaxed);
        assert_eq!(store.submit(draft(1), vec![]).unwrap().id.seq, 1);
    }

    #[test]
    fn a_panic_in_a_transaction_leaves_nothing_behind() {
        let bench = Bench::new();
        let store = bench.open();
        let torn: Result<(), _> = store.writer.call(|db| {
            db.write(|change, _| {
                change.execute("INSERT INTO cursors VALUES ('changes/230202-0001', 'half')", [])?;
                panic!("planted: between two statements")
            })
        });
        assert_eq!(torn, Err(StoreError::Internal));
        assert_eq!(store.cursor(), Ok(None));
        store.apply_changes(&[], "whole").unwrap();
    }

    #[test]
    fn a_full_disk_refuses_and_goes_on_when_there_is_room() {
        let bench = Bench::new();
        let store = bench.open();
        let pages = |count: i64| {
            let set =
                move |db: &mut Db<'_>| Ok(db.connection.pragma_update(None, "max_page_count", count)?);
            store.writer.call(set)
        };
        pages(1).unwrap();
        let error = (0..1000).find_map(|_| store.submit(draft(1), vec![]).err());
        assert_eq!(error, Some(StoreError::Full));
        let before = store.backlog().unwrap();
        pages(100_000).unwrap();
        assert_eq!(store.submit(draft(1), vec![]).unwrap().id.seq, before + 1);
        assert_eq!(store.verify_journal().unwrap().first_bad, None);
    }

    #[test]
    fn the_caller_works_itself() {
        let bench = Bench::new();
        let store = bench.open();
        let here = std::thread::current().id();
        assert_eq!(store.writer.call(|_| Ok(std::thread::current().id())), Ok(here));
        assert_eq!(store.writer.call_at_once(|_| Ok(std::thread::current().id())), Ok(here));
    }

    #[test]
    fn who_waits_too_long_for_a_turn_is_told_and_nothing_is_done() {
        let bench = Bench::new();
        let store = bench.open();
        let impatient = || store.writer.take_turn(Duration::ZERO, |_| -> Result<(), _> { unreachable!() });
        let told = std::thread::scope(|scope| {
            store.writer.call(|_| Ok(scope.spawn(impatient).join().unwrap())).unwrap()
        });
        assert_eq!((told, store.backlog()), (Err(StoreError::Busy), Ok(0)));
    }

    #[test]
    fn callers_of_many_threads_all_get_their_own_answer() {
        let bench = Bench::new();
        let store = bench.open();
        let caller = |number: u128| {
            let store = store.clone();
            std::thread::spawn(move || {
                (0..10).map(|_| store.submit(draft(number), vec![]).unwrap().id.seq).collect::<Vec<_>>()
            })
        };
        let threads: Vec<_> = (0..4).map(caller).collect();
        let mut all: Vec<u64> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        all.sort_unstable();
        assert_eq!(all, (1..=40).collect::<Vec<u64>>());
    }
}
