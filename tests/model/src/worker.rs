//! A device's thread, as the terminal runs it: works at what was ordered, else asks for the status.

use kiosk_drivers_api::Cancel;
use kiosk_session::{Event, RequestId};

use crate::hands::{Brake, Tell};
use crate::limits::{LOOK_POLL, STATUS_POLL};
use crate::mailbox::Mailbox;

/// What differs from one kind of device to another.
pub trait Kind: Send + 'static {
    /// What it is to do.
    type Job: Send + 'static;
    /// What comes of it.
    type Yield;
    /// Why nothing came of it.
    type Fault: Clone + PartialEq + Send;
    /// How it stands.
    type Status: Copy + PartialEq + Send;

    /// How the device stands.
    fn status(&mut self) -> Self::Status;
    /// One attempt at a job.
    fn attempt(&mut self, job: &Self::Job, cancel: &Cancel) -> Outcome<Self>;
    /// What an attempt that failed means for the job.
    fn weigh(job: &Self::Job, fault: &Self::Fault) -> Weight;
    /// Tells how a job stands.
    fn told(job: &Self::Job, request: RequestId, outcome: Outcome<Self>) -> Event;
    /// Tells another status.
    fn changed(status: Self::Status) -> Event;
}

/// What came of an attempt.
pub type Outcome<K> = Result<<K as Kind>::Yield, <K as Kind>::Fault>;

/// What a fault means for the job.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// It is over.
    Over,
    /// It is over, and nobody waits for its end.
    Stopped,
    /// Nothing was there yet.
    NotYet,
    /// The next attempt may succeed, but somebody should hear of this one.
    Trouble,
}

/// An order to a device's thread.
pub enum Order<J> {
    /// Work at this.
    Begin(RequestId, J, Brake),
    /// End.
    Quit,
}

type Work<J> = (RequestId, J, Brake);

/// The thread's state.
pub struct Worker<K: Kind> {
    device: K,
    orders: Mailbox<Order<K::Job>>,
    tell: Tell,
    status: Option<K::Status>,
    /// What was told last, until it passes.
    fault: Option<K::Fault>,
}

impl<K: Kind> Worker<K> {
    /// A worker before its first turn.
    pub fn new(device: K, orders: Mailbox<Order<K::Job>>, tell: Tell) -> Self {
        Self { device, orders, tell, status: None, fault: None }
    }

    /// Works until told to end.
    pub fn run(mut self) {
        let mut work: Option<Work<K::Job>> = None;
        loop {
            let pause = if work.is_some() { LOOK_POLL } else { STATUS_POLL };
            match self.orders.receive(pause) {
                Some(Order::Begin(request, job, brake)) => work = self.attempt((request, job, brake)),
                Some(Order::Quit) => return,
                None => work = work.and_then(|work| self.attempt(work)),
            }
            self.ask();
        }
    }

    /// Makes one attempt and gives the job back where another is to follow.
    fn attempt(&mut self, work: Work<K::Job>) -> Option<Work<K::Job>> {
        let (request, job, brake) = &work;
        let outcome = self.tell.call(brake, || self.device.attempt(job, &brake.cancel));
        let fault = outcome.as_ref().err().cloned();
        let weight = fault.as_ref().map_or(Weight::Over, |fault| K::weigh(job, fault));
        let is_news = weight == Weight::Over || weight == Weight::Trouble && self.fault != fault;
        if weight != Weight::Stopped {
            self.fault = fault.filter(|_| weight == Weight::Trouble);
        }
        if is_news {
            self.tell.event(K::told(job, *request, outcome));
        }
        matches!(weight, Weight::NotYet | Weight::Trouble).then_some(work)
    }

    fn ask(&mut self) {
        let status = self.device.status();
        if self.status != Some(status) {
            self.status = Some(status);
            self.tell.event(K::changed(status));
        }
    }
}
