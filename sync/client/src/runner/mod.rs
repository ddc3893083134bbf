//! Carries out what the machine plans, on tokio. One request at a time; store calls run on blocking
//! threads. Stopping in mid-request is safe: an item without a verdict on disk is sent again.

mod clock;
mod handle;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use kiosk_protocol::crypto::VerifyingKey;
use tokio::sync::{Notify, mpsc, watch};

pub use clock::{Clock, SystemClock};
pub use handle::{AskError, Handle, LinkState};
pub use worker::{Configured, Me, Orders, Worker};

use crate::deadlines::ASK_RESULTS_MAX;
use crate::port::SyncStore;
use crate::sync::{Settings, Step};
use crate::transport::Transport;
use handle::Heard;

/// The sync of one terminal. `run` it on a tokio runtime.
pub struct Runner {
    worker: Worker,
    clock: Arc<dyn Clock>,
    wake: Arc<Notify>,
    heard: mpsc::Receiver<Heard>,
    stop: watch::Receiver<bool>,
}

impl Runner {
    /// A runner and the handle the terminal holds it by. Nothing happens before `run`.
    pub fn new(
        store: Arc<dyn SyncStore>,
        transport: Arc<dyn Transport>,
        catalogue_key: VerifyingKey,
        settings: Settings,
    ) -> (Self, Handle) {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
        let rng = rand::make_rng();
        let worker =
            Worker::new(store, Arc::clone(&transport), catalogue_key, settings, rng, Arc::clone(&clock));
        let (heard_tx, heard) = mpsc::channel(ASK_RESULTS_MAX);
        let (stop_tx, stop) = watch::channel(false);
        let wake = Arc::new(Notify::new());
        let handle = Handle {
            link: worker.link(),
            catalogue: worker.catalogue(),
            configuration: worker.configuration(),
            freshness: worker.freshness(),
            suspended: worker.suspended(),
            transport,
            wake: Arc::clone(&wake),
            heard: heard_tx,
            stop: Arc::new(stop_tx),
        };
        (Self { worker, clock, wake, heard, stop }, handle)
    }

    /// Has commands of the platform carried out by these.
    pub fn obeying(mut self, orders: Arc<dyn Orders>) -> Self {
        self.worker.obey(orders);
        self
    }

    /// Has it take what is set for this terminal from afar, and say what is in force.
    pub fn introducing(mut self, me: Me) -> Self {
        self.worker.introduce(me);
        self
    }

    /// Runs until `Handle::stop`, or until the last handle is gone.
    pub async fn run(mut self) {
        let mut stop = self.stop.clone();
        tokio::select! {
            () = self.work() => {}
            // An error means that the last handle is gone.
            _ = stop.wait_for(|stop| *stop) => {}
        }
        tracing::info!("sync stopped");
    }

    async fn work(&mut self) {
        self.worker.load_catalogue().await;
        loop {
            match self.worker.next() {
                Step::Wait { until } => self.wait(until).await,
                step @ (Step::Send { .. } | Step::Pull | Step::Fetch { .. } | Step::Upload(_)) => {
                    self.worker.perform(step).await;
                }
            }
        }
    }

    async fn wait(&mut self, until: Duration) {
        let rest = until.saturating_sub(self.clock.elapsed());
        tokio::select! {
            () = tokio::time::sleep(rest) => {}
            () = self.wake.notified(), if self.worker.heeds_waking() => self.worker.woken(),
            Some(heard) = self.heard.recv() => {
                match heard {
                    Heard::Asked(result) => self.worker.asked(&result),
                    Heard::Reached => self.worker.reached(),
                }
                self.worker.mind_rights().await;
            }
        }
    }
}
