//! A slot of PC/SC, reached through a thread of its own.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::worker::Worker;
use super::{Answer, Request, Slot, SlotError};

/// A reader of the service `pcscd`. Its thread starts with the first request.
pub struct PcscSlot {
    wanted: String,
    epoch: Instant,
    desk: Arc<Desk>,
    worker: Option<JoinHandle<()>>,
}

/// What lies between the two threads: at most one request and one answer, each with its number.
#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Number of the newest request.
    newest: u64,
    request: Option<Request>,
    answer: Option<Result<Answer, SlotError>>,
    is_closed: bool,
}

impl PcscSlot {
    /// Remembers the reader's name, or a part of it. Never fails and never waits.
    pub fn new(reader: String) -> Self {
        Self { wanted: reader, epoch: Instant::now(), desk: Arc::default(), worker: None }
    }

    /// Starts the thread where there is none: at first, and after it panicked.
    fn start(&mut self) {
        if self.worker.as_ref().is_some_and(|worker| !worker.is_finished()) {
            return;
        }
        let (desk, worker) = (Arc::clone(&self.desk), Worker::new(self.wanted.clone()));
        let thread = std::thread::Builder::new().name("smart-card".into());
        self.worker = thread.spawn(move || desk.serve(worker)).ok();
    }
}

impl Slot for PcscSlot {
    fn now(&self) -> Duration {
        self.epoch.elapsed()
    }

    fn ask(&mut self, request: Request) {
        self.start();
        let mut state = self.desk.lock();
        state.newest += 1;
        state.request = Some(request);
        state.answer = None;
        self.desk.changed.notify_all();
    }

    fn answer(&mut self, wait: Duration) -> Option<Result<Answer, SlotError>> {
        let waiting = |state: &mut State| state.answer.is_none();
        let waited = self.desk.changed.wait_timeout_while(self.desk.lock(), wait, waiting);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.answer.take()
    }
}

impl Drop for PcscSlot {
    /// The thread ends by itself; it is not waited for, since it may be stuck.
    fn drop(&mut self) {
        self.desk.lock().is_closed = true;
        self.desk.changed.notify_all();
    }
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what is asked for until the desk is closed.
    fn serve(&self, mut worker: Worker) {
        while let Some((number, request)) = self.next() {
            let answer = worker.perform(request);
            let mut state = self.lock();
            // Who asked has gone on: nobody waits for this one any more.
            if state.newest == number {
                state.answer = Some(answer);
                self.changed.notify_all();
            }
        }
    }

    /// Waits for a request without a deadline: the thread has nothing else to do.
    fn next(&self) -> Option<(u64, Request)> {
        let idle = |state: &mut State| state.request.is_none() && !state.is_closed;
        let waited = self.changed.wait_while(self.lock(), idle);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        let number = state.newest;
        if state.is_closed { None } else { state.request.take().map(|request| (number, request)) }
    }
}
