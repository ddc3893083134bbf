//! The one thread that owns the database, and how calls reach it.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use kiosk_protocol::crypto::SigningKey;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::StoreError;
use crate::limits::{CALLS_MAX, REPLY_WAIT_MAX};
use crate::{Clock, TerminalId, ending};

/// Who makes the items and by which clock.
pub(crate) struct Origin {
    pub terminal: TerminalId,
    pub epoch: u32,
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

/// What the thread owns. The connection stands first, so that it closes before the lock goes.
pub(crate) struct Db {
    pub connection: Connection,
    pub origin: Origin,
    pub lock: File,
}

impl Db {
    /// Runs the work in one transaction: all of it is on disk afterwards, or nothing.
    pub fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>, &Origin) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&transaction, &self.origin)?;
        transaction.commit()?;
        Ok(value)
    }
}

type Job = Box<dyn FnOnce(&mut Db) + Send>;

/// The thread; dropping it waits until everything asked for is done and the file is closed.
pub(crate) struct Writer {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub fn start(db: Db) -> Result<Self, StoreError> {
        let (jobs, queue) = sync_channel(CALLS_MAX);
        let thread = std::thread::Builder::new().name("store-writer".to_owned());
        let thread = thread.spawn(move || run(db, &queue)).map_err(|error| StoreError::of_file(&error))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Has the thread do the work and waits for its answer.
    pub fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Db) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = sync_channel(1);
        let job: Job = Box::new(move |db| {
            // A caller that no longer waits got `Late` and knows that this may have happened.
            let _ = reply.send(work(db));
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
fn run(mut db: Db, queue: &Receiver<Job>) {
    for job in queue {
        let _work = ending::work();
        if catch_unwind(AssertUnwindSafe(|| job(&mut db))).is_err() {
            tracing::error!("a call to the store panicked; its transaction was rolled back");
        }
    }
    let _work = ending::work();
    let Db { connection, lock, origin: _ } = db;
    if let Err((_, error)) = connection.close() {
        tracing::warn!(%error, "the store did not close cleanly; its log is replayed at the next start");
    }
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
            let set = move |db: &mut Db| Ok(db.connection.pragma_update(None, "max_page_count", count)?);
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
