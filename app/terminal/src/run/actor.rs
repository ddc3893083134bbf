//! A device's thread: works at what was ordered, else asks for the status.
//!
//! Policy: a driver is called by its own thread alone, so that nobody else ever waits for a device. A driver that panics
//! is replaced by a new one. Only changes of the status are told. A technician's call takes its turn between two others.

use std::fmt::{Debug, Display};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

use kiosk_drivers_api::Cancel;
use kiosk_session::{Event, RequestId};

use super::thread;
use crate::deadlines::{LOOK_POLL, ORDERS_MAX, STATUS_POLL};
use crate::technician::{Call, Lender};

/// Makes a driver; called again after a driver panicked.
pub type Factory<D> = Box<dyn Fn() -> Box<D> + Send + Sync>;

/// What differs from one kind of device to another.
pub trait Kind: 'static {
    /// The port its drivers implement.
    type Driver: ?Sized + 'static;
    /// What it is to do.
    type Job: Send + 'static;
    /// What comes of it.
    type Yield;
    /// Why nothing came of it.
    type Fault: Clone + PartialEq + Display;
    /// How it stands.
    type Status: Copy + PartialEq + Debug;
    /// Its name, for threads and logs.
    const NAME: &'static str;
    /// What it means that the driver broke down in the midst of a job.
    const LOST: Self::Fault;
    /// What it means that the driver broke down when it was asked.
    const BROKEN: Self::Status;

    /// Asks the driver how the device stands.
    fn status(driver: &mut Self::Driver) -> Self::Status;
    /// Makes one attempt at a job.
    fn attempt(driver: &mut Self::Driver, job: &Self::Job, cancel: &Cancel) -> Outcome<Self>;
    /// What an attempt that failed means for the job.
    fn weigh(fault: &Self::Fault) -> Weight;
    /// What an attempt says of the device; nothing where it must be asked.
    fn status_after(outcome: &Outcome<Self>) -> Option<Self::Status>;
    /// Tells how a job stands.
    fn told(request: RequestId, outcome: Outcome<Self>) -> Event;
    /// Tells another status.
    fn changed(status: Self::Status) -> Event;
}

/// What came of an attempt.
pub type Outcome<K> = Result<<K as Kind>::Yield, <K as Kind>::Fault>;

/// What a fault means for the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// It is over.
    Over,
    /// It is over, and nobody waits for its end.
    Stopped,
    /// Nothing was there yet; the next attempt may find it.
    NotYet,
    /// The next attempt may succeed, but somebody should hear of this one; once, while it stays the same.
    Trouble,
}

/// Orders a device's thread. The thread ends when this and all its lenders are dropped.
pub struct Actor<K: Kind> {
    orders: SyncSender<Order<K>>,
    latest: Mutex<Cancel>,
}

enum Order<K: Kind> {
    Begin(Work<K>),
    Lend(Call<K::Driver>),
}

struct Work<K: Kind> {
    request: RequestId,
    job: K::Job,
    cancel: Cancel,
}

impl<K: Kind> Actor<K> {
    /// Starts the thread.
    pub fn start(factory: Factory<K::Driver>, events: SyncSender<Event>) -> std::io::Result<Self> {
        let (orders, inbox) = sync_channel(ORDERS_MAX);
        thread::spawn(K::NAME, move || Worker::<K>::new(factory, events).run(&inbox))?;
        Ok(Self { orders, latest: Mutex::default() })
    }

    /// Begins a job. One that may take several attempts replaces the one before.
    pub fn begin(&self, request: RequestId, job: K::Job) {
        let cancel = Cancel::default();
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = cancel.clone();
        if self.orders.send(Order::Begin(Work { request, job, cancel })).is_err() {
            tracing::error!(device = K::NAME, "the device's thread has ended");
        }
    }

    /// Stops the job that began last.
    pub fn stop(&self) {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).cancel();
    }

    /// Lends the driver to technicians.
    pub fn lender(&self) -> Lender<K::Driver> {
        let orders = self.orders.clone();
        Lender::new(move |call| orders.send(Order::Lend(call)).is_ok())
    }
}

struct Worker<K: Kind> {
    factory: Factory<K::Driver>,
    driver: Box<K::Driver>,
    events: SyncSender<Event>,
    work: Option<Work<K>>,
    status: Option<K::Status>,
    /// What was told last, until it passes.
    fault: Option<K::Fault>,
}

impl<K: Kind> Worker<K> {
    fn new(factory: Factory<K::Driver>, events: SyncSender<Event>) -> Self {
        let driver = factory();
        Self { factory, driver, events, work: None, status: None, fault: None }
    }

    fn run(mut self, inbox: &Receiver<Order<K>>) {
        loop {
            let pause = if self.work.is_some() { LOOK_POLL } else { STATUS_POLL };
            match inbox.recv_timeout(pause) {
                Ok(Order::Begin(work)) => {
                    self.work = Some(work);
                    self.turn();
                }
                Ok(Order::Lend(call)) => {
                    self.guarded(call);
                }
                Err(RecvTimeoutError::Timeout) => self.turn(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn turn(&mut self) {
        match self.work.take() {
            Some(work) => self.work = self.attempt(work),
            None => self.ask(),
        }
    }

    /// Makes one attempt and gives the job back where another is to follow.
    fn attempt(&mut self, work: Work<K>) -> Option<Work<K>> {
        let outcome = self.guarded(|driver| K::attempt(driver, &work.job, &work.cancel));
        let outcome = outcome.unwrap_or(Err(K::LOST));
        let status = K::status_after(&outcome);
        status.into_iter().for_each(|status| self.report(status));
        let goes_on = self.tell(work.request, outcome);
        if status.is_none() {
            self.ask();
        }
        goes_on.then_some(work)
    }

    /// Tells what is worth telling; whether the job goes on.
    fn tell(&mut self, request: RequestId, outcome: Outcome<K>) -> bool {
        let fault = outcome.as_ref().err().cloned();
        let weight = fault.as_ref().map_or(Weight::Over, K::weigh);
        let is_news = match weight {
            Weight::Over => true,
            Weight::Stopped | Weight::NotYet => false,
            Weight::Trouble => self.fault != fault,
        };
        if weight != Weight::Stopped {
            self.fault = fault.filter(|_| weight == Weight::Trouble);
        }
        if is_news {
            outcome
                .as_ref()
                .err()
                .into_iter()
                .for_each(|fault| tracing::warn!(device = K::NAME, %fault, "it failed"));
            self.send(K::told(request, outcome));
        }
        matches!(weight, Weight::NotYet | Weight::Trouble)
    }

    fn ask(&mut self) {
        let status = self.guarded(|driver| K::status(driver));
        self.report(status.unwrap_or(K::BROKEN));
    }

    /// Calls the driver; a driver that panics is replaced by a new one.
    fn guarded<T>(&mut self, call: impl FnOnce(&mut K::Driver) -> T) -> Option<T> {
        let result = catch_unwind(AssertUnwindSafe(|| call(self.driver.as_mut())));
        if result.is_err() {
            tracing::error!(device = K::NAME, "the driver panicked and was restarted");
            self.driver = (self.factory)();
        }
        result.ok()
    }

    fn report(&mut self, status: K::Status) {
        if self.status != Some(status) {
            self.status = Some(status);
            tracing::info!(device = K::NAME, ?status);
            self.send(K::changed(status));
        }
    }

    fn send(&self, event: Event) {
        // The session's thread only ends when the program does.
        let _ = self.events.send(event);
    }
}

#[cfg(test)]
#[path = "actor_tests.rs"]
mod tests;
