//! The journal's head: shown where something was recorded since, and kept as the platform countersigned it. So an end
//! that is cut off shows, and a terminal restored from a backup goes on in an epoch of its own.

use kiosk_protocol::journal::Countersigned;
use kiosk_protocol::wire::{HeadAnswer, HeadReport};

use super::{Failure, Worker};
use crate::transport::TransportError;

impl Worker {
    /// Shows the head, unless that failed lately. Only the store's failure is the caller's.
    pub(super) async fn show_head(&mut self) -> Result<(), Failure> {
        if !self.machine.may_show_head(self.clock.elapsed()) {
            return Ok(());
        }
        match self.try_show_head().await {
            Ok(()) => self.machine.head_shown(),
            Err(Failure::Transport(error)) => {
                tracing::warn!(%error, "the journal's head is not countersigned");
                self.machine.head_failed(self.clock.elapsed(), &error);
            }
            Err(Failure::Store(fault)) => return Err(fault.into()),
        }
        Ok(())
    }

    async fn try_show_head(&mut self) -> Result<(), Failure> {
        let Some(report) = self.stored(|store| store.head_to_show()).await? else { return Ok(()) };
        match self.transport.head(&report).await? {
            HeadAnswer::Countersigned(shown) => self.keep(report, shown).await,
            HeadAnswer::NewEpoch { epoch } => {
                tracing::error!(epoch, "the platform put this terminal into a new epoch");
                self.stored(move |store| store.begin_epoch(epoch)).await?;
                // A platform that says so again and again is asked ever more seldom.
                Err(TransportError::BadAnswer("the head's epoch is over").into())
            }
        }
    }

    async fn keep(&self, report: HeadReport, shown: Countersigned) -> Result<(), Failure> {
        let keep = move |store: &dyn crate::port::SyncStore| {
            if fits(&report, &shown) { store.keep_countersigned(&shown) } else { Ok(false) }
        };
        let is_kept = self.stored(keep).await?;
        let unfit = TransportError::BadAnswer("the countersignature does not fit the head");
        if is_kept { Ok(()) } else { Err(unfit.into()) }
    }
}

/// Whether it is what the platform was shown. By whom it is signed, the store sees.
fn fits(report: &HeadReport, shown: &Countersigned) -> bool {
    let of = |head: &kiosk_protocol::journal::SignedHead| (head.terminal.clone(), head.seq, head.hash);
    of(&shown.head) == of(&report.head) && shown.head.verify(&report.key).is_ok()
}
