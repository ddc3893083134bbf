//! Keeps what the session orders, as the terminal's keeper does: in line, a step until it is recorded, an item behind a
//! step that cannot be recorded given back. The store is the real one; the disk under it may be full, broken or slow.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kiosk_protocol::crypto::{SealingKey, SigningKey};
use kiosk_protocol::ids::{ReceiptNumber, TerminalId};
use kiosk_protocol::trail::TrailEvent;
use kiosk_session::{Kept, NewCase, RequestId, StoreTrouble};
use kiosk_store::{Draft, KEY_BYTES, KeyError, KeyPort, Options, Store, StoreError};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::chance::Chance;
use crate::limits::{COMMIT_MS, SLOW_COMMIT_MS, STEP_RETRY};

/// The terminal's name, as receipts show it.
pub const TERMINAL: &str = "230202-0001";

/// How the disk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disk {
    /// It takes what it is given.
    Well,
    /// It takes nothing more.
    Full,
    /// It fails.
    Broken,
    /// It takes its time.
    Slow,
    /// It takes an item and fails before it can say so.
    InDoubt,
}

/// What waits.
pub enum Order {
    /// A submitted form.
    Case(RequestId, Box<NewCase>, Vec<TrailEvent>),
    /// A draft without personal data.
    Plain(RequestId, Draft, Vec<TrailEvent>),
    /// A step of the trail.
    Step(TrailEvent),
}

/// An answer to an item.
pub type Answer = (RequestId, Result<Kept, StoreTrouble>);

/// The line, the disk and the store.
pub struct Keeper {
    /// The store.
    pub store: Store,
    /// How the disk is.
    pub disk: Disk,
    /// What the store has accepted: the number, and the lane of each.
    pub accepted: BTreeMap<ReceiptNumber, Uuid>,
    /// Steps the store has recorded.
    pub recorded: u64,
    key: SealingKey,
    line: VecDeque<Order>,
    ready: Option<Duration>,
}

struct FixedKey;

impl KeyPort for FixedKey {
    fn key(&self) -> Result<Zeroizing<[u8; KEY_BYTES]>, KeyError> {
        Ok(Zeroizing::new([7; KEY_BYTES]))
    }
}

impl Keeper {
    /// A new store in the folder.
    pub fn open(
        folder: &Path,
        wall: impl Fn() -> Timestamp + Send + Sync + 'static,
        key: SealingKey,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let terminal = TerminalId::try_from(TERMINAL.to_owned())?;
        let (path, clock, heads_key) =
            (folder.join("store"), Arc::new(wall), SigningKey::generate()?.verifying_key());
        let options = Options { path, terminal, epoch: 1, heads_key, limit: None, clock };
        let store = Store::open(options, &FixedKey)?;
        let (accepted, line) = (BTreeMap::new(), VecDeque::new());
        Ok(Self { store, disk: Disk::Well, accepted, recorded: 0, key, line, ready: None })
    }

    /// Lines an order up.
    pub fn order(&mut self, now: Duration, order: Order, chance: &mut Chance) {
        self.line.push_back(order);
        if self.ready.is_none() {
            self.ready = Some(now + self.commit(chance));
        }
    }

    /// When something is done.
    pub fn due(&self) -> Option<Duration> {
        self.ready
    }

    /// Does what is first in line.
    pub fn serve(&mut self, now: Duration, chance: &mut Chance) -> Vec<Answer> {
        let Some(order) = self.line.pop_front() else {
            self.ready = None;
            return Vec::new();
        };
        let answers = match order {
            Order::Step(step) => return self.record(now, step, chance),
            Order::Case(request, case, trail) => {
                let draft = self.seal(&case);
                vec![(request, draft.and_then(|draft| self.submit(draft, trail)))]
            }
            Order::Plain(request, draft, trail) => vec![(request, self.submit(draft, trail))],
        };
        self.move_on(now, chance);
        answers
    }

    fn move_on(&mut self, now: Duration, chance: &mut Chance) {
        self.ready = (!self.line.is_empty()).then(|| now + self.commit(chance));
    }

    /// A step that cannot be recorded stays first, and all items are given back.
    fn record(&mut self, now: Duration, step: TrailEvent, chance: &mut Chance) -> Vec<Answer> {
        let result = self.trouble().map_or_else(|| self.store.record(vec![step.clone()]), Err);
        let Err(error) = result else {
            self.recorded += 1;
            self.move_on(now, chance);
            return Vec::new();
        };
        self.line.push_front(Order::Step(step));
        self.ready = Some(now + STEP_RETRY);
        self.give_up_items(told(&error))
    }

    fn give_up_items(&mut self, trouble: StoreTrouble) -> Vec<Answer> {
        let mut answers = Vec::new();
        self.line.retain(|order| match order {
            Order::Case(request, ..) | Order::Plain(request, ..) => {
                answers.push((*request, Err(trouble)));
                false
            }
            Order::Step(_) => true,
        });
        answers
    }

    fn submit(&mut self, draft: Draft, trail: Vec<TrailEvent>) -> Result<Kept, StoreTrouble> {
        if let Some(error) = self.trouble() {
            return Err(told(&error));
        }
        let (lane, steps) = (draft.lane, trail.len() as u64);
        let accepted = self.store.submit(draft, trail).map_err(|error| told(&error))?;
        if self.accepted.insert(accepted.receipt.clone(), lane).is_none() {
            self.recorded += steps;
        }
        if self.disk == Disk::InDoubt {
            return Err(told(&in_doubt()));
        }
        Ok(Kept { receipt: accepted.receipt, accepted_at: accepted.accepted_at })
    }

    fn trouble(&self) -> Option<StoreError> {
        match self.disk {
            Disk::Full => Some(StoreError::Full),
            Disk::Broken => Some(StoreError::Io("the disk".to_owned())),
            Disk::Well | Disk::Slow | Disk::InDoubt => None,
        }
    }

    fn commit(&self, chance: &mut Chance) -> Duration {
        chance.ms(if self.disk == Disk::Slow { SLOW_COMMIT_MS } else { COMMIT_MS })
    }

    fn seal(&self, case: &NewCase) -> Result<Draft, StoreTrouble> {
        let file = case.file.seal(&self.key).map_err(|_| StoreTrouble::Broken)?;
        Ok(Draft { lane: case.case, content: case.sealed(file) })
    }
}

fn in_doubt() -> StoreError {
    StoreError::InDoubt("the disk".to_owned())
}

fn told(error: &StoreError) -> StoreTrouble {
    let known = [(StoreError::Full, StoreTrouble::Full), (in_doubt(), StoreTrouble::Unsure)];
    known.iter().find(|(known, _)| known == error).map_or(StoreTrouble::Broken, |(_, trouble)| *trouble)
}
