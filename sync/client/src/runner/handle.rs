//! What the terminal holds the sync by.

use std::future::Future;
use std::sync::Arc;

use jiff::Timestamp;
use kiosk_protocol::catalogue::Catalogue;
use kiosk_protocol::trust::Freshness;
use kiosk_protocol::wire::{Ask, Problem, Reply};
use tokio::sync::{Notify, mpsc, watch};

use super::worker::Configured;
use crate::sync::OfflineReason;
use crate::transport::{Transport, TransportError};

/// Holds a running sync. Clones hold the same one; when the last is dropped, it stops.
#[derive(Clone)]
pub struct Handle {
    /// Whether the platform is within reach.
    pub link: watch::Receiver<LinkState>,
    /// The catalogue in force; nothing before the first was verified.
    pub catalogue: watch::Receiver<Option<Arc<Catalogue>>>,
    /// What is in force of what was set from afar.
    pub configuration: watch::Receiver<Arc<Configured>>,
    /// How old what was published is.
    pub freshness: watch::Receiver<Freshness>,
    /// Whether the platform said last that this terminal has no rights.
    pub suspended: watch::Receiver<bool>,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) wake: Arc<Notify>,
    pub(super) heard: mpsc::Sender<Heard>,
    pub(super) stop: Arc<watch::Sender<bool>>,
}

/// Whether the platform is within reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// It answered last time.
    Online,
    /// It did not.
    Offline {
        /// Since when, on the wall clock.
        since: Timestamp,
        /// Why, as of the last try.
        why: OfflineReason,
    },
}

/// Why an ask has no reply. There is none to come either.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// The platform is out of reach.
    #[error("the platform is out of reach")]
    Offline,
    /// It did not answer in time.
    #[error("the platform did not answer in time")]
    TimedOut,
    /// It is there but cannot answer now.
    #[error("the platform is busy")]
    Busy,
    /// It will not answer this. A refusal the resident should read is `Reply::Refused` instead.
    #[error("the platform refused: {kind} ({status})", kind = .0.kind, status = .0.status)]
    Refused(Problem),
    /// It does not accept this terminal.
    #[error("the platform does not accept this terminal")]
    Unauthorised,
    /// Its answer is unusable.
    #[error("the platform's answer is unusable")]
    BadAnswer,
}

/// What the sync learns from an ask.
pub type AskResult = Result<(), TransportError>;

/// What the sync hears of calls beside it.
#[derive(Debug)]
pub enum Heard {
    /// An ask ended.
    Asked(AskResult),
    /// The platform answered something nobody waits for.
    Reached,
}

impl Handle {
    /// Says that a resident made a step of their own: what waits goes now, spread or not. Never waits.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Asks at once, offline or not, so that a network that came back is noticed. Ends within
    /// `deadlines::ASK`. Poll it on a tokio runtime; dropping it cancels. Nothing of it is stored.
    pub fn ask(&self, ask: Ask) -> impl Future<Output = Result<Reply, AskError>> + Send + use<> {
        let transport = Arc::clone(&self.transport);
        let heard = self.heard.clone();
        async move {
            let reply = transport.ask(&ask).await;
            let result = reply.as_ref().map(|_| ()).map_err(Clone::clone);
            // Where nobody listens, or too many hints wait, the sync finds out by itself.
            let _ = heard.try_send(Heard::Asked(result));
            reply.map_err(AskError::from)
        }
    }

    /// Says that the platform answered something nobody waits for. Never waits.
    pub fn reached(&self) {
        // Where too many hints wait, the sync finds out by itself.
        let _ = self.heard.try_send(Heard::Reached);
    }

    /// Stops the sync; a request under way is dropped and made again after the next start.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }
}

impl From<TransportError> for AskError {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::Unreachable | TransportError::Untrusted => Self::Offline,
            TransportError::TimedOut => Self::TimedOut,
            TransportError::RetryAfter(_) => Self::Busy,
            TransportError::Refused(problem) => Self::Refused(problem),
            TransportError::Unauthorised | TransportError::Suspended => Self::Unauthorised,
            TransportError::BadAnswer(_) => Self::BadAnswer,
        }
    }
}
