//! Carries questions to the platform and events of the link back.

use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};

use kiosk_client::{AskError, Handle, LinkState};
use kiosk_protocol::trust::Freshness;
use kiosk_protocol::wire::Ask;
use kiosk_session::{Age, AskTrouble, Bar, Event, Link, RequestId};
use tokio::runtime;
use tokio::task::AbortHandle;

use crate::logging;

/// Asks on the runtime; answers come back as events.
pub struct Asker {
    client: Handle,
    runtime: runtime::Handle,
    events: SyncSender<Event>,
    asking: Mutex<Option<AbortHandle>>,
}

impl Asker {
    /// Also forwards what the client tells of link, rights, catalogue, its age, and what was set from afar.
    pub fn start(client: Handle, runtime: runtime::Handle, events: SyncSender<Event>) -> Self {
        runtime.spawn(forward_link(client.clone(), events.clone()));
        runtime.spawn(forward_age(client.clone(), events.clone()));
        runtime.spawn(forward_suspension(client.clone(), events.clone()));
        runtime.spawn(forward_catalogue(client.clone(), events.clone()));
        runtime.spawn(forward_configuration(client.clone(), events.clone()));
        Self { client, runtime, events, asking: Mutex::default() }
    }

    /// Asks; the answer comes as `Event::Answered`. One question at a time: an earlier one is dropped.
    pub fn ask(&self, request: RequestId, ask: Ask) {
        let client = self.client.clone();
        let events = self.events.clone();
        let task = self.runtime.spawn(async move {
            let result = client.ask(ask).await.map(Box::new).map_err(|error| trouble(&error));
            send(&events, Event::Answered { request, result }).await;
        });
        self.replace(Some(task.abort_handle()));
    }

    /// Drops the question under way and what it knew about the person.
    pub fn stop(&self) {
        self.replace(None);
    }

    fn replace(&self, next: Option<AbortHandle>) {
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(earlier) = std::mem::replace(&mut *asking, next) {
            earlier.abort();
        }
    }
}

fn trouble(error: &AskError) -> AskTrouble {
    tracing::warn!(%error, "no answer from the platform");
    match error {
        AskError::Offline => AskTrouble::Offline,
        AskError::TimedOut => AskTrouble::TimedOut,
        AskError::Busy | AskError::Refused(_) | AskError::Unauthorised | AskError::BadAnswer => {
            AskTrouble::Failed
        }
    }
}

async fn forward_link(client: Handle, events: SyncSender<Event>) {
    let mut link = client.link.clone();
    loop {
        let state = match *link.borrow_and_update() {
            LinkState::Online => Link::Online,
            LinkState::Offline { .. } => Link::Offline,
        };
        send(&events, Event::LinkChanged(state)).await;
        if link.changed().await.is_err() {
            return;
        }
    }
}

async fn forward_age(client: Handle, events: SyncSender<Event>) {
    let mut freshness = client.freshness.clone();
    loop {
        let age = match *freshness.borrow_and_update() {
            Freshness::Fresh => Age::Fresh,
            Freshness::Stale { as_of } => Age::Stale { as_of },
            Freshness::Outdated => Age::Outdated,
        };
        send(&events, Event::AgeChanged(age)).await;
        if freshness.changed().await.is_err() {
            return;
        }
    }
}

/// How it stood at the start was told before the sync began.
async fn forward_suspension(client: Handle, events: SyncSender<Event>) {
    let mut suspended = client.suspended.clone();
    while suspended.changed().await.is_ok() {
        let is_down = *suspended.borrow_and_update();
        send(&events, Event::BarChanged { bar: Bar::Suspension, is_down }).await;
    }
}

async fn forward_catalogue(client: Handle, events: SyncSender<Event>) {
    let mut catalogue = client.catalogue.clone();
    loop {
        let current = catalogue.borrow_and_update().clone();
        if let Some(current) = current {
            send(&events, Event::CatalogueChanged(current)).await;
        }
        if catalogue.changed().await.is_err() {
            return;
        }
    }
}

/// What the session has no part in is set here: how much is logged.
async fn forward_configuration(client: Handle, events: SyncSender<Event>) {
    let mut configuration = client.configuration.clone();
    loop {
        let set = configuration.borrow_and_update().set.clone();
        logging::set(set.log);
        send(&events, Event::ConfigurationChanged(Arc::new(set))).await;
        if configuration.changed().await.is_err() {
            return;
        }
    }
}

/// Sends without holding up the runtime when the session's queue is full.
async fn send(events: &SyncSender<Event>, event: Event) {
    let events = events.clone();
    // The session's thread only ends when the program does.
    let _ = tokio::task::spawn_blocking(move || events.send(event)).await;
}
