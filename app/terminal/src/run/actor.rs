//! A device's thread: works at what was ordered, else asks for the status.
//!
//! Policy: a driver is called by its own thread alone, so that nobody else ever waits for a device. A driver that panics
//! is replaced by a new one. Only changes of the status are told, and how a device stands after a job failed. A
//! technician's call takes its turn between two others.

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

/// What differs from one kind of device to another: its driver's port, what it is to do, what comes of that, why nothing
/// came of it, and how it stands.
pub struct Kind<D: ?Sized, J, Y, F, S> {
    /// Its name, for threads and logs.
    pub name: &'static str,
    /// What it means that the driver broke down in the midst of a job.
    pub lost: F,
    /// What it means that the driver broke down when it was asked.
    pub broken: S,
    /// What a job comes to that was stopped before an attempt; nothing where the driver is to say it.
    pub stopped: Option<F>,
    /// What a job that was done says of the device; nothing where it must be asked.
    pub done: Option<S>,
    /// Asks the driver how the device stands.
    pub status: fn(&mut D) -> S,
    /// Makes one attempt at a job.
    pub attempt: fn(&mut D, &J, &Cancel) -> Result<Y, F>,
    /// What a fault means for a job.
    pub meaning: fn(&J, &F) -> Meaning<S>,
    /// Tells how a job stands.
    pub told: fn(&J, RequestId, Result<Y, F>) -> Event,
    /// Tells another status.
    pub changed: fn(S) -> Event,
}

/// What a fault means for the job, and what it says of the device; nothing where it must be asked.
pub type Meaning<S> = (Weight, Option<S>);

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
pub struct Actor<D: ?Sized, J> {
    name: &'static str,
    orders: SyncSender<Order<D, J>>,
    latest: Mutex<Cancel>,
}

enum Order<D: ?Sized, J> {
    Begin(Work<J>),
    Lend(Call<D>),
}

struct Work<J> {
    request: RequestId,
    job: J,
    cancel: Cancel,
}

impl<D: ?Sized + 'static, J: Send + 'static> Actor<D, J> {
    /// Starts the thread.
    pub fn start<Y: 'static, F, S>(
        kind: Kind<D, J, Y, F, S>,
        factory: Factory<D>,
        events: SyncSender<Event>,
    ) -> std::io::Result<Self>
    where
        F: Clone + PartialEq + Display + Send + 'static,
        S: Copy + PartialEq + Debug + Send + 'static,
    {
        let (name, (orders, inbox)) = (kind.name, sync_channel(ORDERS_MAX));
        thread::spawn(name, move || Worker::new(kind, factory, events).run(&inbox))?;
        Ok(Self { name, orders, latest: Mutex::default() })
    }

    /// Begins a job. One that may take several attempts replaces the one before.
    pub fn begin(&self, request: RequestId, job: J) {
        let cancel = Cancel::default();
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = cancel.clone();
        if self.orders.send(Order::Begin(Work { request, job, cancel })).is_err() {
            tracing::error!(device = self.name, "the device's thread has ended");
        }
    }

    /// Stops the job that began last.
    pub fn stop(&self) {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).cancel();
    }

    /// Lends the driver to technicians.
    pub fn lender(&self) -> Lender<D> {
        let orders = self.orders.clone();
        Lender::new(move |call| orders.send(Order::Lend(call)).is_ok())
    }
}

struct Worker<D: ?Sized, J, Y, F, S> {
    kind: Kind<D, J, Y, F, S>,
    factory: Factory<D>,
    driver: Box<D>,
    events: SyncSender<Event>,
    work: Option<Work<J>>,
    status: Option<S>,
    /// What was told last, until it passes.
    fault: Option<F>,
}

impl<D: ?Sized, J, Y, F, S> Worker<D, J, Y, F, S>
where
    F: Clone + PartialEq + Display,
    S: Copy + PartialEq + Debug,
{
    fn new(kind: Kind<D, J, Y, F, S>, factory: Factory<D>, events: SyncSender<Event>) -> Self {
        let driver = factory();
        Self { kind, factory, driver, events, work: None, status: None, fault: None }
    }

    fn run(mut self, inbox: &Receiver<Order<D, J>>) {
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
            Some(work) => {
                self.ask_if_unwell();
                self.work = self.attempt(work);
            }
            None => self.ask(),
        }
    }

    /// An attempt may take long; that the device came back is told before.
    fn ask_if_unwell(&mut self) {
        if self.kind.done.is_some() && self.status.is_some() && self.status != self.kind.done {
            self.ask();
        }
    }

    /// Makes one attempt and gives the job back where another is to follow.
    fn attempt(&mut self, work: Work<J>) -> Option<Work<J>> {
        let outcome = self.outcome(&work);
        let (weight, status) = match &outcome {
            Ok(_) => (Weight::Over, self.kind.done),
            Err(fault) => (self.kind.meaning)(&work.job, fault),
        };
        status.into_iter().for_each(|status| self.report(status));
        let has_failed = outcome.is_err() && weight == Weight::Over;
        self.tell(&work, outcome, weight);
        if status.is_none() {
            // Whoever waits for the device to work again hears so, also where it does already.
            self.status = self.status.filter(|_| !has_failed);
            self.ask();
        }
        matches!(weight, Weight::NotYet | Weight::Trouble).then_some(work)
    }

    fn outcome(&mut self, work: &Work<J>) -> Result<Y, F> {
        let stopped = self.kind.stopped.as_ref().filter(|_| work.cancel.is_cancelled());
        if let Some(stopped) = stopped {
            return Err(stopped.clone());
        }
        let attempt = self.kind.attempt;
        let outcome = self.guarded(|driver| attempt(driver, &work.job, &work.cancel));
        outcome.unwrap_or_else(|| Err(self.kind.lost.clone()))
    }

    /// Tells what is worth telling.
    fn tell(&mut self, work: &Work<J>, outcome: Result<Y, F>, weight: Weight) {
        let fault = outcome.as_ref().err().cloned();
        let is_news = match weight {
            Weight::Over => true,
            Weight::Stopped | Weight::NotYet => false,
            Weight::Trouble => self.fault != fault,
        };
        if let (true, Some(fault)) = (is_news, &fault) {
            tracing::warn!(device = self.kind.name, %fault, "it failed");
        }
        if weight != Weight::Stopped {
            self.fault = fault.filter(|_| weight == Weight::Trouble);
        }
        if is_news {
            self.send((self.kind.told)(&work.job, work.request, outcome));
        }
    }

    fn ask(&mut self) {
        let status = self.guarded(self.kind.status);
        self.report(status.unwrap_or(self.kind.broken));
    }

    /// Calls the driver; a driver that panics is replaced by a new one.
    fn guarded<T>(&mut self, call: impl FnOnce(&mut D) -> T) -> Option<T> {
        let result = catch_unwind(AssertUnwindSafe(|| call(self.driver.as_mut())));
        if result.is_err() {
            tracing::error!(device = self.kind.name, "the driver panicked and was restarted");
            self.driver = (self.factory)();
        }
        result.ok()
    }

    fn report(&mut self, status: S) {
        if self.status != Some(status) {
            self.status = Some(status);
            tracing::info!(device = self.kind.name, ?status);
            self.send((self.kind.changed)(status));
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
