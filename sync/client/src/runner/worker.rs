//! One step at a time: asks the machine, does it, tells the machine how it went. Knows no timer, so
//! that the same code runs in virtual time.

mod catalogue;
mod commands;
mod configuration;
mod downlink;
mod files;
mod head;
mod revocations;
mod rights;
mod trust;
mod uplink;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use kiosk_protocol::catalogue::Catalogue;
use kiosk_protocol::crypto::VerifyingKey;
use kiosk_protocol::trust::Freshness;
use rand::rngs::StdRng;
use tokio::sync::watch;

use super::clock::Clock;
use super::handle::{AskResult, LinkState};
use crate::port::{StoreFault, SyncStore};
use crate::sync::{Link, Machine, OfflineReason, Settings, Step};
use crate::transport::{Transport, TransportError};
use commands::NoOrders;
pub use commands::Orders;
use configuration::Twin;
pub use configuration::{Configured, Me};
use trust::Held;

/// Does what the machine plans.
pub struct Worker {
    store: Arc<dyn SyncStore>,
    transport: Arc<dyn Transport>,
    catalogue_key: VerifyingKey,
    settings: Settings,
    clock: Arc<dyn Clock>,
    machine: Machine,
    held: Held,
    orders: Arc<dyn Orders>,
    twin: Twin,
    link: watch::Sender<LinkState>,
    catalogue: watch::Sender<Option<Arc<Catalogue>>>,
    configuration: watch::Sender<Arc<Configured>>,
    freshness: watch::Sender<Freshness>,
    suspended: watch::Sender<bool>,
}

/// Why a step is not done.
#[derive(Debug)]
enum Failure {
    Transport(TransportError),
    Store(StoreFault),
}

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

impl From<StoreFault> for Failure {
    fn from(fault: StoreFault) -> Self {
        Self::Store(fault)
    }
}

impl Worker {
    /// A worker that has done nothing yet. `load_catalogue` comes first.
    pub fn new(
        store: Arc<dyn SyncStore>,
        transport: Arc<dyn Transport>,
        catalogue_key: VerifyingKey,
        settings: Settings,
        rng: StdRng,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let machine = Machine::new(settings, rng, clock.elapsed());
        let offline = LinkState::Offline { since: clock.wall(), why: OfflineReason::Starting };
        let (link, catalogue) = (watch::Sender::new(offline), watch::Sender::new(None));
        let (held, freshness) = (Held::default(), watch::Sender::new(Freshness::Outdated));
        let (orders, configuration) = (Arc::new(NoOrders), watch::Sender::default());
        let suspended = watch::Sender::new(false);
        Self {
            store,
            transport,
            catalogue_key,
            settings,
            clock,
            machine,
            held,
            orders,
            twin: Twin::default(),
            link,
            catalogue,
            configuration,
            freshness,
            suspended,
        }
    }

    /// The link, to watch.
    pub fn link(&self) -> watch::Receiver<LinkState> {
        self.link.subscribe()
    }

    /// The catalogue in force, to watch.
    pub fn catalogue(&self) -> watch::Receiver<Option<Arc<Catalogue>>> {
        self.catalogue.subscribe()
    }

    /// What is in force of what was set from afar, to watch.
    pub fn configuration(&self) -> watch::Receiver<Arc<Configured>> {
        self.configuration.subscribe()
    }

    /// How old what was published is, to watch.
    pub fn freshness(&self) -> watch::Receiver<Freshness> {
        self.freshness.subscribe()
    }

    /// Whether the platform said last that this terminal has no rights, to watch.
    pub fn suspended(&self) -> watch::Receiver<bool> {
        self.suspended.subscribe()
    }

    /// What to do now.
    pub fn next(&self) -> Step {
        self.machine.next(self.clock.elapsed())
    }

    /// Whether `woken` changes anything now.
    pub fn heeds_waking(&self) -> bool {
        self.machine.heeds_waking(self.clock.elapsed())
    }

    /// A resident made a step of their own.
    pub fn woken(&mut self) {
        self.machine.woken(self.clock.elapsed());
    }

    /// An ask ended.
    pub fn asked(&mut self, result: &AskResult) {
        let now = self.clock.elapsed();
        match result {
            Ok(()) => self.machine.answered(now),
            Err(error) => self.machine.ask_failed(now, error),
        }
        self.publish_link();
    }

    /// The platform answered something nobody waits for.
    pub fn reached(&mut self) {
        self.machine.reached(self.clock.elapsed());
        self.publish_link();
    }

    /// Does the step. Whatever goes wrong is planned again.
    pub async fn perform(&mut self, step: Step) {
        let done = match step {
            Step::Send { items_max } => self.send(items_max).await,
            Step::Pull => self.pull().await,
            Step::Fetch { .. } => self.fetch().await,
            Step::Upload(part) => self.upload(part).await,
            Step::Wait { .. } => Ok(()),
        };
        let now = self.clock.elapsed();
        match done {
            Ok(()) => {}
            Err(Failure::Transport(error)) => {
                tracing::warn!(?step, %error, "step failed");
                self.machine.failed(now, step, &error);
            }
            Err(Failure::Store(fault)) => {
                tracing::error!(?step, error = &fault as &dyn std::error::Error, "store failed");
                self.machine.store_failed(now, step);
            }
        }
        self.publish_link();
        self.mind_rights().await;
        self.mind_age().await;
    }

    async fn stored<T: Send + 'static>(
        &self,
        call: impl FnOnce(&dyn SyncStore) -> Result<T, StoreFault> + Send + 'static,
    ) -> Result<T, StoreFault> {
        let store = Arc::clone(&self.store);
        let call = tokio::task::spawn_blocking(move || call(store.as_ref()));
        call.await.unwrap_or_else(|panicked| Err(StoreFault(panicked.into())))
    }

    fn publish_link(&self) {
        let state = match self.machine.link() {
            Link::Online => LinkState::Online,
            Link::Offline { since, why } => LinkState::Offline { since: self.wall_at(since), why },
        };
        self.link.send_if_modified(|old| {
            let changed = !is_same(old, &state);
            if changed {
                tracing::info!(?state, "link");
                *old = state;
            }
            changed
        });
    }

    /// The wall clock's time when the other clock showed `then`.
    fn wall_at(&self, then: std::time::Duration) -> Timestamp {
        let ago = self.clock.elapsed().saturating_sub(then);
        let ago = SignedDuration::try_from(ago).unwrap_or(SignedDuration::MAX);
        self.clock.wall().checked_sub(ago).unwrap_or(Timestamp::MIN)
    }
}

/// Two clocks never agree to the nanosecond, so `since` does not count.
fn is_same(one: &LinkState, other: &LinkState) -> bool {
    match (one, other) {
        (LinkState::Online, LinkState::Online) => true,
        (LinkState::Offline { why, .. }, LinkState::Offline { why: other, .. }) => why == other,
        (LinkState::Online, LinkState::Offline { .. }) | (LinkState::Offline { .. }, LinkState::Online) => {
            false
        }
    }
}
