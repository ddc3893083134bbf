//! The journal's head: shown where something was recorded since, and kept as the platform countersigned it. So an end
//! that is cut off shows, and a terminal restored from a backup goes on in an epoch of its own.

use kiosk_protocol::journal::Countersigned;
use kiosk_protocol::wire::{HeadAnswer, HeadReport, Place};

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
            HeadAnswer::Show { seq } => self.show_behind(seq, report).await,
            answer @ (HeadAnswer::Countersigned(_) | HeadAnswer::NewEpoch { .. }) => {
                self.heed(&report, answer).await
            }
        }
    }

    /// The head at that row, then the one that goes on from it. What is kept here may be newer: a platform may have been
    /// restored from a backup.
    async fn show_behind(&self, seq: u64, report: HeadReport) -> Result<(), Failure> {
        let earlier = self.stored(move |store| store.head_at(seq)).await?;
        let earlier = earlier.ok_or(TransportError::BadAnswer("the trail has no such row"))?;
        let answer = self.transport.head(&earlier).await?;
        self.heed(&earlier, answer).await?;
        let report = HeadReport { behind: Some(Place::of(&earlier.head)), ..report };
        let answer = self.transport.head(&report).await?;
        self.heed(&report, answer).await
    }

    async fn heed(&self, report: &HeadReport, answer: HeadAnswer) -> Result<(), Failure> {
        match answer {
            HeadAnswer::Countersigned(shown) => self.keep(report, shown).await,
            HeadAnswer::Show { .. } => Err(TransportError::BadAnswer("it asks for another row again").into()),
            HeadAnswer::NewEpoch { epoch } => {
                tracing::error!(epoch, "the platform put this terminal into a new epoch");
                self.stored(move |store| store.begin_epoch(epoch)).await?;
                // A platform that says so again and again is asked ever more seldom.
                Err(TransportError::BadAnswer("the head's epoch is over").into())
            }
        }
    }

    async fn keep(&self, report: &HeadReport, shown: Countersigned) -> Result<(), Failure> {
        let report = report.clone();
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
