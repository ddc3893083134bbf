//! Up: due items become a batch, verdicts are kept, the rest waits.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kiosk_protocol::ids::ItemId;
use kiosk_protocol::item::Item;
use kiosk_protocol::wire::{Batch, ItemAnswer};

use super::{Failure, Worker};
use crate::deadlines::{BATCH_BODY_BYTES_MAX, FORGOTTEN_ITEM, REFUSED_ITEM};
use crate::port::StoreFault;
use crate::sync::OfflineReason;
use crate::transport::TransportError;

impl Worker {
    pub(super) async fn send(&mut self, items_max: usize) -> Result<(), Failure> {
        let wall = self.clock.wall();
        let items = self.stored(move |store| store.due(wall, items_max, BATCH_BODY_BYTES_MAX)).await?;
        if items.is_empty() {
            let next = self.next_due(self.settings.backoff_base).await?;
            self.machine.nothing_due(self.clock.elapsed(), next);
            return Ok(());
        }
        let batch = Batch { items };
        match self.transport.batch(&batch).await {
            Ok(answer) => self.settle(&batch.items, answer.answers).await?,
            Err(error) => return self.not_sent(&batch.items, error).await,
        }
        let next = self.next_due(Duration::ZERO).await?;
        self.machine.sent(self.clock.elapsed(), next);
        Ok(())
    }

    async fn settle(&self, items: &[Item], answers: Vec<ItemAnswer>) -> Result<(), StoreFault> {
        let (settled, forgotten) = match_answers(items, answers);
        if !forgotten.is_empty() {
            tracing::warn!(items = forgotten.len(), "the platform's answer lacks items");
            let error = TransportError::BadAnswer("it lacks this item");
            self.postpone(forgotten, self.after(FORGOTTEN_ITEM), &error).await?;
        }
        self.stored(move |store| store.settle(&settled)).await
    }

    /// The link is held by the machine, so that items stay due: when it returns early they go early,
    /// whatever the wall clock did meanwhile.
    async fn not_sent(&mut self, items: &[Item], error: TransportError) -> Result<(), Failure> {
        let ids: Vec<_> = items.iter().map(|item| item.id.clone()).collect();
        if OfflineReason::of(&error).is_some() {
            self.postpone(ids, Timestamp::UNIX_EPOCH, &error).await?;
            return Err(error.into());
        }
        tracing::warn!(items = ids.len(), %error, "batch refused as a whole");
        if let [_] = ids.as_slice() {
            self.postpone(ids, self.after(REFUSED_ITEM), &error).await?;
        }
        self.machine.batch_refused(self.clock.elapsed(), items.len());
        Ok(())
    }

    async fn postpone(
        &self,
        ids: Vec<ItemId>,
        until: Timestamp,
        error: &TransportError,
    ) -> Result<(), StoreFault> {
        let reason = error.to_string();
        self.stored(move |store| store.postpone(&ids, until, &reason)).await
    }

    /// When the next item is due, on the machine's clock, and not before `least` from now.
    async fn next_due(&self, least: Duration) -> Result<Option<Duration>, StoreFault> {
        let due = self.stored(|store| store.next_due()).await?;
        let wall = self.clock.wall();
        let wait = |due: Timestamp| Duration::try_from(due.duration_since(wall)).unwrap_or_default();
        Ok(due.map(|due| self.clock.elapsed() + wait(due).max(least)))
    }

    fn after(&self, wait: Duration) -> Timestamp {
        let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
        self.clock.wall().checked_add(wait).unwrap_or(Timestamp::MAX)
    }
}

/// The answers to these items, in their order, and the items without one. Answers to other items are
/// nobody's.
fn match_answers(items: &[Item], answers: Vec<ItemAnswer>) -> (Vec<ItemAnswer>, Vec<ItemId>) {
    let mut by_id: HashMap<_, _> = answers.into_iter().map(|answer| (answer.id.clone(), answer)).collect();
    let (mut settled, mut forgotten) = (Vec::new(), Vec::new());
    for item in items {
        match by_id.remove(&item.id) {
            Some(answer) => settled.push(answer),
            None => forgotten.push(item.id.clone()),
        }
    }
    (settled, forgotten)
}
