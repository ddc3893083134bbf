//! The thread that keeps things: seals, stores, and tells the session when it is durable.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use kiosk_protocol::crypto::SealingKey;
use kiosk_protocol::item::Content;
use kiosk_protocol::trail::TrailEvent;
use kiosk_session::{Event, Kept, NewCase, RequestId, StoreTrouble};
use kiosk_store::{Draft, Store, StoreError};

use super::thread;
use crate::deadlines::ORDERS_MAX;

/// What is to be kept; carried out in order.
pub enum Keep {
    /// A submitted form.
    Case(RequestId, Box<NewCase>, Vec<TrailEvent>),
    /// A draft without personal data.
    Plain(RequestId, Box<Draft>, Vec<TrailEvent>),
    /// A step for the journal.
    Trail(TrailEvent),
}

/// Orders the keeper's thread. The thread ends when this is dropped.
pub struct Keeper(SyncSender<Keep>);

impl Keeper {
    /// Starts the thread. `kept` is called after each item that became durable.
    pub fn start(
        store: Store,
        key: SealingKey,
        events: SyncSender<Event>,
        kept: impl Fn() + Send + 'static,
    ) -> std::io::Result<Self> {
        let (orders, inbox) = sync_channel(ORDERS_MAX);
        let worker = Worker { store, key, events, kept: Box::new(kept) };
        thread::spawn("keeper", move || worker.run(&inbox))?;
        Ok(Self(orders))
    }

    /// Hands something over.
    pub fn keep(&self, what: Keep) {
        if self.0.send(what).is_err() {
            tracing::error!("the keeper's thread has ended");
        }
    }
}

struct Worker {
    store: Store,
    key: SealingKey,
    events: SyncSender<Event>,
    kept: Box<dyn Fn() + Send>,
}

impl Worker {
    fn run(self, inbox: &Receiver<Keep>) {
        for order in inbox {
            match order {
                Keep::Case(request, case, trail) => {
                    let draft = seal(&case, &self.key);
                    drop(case);
                    self.answer(request, draft.and_then(|draft| self.submit(draft, trail)));
                }
                Keep::Plain(request, draft, trail) => self.answer(request, self.submit(*draft, trail)),
                Keep::Trail(event) => self.record(event),
            }
        }
    }

    fn submit(&self, draft: Draft, trail: Vec<TrailEvent>) -> Result<Kept, StoreTrouble> {
        let accepted = self.store.submit(draft, trail).map_err(|error| trouble(&error))?;
        (self.kept)();
        Ok(Kept { receipt: accepted.receipt, accepted_at: accepted.accepted_at })
    }

    fn answer(&self, request: RequestId, result: Result<Kept, StoreTrouble>) {
        // The session's thread only ends when the program does.
        let _ = self.events.send(Event::Stored { request, result });
    }

    fn record(&self, event: TrailEvent) {
        if let Err(error) = self.store.record(vec![event]) {
            tracing::error!(%error, "a step could not be recorded");
        }
    }
}

fn seal(case: &NewCase, key: &SealingKey) -> Result<Draft, StoreTrouble> {
    let file = case.file.seal(key).map_err(|_| StoreTrouble::Broken)?;
    let content = Content::Case {
        case: case.case,
        service: case.service.clone(),
        version: case.version,
        department: case.department.clone(),
        language: case.language,
        file,
    };
    Ok(Draft { lane: case.case, content })
}

fn trouble(error: &StoreError) -> StoreTrouble {
    tracing::error!(%error, "nothing was kept");
    if matches!(error, StoreError::Full) { StoreTrouble::Full } else { StoreTrouble::Broken }
}
