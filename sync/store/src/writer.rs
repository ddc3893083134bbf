//! The one thread that owns the database, and how calls reach it.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use kiosk_protocol::crypto::{SigningKey, VerifyingKey};
use rusqlite::Connection;

use crate::error::StoreError;
use crate::hold::Hold;
use crate::limits::{CALLS_MAX, REPLY_WAIT_MAX};
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

/// What the thread owns. The hold stands first, so that the file closes before the lock goes.
pub(crate) struct Owned {
    pub hold: Hold,
    pub log: Arc<dyn LogPort>,
    pub origin: Origin,
    pub quota: Quota,
    pub lock: File,
    pub looked: log::Looked,
}

impl Owned {
    fn db(&mut self) -> Result<Db<'_>, StoreError> {
        let Self { hold, log, origin, quota, lock: _, looked: _ } = self;
        Ok(Db { connection: hold.connection()?, log: &**log, origin, quota })
    }

    /// What is done while nobody waits: the caller of the last job has its answer.
    fn make_ready(&mut self) {
        if !self.looked.is_due() {
            return;
        }
        let lengthened = self.db().and_then(|db| log::lengthen(&db));
        if let Err(error) = lengthened {
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

/// Answers its caller, and says what went wrong.
type Job = Box<dyn FnOnce(Result<Db<'_>, StoreError>) -> Result<(), StoreError> + Send>;

/// The thread; dropping it waits until everything asked for is done and the file is closed.
pub(crate) struct Writer {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub fn start(owned: Owned) -> Result<Self, StoreError> {
        let (jobs, queue) = sync_channel(CALLS_MAX);
        let thread = std::thread::Builder::new().name("store-writer".to_owned());
        let thread = thread.spawn(move || run(owned, &queue)).map_err(|error| StoreError::of_file(&error))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Has the thread do the work and waits for its answer.
    pub fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Db<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = sync_channel(1);
        let job: Job = Box::new(move |db| {
            let result = db.and_then(|mut db| work(&mut db));
            let error = result.as_ref().err().cloned();
            // A caller that no longer waits got `Late` and knows that this may have happened.
            let _ = reply.send(result);
            error.map_or(Ok(()), Err)
        });
        let jobs = self.jobs.as_ref().ok_or(StoreError::Closed)?;
        jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => StoreError::Closed,
        })?;
        answer.recv_timeout(REPLY_WAIT_MAX).map_err(|error| match error {
            RecvTimeoutError::Timeout => StoreError::Late,
            RecvTimeoutError::Disconnected => StoreError::Internal,
        })?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // It catches every panic of a job, so there is nothing to learn here.
            let _ = thread.join();
        }
    }
}

/// A job that panics is rolled back by its transaction's drop; its caller sees `Internal`, the rest goes on.
fn run(mut owned: Owned, queue: &Receiver<Job>) {
    for job in queue {
        let _work = ending::work();
        match catch_unwind(AssertUnwindSafe(|| job(owned.db()))) {
            Ok(Ok(())) => owned.make_ready(),
            Ok(Err(error)) => owned.heed(&error),
            Err(_) => tracing::error!("a call to the store panicked; its transaction was rolled back"),
        }
    }
    let _work = ending::work();
    if let Err(error) = owned.db().and_then(|mut db| intake::file_all(&mut db)) {
        tracing::warn!(%error, "what was accepted last is filed at the next start");
        owned.hold.heed(&error);
    }
    let Owned { hold, lock, log: _, origin: _, quota: _, looked: _ } = owned;
    hold.close();
    drop(lock);
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
