//! The thread that keeps things: seals, stores, and tells the session when it is durable. Whatever can be done before
//! somebody waits for it is done while nothing is to be kept.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use kiosk_protocol::crypto::SealingKey;
use kiosk_protocol::trail::TrailEvent;
use kiosk_session::{Event, Kept, NewCase, RequestId, StoreTrouble};
use kiosk_store::{Draft, Store, StoreError};

use super::room::RoomWatch;
use super::sealing::Sealing;
use super::thread;
use super::waiting::{Next, Waiting};
use crate::deadlines::{STEP_RETRY, STEPS_BEHIND_MAX, STEPS_PATIENCE};

/// What is to be kept; answered with `Event::Stored`.
pub enum Item {
    /// A submitted form.
    Case(RequestId, Box<NewCase>, Vec<TrailEvent>),
    /// A draft without personal data.
    Plain(RequestId, Box<Draft>, Vec<TrailEvent>),
}

/// Orders the keeper's thread, which carries out in order. The thread ends when this is dropped.
pub struct Keeper {
    waiting: Arc<Waiting>,
    wake: SyncSender<()>,
    events: SyncSender<Event>,
}

impl Keeper {
    /// Starts the thread. `kept` is called after each item and each step of a resident that became durable: somebody stands at
    /// the terminal, so that a network that came back should be noticed now. What the terminal records by itself, its start
    /// above all, is no reason to hurry: when the power is back, all of a city's record it at once.
    pub fn start(
        store: Store,
        key: SealingKey,
        events: SyncSender<Event>,
        kept: impl Fn() + Send + 'static,
    ) -> std::io::Result<Self> {
        let waiting = Arc::<Waiting>::default();
        let (wake, woken) = sync_channel(1);
        let worker = Worker {
            store,
            sealing: Sealing::new(key),
            events: events.clone(),
            kept: Box::new(kept),
            waiting: Arc::clone(&waiting),
            last: None,
            room: RoomWatch::new(events.clone()),
        };
        thread::spawn("keeper", move || worker.run(&woken))?;
        Ok(Self { waiting, wake, events })
    }

    /// Hands an item over without waiting. Where too much waits for the disk already, the answer comes at once.
    pub fn keep(&self, item: Item) {
        if let Err(item) = self.waiting.item(item) {
            tracing::error!("too much waits for the store: nothing was kept");
            let result = Err(StoreTrouble::Broken);
            // Were this queue full too, the session's own deadline would answer.
            let _ = self.events.try_send(Event::Stored { request: item.request(), result });
        }
        self.wake();
    }

    /// Hands a step of the trail over without waiting. It stays in line until it is recorded.
    pub fn record(&self, step: TrailEvent) {
        if !self.waiting.step(step) {
            // Long before, `is_behind` has closed the terminal.
            tracing::error!("too much waits for the store: a step of the trail is lost");
        }
        self.wake();
    }

    /// Whether the trail falls behind: nothing may go on that would have to be recorded.
    pub fn is_behind(&self) -> bool {
        self.is_behind_by(STEPS_PATIENCE)
    }

    fn is_behind_by(&self, patience: Duration) -> bool {
        let (count, still) = self.waiting.stands();
        count >= STEPS_BEHIND_MAX || still > patience
    }

    fn wake(&self) {
        // Full: the thread is about to look anyway. Closed: with a broken thread the program ends.
        let _ = self.wake.try_send(());
    }
}

impl Item {
    fn request(&self) -> RequestId {
        match self {
            Self::Case(request, ..) | Self::Plain(request, ..) => *request,
        }
    }
}

struct Worker {
    store: Store,
    sealing: Sealing,
    events: SyncSender<Event>,
    kept: Box<dyn Fn() + Send>,
    waiting: Arc<Waiting>,
    /// Why the trail could not be written the last time; said once, not at every try.
    last: Option<StoreError>,
    room: RoomWatch,
}

impl Worker {
    fn run(mut self, woken: &Receiver<()>) {
        self.sealing.prepare();
        while woken.recv_timeout(STEP_RETRY) != Err(RecvTimeoutError::Disconnected) {
            self.serve();
            self.sealing.prepare();
            if let Some(step) = self.room.look(&self.store) {
                // Left out where nothing can be recorded anyway.
                self.waiting.step(step);
            }
        }
    }

    /// Until nothing waits, or a step cannot be recorded: then the items behind it are refused.
    fn serve(&mut self) {
        while let Some(next) = self.waiting.next() {
            match next {
                Next::Item(item) => {
                    self.keep(item);
                    self.waiting.done(0);
                }
                Next::Steps(steps) => match self.record(steps) {
                    Ok(count) => self.waiting.done(count),
                    Err(trouble) => return self.refuse_items(trouble),
                },
            }
        }
    }

    fn keep(&mut self, item: Item) {
        match item {
            Item::Case(request, case, trail) => {
                let draft = self.sealing.seal(&case);
                drop(case);
                let result = draft.and_then(|draft| self.submit(draft, trail));
                self.answer(request, result);
            }
            Item::Plain(request, draft, trail) => {
                let result = self.submit(*draft, trail);
                self.answer(request, result);
            }
        }
    }

    fn submit(&mut self, draft: Draft, trail: Vec<TrailEvent>) -> Result<Kept, StoreTrouble> {
        let accepted = self.store.submit(draft, trail).map_err(|error| {
            tracing::error!(%error, "nothing was kept");
            self.room.hurry();
            trouble(&error)
        })?;
        (self.kept)();
        Ok(Kept { receipt: accepted.receipt, accepted_at: accepted.accepted_at })
    }

    fn answer(&self, request: RequestId, result: Result<Kept, StoreTrouble>) {
        // The session's thread only ends when the program does.
        let _ = self.events.send(Event::Stored { request, result });
    }

    fn refuse_items(&self, trouble: StoreTrouble) {
        self.waiting.give_up_items().iter().for_each(|item| self.answer(item.request(), Err(trouble)));
    }

    /// Records the steps and says how many. After `InDoubt` they may be recorded twice: a step too many in the
    /// trail shows and harms nobody, one too few would hide something.
    fn record(&mut self, steps: Vec<TrailEvent>) -> Result<usize, StoreTrouble> {
        let (count, is_residents) = (steps.len(), steps.iter().any(is_residents));
        let error = self.store.record(steps).err();
        let answer = error.as_ref().map_or(Ok(count), |error| Err(trouble_before(error)));
        if answer.is_ok() && is_residents {
            (self.kept)();
        }
        if self.last != error {
            match &error {
                Some(error) => tracing::error!(%error, "steps cannot be recorded; they wait"),
                None => tracing::info!("steps that waited are recorded"),
            }
            self.last = error;
        }
        answer
    }
}

/// Whether only somebody who stands here takes this step.
fn is_residents(step: &TrailEvent) -> bool {
    matches!(
        step,
        TrailEvent::VisitBegun { .. }
            | TrailEvent::Identified { .. }
            | TrailEvent::ServiceOpened { .. }
            | TrailEvent::Asked { .. }
            | TrailEvent::CasesAsked { .. }
            | TrailEvent::ReceiptAsked { .. }
            | TrailEvent::Rated { .. }
    )
}

fn trouble(error: &StoreError) -> StoreTrouble {
    let is_in_doubt = matches!(error, StoreError::InDoubt(_));
    if is_in_doubt { StoreTrouble::Unsure } else { trouble_before(error) }
}

/// The same for what was never handed to the store, for something before it could not be kept.
fn trouble_before(error: &StoreError) -> StoreTrouble {
    if matches!(error, StoreError::Full) { StoreTrouble::Full } else { StoreTrouble::Broken }
}

#[cfg(test)]
#[path = "keeper_tests.rs"]
mod tests;
