//! An outbox in memory, by the rules of the durable one.

use std::collections::{BTreeMap, HashSet};
use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use kiosk_client::{StoreFault, SyncStore};
use kiosk_protocol::catalogue::CatalogueBundle;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::{ItemId, TerminalId};
use kiosk_protocol::item::Item;
use kiosk_protocol::journal::Countersigned;
use kiosk_protocol::revocation::Revocations;
use kiosk_protocol::trust::Trusted;
use kiosk_protocol::wire::{Change, Command, CommandResult, HeadReport, ItemAnswer};
use kiosk_store::{KeptConfiguration, KeptTrust, News, WaitingFile};
use uuid::Uuid;

use super::Line;

#[derive(Default)]
pub struct MemoryStore(Mutex<Vec<Row>>);

struct Row {
    lane: u64,
    item: Item,
    settled: bool,
    until: Timestamp,
    reason: Option<String>,
}

/// What an ordinary item says.
pub const GOOD: &str = "good";
/// The word by which the platform knows an item it refuses.
pub const POISON: &str = "poison";
/// The word by which the platform knows an item it fails at, until it is mended.
pub const CURSED: &str = "cursed";

impl MemoryStore {
    pub fn submit(&self, lane: u64, word: &str) {
        let mut rows = self.0.lock().unwrap();
        let seq = rows.len() as u64 + 1;
        let terminal = TerminalId::try_from("230202-0001".to_owned()).unwrap();
        let body = format!("{lane} {seq} {word}");
        let hash = Digest::of(body.as_bytes());
        let item = Item { id: ItemId { terminal, epoch: 1, seq }, body, hash };
        let until = Timestamp::UNIX_EPOCH;
        rows.push(Row { lane, item, settled: false, until, reason: None });
    }

    /// Lane and reason of what is not settled.
    pub fn waiting(&self) -> Vec<(u64, Option<String>)> {
        let rows = self.0.lock().unwrap();
        let waiting = rows.iter().filter(|row| !row.settled);
        waiting.map(|row| (row.lane, row.reason.clone())).collect()
    }

    /// Every item took effect once, in the order of its lane; only poison, and what waits behind it in
    /// its lane, is left, and it says why.
    pub fn check(&self, line: &Line, seed: u64) {
        let (rows, effects) = (self.0.lock().unwrap(), line.effects());
        let (mut poisoned, mut sent) = (HashSet::new(), BTreeMap::<u64, Vec<u64>>::new());
        for row in rows.iter() {
            if row.item.body.ends_with(POISON) {
                poisoned.insert(row.lane);
                let head = rows.iter().find(|other| other.lane == row.lane && !other.settled).unwrap();
                assert!(head.item.id != row.item.id || row.reason.is_some(), "seed {seed}: no reason");
            }
            assert_eq!(row.settled, !poisoned.contains(&row.lane), "seed {seed}: {}", row.item.id.seq);
            if row.settled {
                sent.entry(row.lane).or_default().push(row.item.id.seq);
            }
        }
        assert_eq!(effects, sent, "seed {seed}");
    }
}

impl SyncStore for MemoryStore {
    fn due(&self, now: Timestamp, items_max: usize, _: usize) -> Result<Vec<Item>, StoreFault> {
        let rows = self.0.lock().unwrap();
        let mut held_up = HashSet::new();
        let due = rows.iter().filter(|row| {
            if row.settled || held_up.contains(&row.lane) {
                return false;
            }
            row.until <= now || !held_up.insert(row.lane)
        });
        Ok(due.take(items_max).map(|row| row.item.clone()).collect())
    }

    fn settle(&self, answers: &[ItemAnswer]) -> Result<(), StoreFault> {
        let mut rows = self.0.lock().unwrap();
        for answer in answers {
            let row = rows.iter_mut().find(|row| row.item.id == answer.id).expect("nobody's answer");
            row.settled = true;
        }
        Ok(())
    }

    fn postpone(&self, ids: &[ItemId], until: Timestamp, reason: &str) -> Result<(), StoreFault> {
        let mut rows = self.0.lock().unwrap();
        for row in rows.iter_mut().filter(|row| ids.contains(&row.item.id)) {
            (row.until, row.reason) = (until, Some(reason.to_owned()));
        }
        Ok(())
    }

    fn next_due(&self) -> Result<Option<Timestamp>, StoreFault> {
        let rows = self.0.lock().unwrap();
        let mut lanes = HashSet::new();
        let heads = rows.iter().filter(|row| !row.settled && lanes.insert(row.lane));
        Ok(heads.map(|row| row.until).min())
    }

    fn cursor(&self) -> Result<Option<String>, StoreFault> {
        Ok(None)
    }

    fn apply_changes(&self, _: &[Change], _: &str) -> Result<(), StoreFault> {
        Ok(())
    }

    fn catalogue(&self) -> Result<Option<CatalogueBundle>, StoreFault> {
        Ok(None)
    }

    fn trusted(&self) -> Result<Option<KeptTrust>, StoreFault> {
        Ok(None)
    }

    fn keep_trusted(&self, _: &Trusted, _: News) -> Result<(), StoreFault> {
        unreachable!("nothing is published")
    }

    fn configurations(&self) -> Result<Vec<KeptConfiguration>, StoreFault> {
        Ok(Vec::new())
    }

    fn keep_trust_run(&self, _: Duration) -> Result<(), StoreFault> {
        unreachable!("nothing is trusted")
    }

    fn next_command(&self) -> Result<Option<Command>, StoreFault> {
        Ok(None)
    }

    fn begin_command(&self, _: Uuid) -> Result<bool, StoreFault> {
        unreachable!("there are no commands")
    }

    fn finish_command(&self, _: Uuid, _: &CommandResult) -> Result<(), StoreFault> {
        unreachable!("there are no commands")
    }

    fn interrupt_commands(&self) -> Result<(), StoreFault> {
        Ok(())
    }

    fn untold_result(&self) -> Result<Option<(Uuid, CommandResult)>, StoreFault> {
        Ok(None)
    }

    fn result_told(&self, _: Uuid) -> Result<(), StoreFault> {
        unreachable!("there are no commands")
    }

    fn files(&self) -> Result<Vec<WaitingFile>, StoreFault> {
        Ok(Vec::new())
    }

    fn read_file(&self, _: &Digest, _: u64, _: usize) -> Result<Vec<u8>, StoreFault> {
        unreachable!("there are no files")
    }

    fn remove_file(&self, _: &Digest) -> Result<(), StoreFault> {
        unreachable!("there are no files")
    }

    fn head_to_show(&self) -> Result<Option<HeadReport>, StoreFault> {
        Ok(None)
    }

    fn head_at(&self, _: u64) -> Result<Option<HeadReport>, StoreFault> {
        Ok(None)
    }

    fn keep_countersigned(&self, _: &Countersigned) -> Result<bool, StoreFault> {
        Ok(true)
    }

    fn begin_epoch(&self, _: u32) -> Result<(), StoreFault> {
        Ok(())
    }

    fn revocations_version(&self) -> Result<u64, StoreFault> {
        Ok(0)
    }

    fn keep_revocations(&self, _: u64, _: Revocations) -> Result<(), StoreFault> {
        unreachable!("nothing is published")
    }

    fn is_suspended(&self) -> Result<bool, StoreFault> {
        Ok(false)
    }

    fn keep_suspended(&self, is_suspended: bool) -> Result<(), StoreFault> {
        assert!(!is_suspended, "nobody takes its rights");
        Ok(())
    }
}
