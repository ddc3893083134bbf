//! Up: due items become a batch, verdicts are kept, the rest waits.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kiosk_protocol::ids::ItemId;
use kiosk_protocol::item::Item;
use kiosk_protocol::wire::{Batch, ItemAnswer};

use super::{Failure, Worker};
use crate::deadlines::{BATCH_BODY_BYTES_MAX, FORGOTTEN_ITEM};
use crate::port::StoreFault;
use crate::sync::Blame;
use crate::transport::TransportError;

impl Worker {
    pub(super) async fn send(&mut self, items_max: usize) -> Result<(), Failure> {
        self.look_for_files().await;
        let wall = self.clock.wall();
        let mut items = self.stored(move |store| store.due(wall, items_max, BATCH_BODY_BYTES_MAX)).await?;
        if items.is_empty() {
            let next = self.next_due(self.settings.backoff_base).await?;
            self.machine.nothing_due(self.clock.elapsed(), next);
            return Ok(());
        }
        items.truncate(self.machine.lead(&ids(&items)));
        let bytes: usize = items.iter().map(|item| item.body.len()).sum();
        // Half, because what is read for a batch ends below its bound by the one item that did not fit.
        let had_room = items.len() < items_max && bytes < BATCH_BODY_BYTES_MAX / 2;
        let batch = Batch { items };
        match self.transport.batch(&batch).await {
            Ok(answer) => self.settle(&batch.items, answer.answers).await?,
            Err(error) => return self.not_sent(&batch.items, &error).await,
        }
        let next = self.next_due(Duration::ZERO).await?;
        self.machine.sent(self.clock.elapsed(), had_room, next);
        Ok(())
    }

    async fn settle(&mut self, items: &[Item], answers: Vec<ItemAnswer>) -> Result<(), StoreFault> {
        let (settled, forgotten) = match_answers(items, answers);
        if !forgotten.is_empty() {
            tracing::warn!(items = forgotten.len(), "the platform's answer lacks items");
            let error = TransportError::BadAnswer("it lacks this item");
            self.postpone(forgotten, self.after(FORGOTTEN_ITEM), &error).await?;
        }
        settled.iter().for_each(|answer| self.machine.settled(&answer.id));
        self.stored(move |store| store.settle(&settled)).await
    }

    /// Where the link is to blame it is held by the machine, so that items stay due: when it returns early
    /// they go early, whatever the wall clock did meanwhile.
    async fn not_sent(&mut self, items: &[Item], error: &TransportError) -> Result<(), Failure> {
        let blame = self.machine.batch_failed(self.clock.elapsed(), &ids(items), error);
        tracing::warn!(items = items.len(), %error, ?blame, "a batch has no verdicts");
        match blame {
            Blame::Link => self.postpone(ids(items), Timestamp::UNIX_EPOCH, error).await?,
            Blame::Batch => {}
            Blame::Item { wait } => self.postpone(ids(items), self.after(wait), error).await?,
        }
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

fn ids(items: &[Item]) -> Vec<ItemId> {
    items.iter().map(|item| item.id.clone()).collect()
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
