//! Whom to blame for a batch without verdicts: the link, or an item in it.
//!
//! After each failed batch the platform is asked something else. Where it answers that, and batches fail
//! all the same, time after time, it is not the link. Then batches are narrowed down to one item, and
//! that one is from now on sent alone, so that it fails no other's batch.

use std::collections::BTreeMap;

use kiosk_protocol::ids::ItemId;

use crate::deadlines::{BATCHES_FAILED, CULPRITS_MAX};

/// What speaks against batches, and the items already found out.
#[derive(Debug, Default)]
pub(super) struct Suspicion {
    /// Batches that failed, each with something else answered since the one before.
    failed: u32,
    /// A batch failed, and nothing else was tried since.
    is_probing: bool,
    /// How often each item failed alone.
    culprits: BTreeMap<ItemId, u32>,
}

impl Suspicion {
    /// Something else than a batch must be tried first.
    pub(super) fn is_probing(&self) -> bool {
        self.is_probing
    }

    /// The platform answered.
    pub(super) fn answered(&mut self) {
        self.is_probing = false;
    }

    /// The platform did not answer something else either: the link is to blame.
    pub(super) fn unanswered(&mut self) {
        (self.failed, self.is_probing) = (0, false);
    }

    /// A batch got its verdicts. Found good one after the other, batches are above suspicion again.
    pub(super) fn taken(&mut self) {
        self.failed = self.failed.min(BATCHES_FAILED).saturating_sub(1);
    }

    /// A batch failed as a link does. Answers whether it is the batch all the same.
    pub(super) fn failed(&mut self, items: &[ItemId]) -> bool {
        self.failed = self.failed.saturating_add(1);
        self.is_probing = true;
        self.failed >= BATCHES_FAILED || self.is_culprit_alone(items)
    }

    /// The item failed alone. Answers how often so far.
    pub(super) fn convict(&mut self, item: &ItemId) -> u32 {
        let times = self.culprits.entry(item.clone()).or_default();
        *times = times.saturating_add(1);
        let times = *times;
        if self.culprits.len() > CULPRITS_MAX {
            self.culprits.pop_first();
        }
        times
    }

    /// The item has its verdict.
    pub(super) fn acquit(&mut self, item: &ItemId) {
        self.culprits.remove(item);
    }

    /// How many of these items, from the front, may share a batch.
    pub(super) fn lead(&self, items: &[ItemId]) -> usize {
        let innocent = items.iter().take_while(|item| !self.culprits.contains_key(item)).count();
        innocent.max(1).min(items.len())
    }

    fn is_culprit_alone(&self, items: &[ItemId]) -> bool {
        matches!(items, [item] if self.culprits.contains_key(item))
    }
}
