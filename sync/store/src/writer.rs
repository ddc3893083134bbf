//! The one thread that owns the database, and how calls reach it.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::StoreError;
use crate::limits::{CALLS_MAX, REPLY_WAIT_MAX};
use crate::{Clock, TerminalId};

/// Who makes the items and by which clock.
pub(crate) struct Origin {
    pub terminal: TerminalId,
    pub epoch: u32,
    pub clock: Clock,
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
        if catch_unwind(AssertUnwindSafe(|| job(&mut db))).is_err() {
            tracing::error!("a call to the store panicked; its transaction was rolled back");
        }
    }
    let Db { connection, lock, origin: _ } = db;
    if let Err((_, error)) = connection.close() {
        tracing::warn!(%error, "the store did not close cleanly; its log is replayed at the next start");
    }
    drop(lock);
}
