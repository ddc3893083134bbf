//! Whether the platform takes this terminal's word: what it said last counts, also over a restart and without the network, so
//! that a terminal whose rights were taken serves nobody until it has them again.

use super::Worker;
use crate::sync::{Link, OfflineReason};

impl Worker {
    /// Reads what the platform said in an earlier run.
    pub(super) async fn load_rights(&self) {
        match self.stored(|store| store.is_suspended()).await {
            Ok(is_suspended) => {
                self.suspended.send_replace(is_suspended);
            }
            Err(fault) => {
                tracing::error!(
                    error = &fault as &dyn std::error::Error,
                    "cannot read the terminal's rights"
                );
            }
        }
    }

    /// Keeps what the platform said, then shows it. Where it cannot be kept the next step tries again.
    pub async fn mind_rights(&self) {
        let Some(is_suspended) = self.said() else { return };
        if *self.suspended.borrow() == is_suspended {
            return;
        }
        tracing::warn!(is_suspended, "the platform on this terminal's rights");
        match self.stored(move |store| store.keep_suspended(is_suspended)).await {
            Ok(()) => {
                self.suspended.send_replace(is_suspended);
            }
            Err(fault) => {
                tracing::error!(
                    error = &fault as &dyn std::error::Error,
                    "cannot keep the terminal's rights"
                );
            }
        }
    }

    /// What the link's last outcome says; nothing where the platform said nothing.
    fn said(&self) -> Option<bool> {
        match self.machine.link() {
            Link::Online => Some(false),
            Link::Offline { why: OfflineReason::Suspended, .. } => Some(true),
            Link::Offline { .. } => None,
        }
    }
}
