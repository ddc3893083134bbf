//! A platform that keeps every item once, behind a line that may do anything to requests and answers.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use kiosk_client::{Answer, Chunk, Transport, TransportError};
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::ItemId;
use kiosk_protocol::item::{Item, Verdict};
use kiosk_protocol::trust::{Described, Offered};
use kiosk_protocol::wire::{
    Ask, Batch, BatchAnswer, Changes, HeadAnswer, HeadReport, ItemAnswer, Problem, Reply,
};
use kiosk_protocol::wire::{CommandResult, ConfigurationReport};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::VirtualClock;
use super::store::{CURSED, POISON};

pub struct Line {
    clock: Arc<VirtualClock>,
    state: Mutex<State>,
}

struct State {
    rng: StdRng,
    faulty: bool,
    cut: bool,
    forget: bool,
    failing: Option<TransportError>,
    failures: Vec<Duration>,
    batches: usize,
    kept: HashMap<ItemId, Digest>,
    effects: BTreeMap<u64, Vec<u64>>,
    delayed: Vec<Batch>,
}

impl Line {
    pub fn new(seed: u64, clock: Arc<VirtualClock>) -> Self {
        let state = State {
            rng: StdRng::seed_from_u64(!seed),
            faulty: false,
            cut: false,
            forget: false,
            failing: None,
            failures: Vec::new(),
            batches: 0,
            kept: HashMap::new(),
            effects: BTreeMap::new(),
            delayed: Vec::new(),
        };
        Self { clock, state: Mutex::new(state) }
    }

    pub fn faulty(&self, faulty: bool) {
        self.state.lock().unwrap().faulty = faulty;
    }

    pub fn cut(&self, cut: bool) {
        self.state.lock().unwrap().cut = cut;
    }

    pub fn forget_first_answer(&self) {
        self.state.lock().unwrap().forget = true;
    }

    /// From now on the platform fails like this at every cursed item; `None` mends it.
    pub fn failing(&self, error: Option<TransportError>) {
        self.state.lock().unwrap().failing = error;
    }

    /// When the platform failed at a cursed item.
    pub fn failures(&self) -> Vec<Duration> {
        self.state.lock().unwrap().failures.clone()
    }

    pub fn batches(&self) -> usize {
        self.state.lock().unwrap().batches
    }

    /// What happened, by lane, in its order.
    pub fn effects(&self) -> BTreeMap<u64, Vec<u64>> {
        self.state.lock().unwrap().effects.clone()
    }

    fn carry(&self, batch: &Batch) -> Result<BatchAnswer, TransportError> {
        let mut state = self.state.lock().unwrap();
        state.batches += 1;
        if state.cut {
            self.clock.advance(Duration::from_secs(5));
            return Err(TransportError::Unreachable);
        }
        self.clock.advance(Duration::from_millis(30));
        let is_cursed = batch.items.iter().any(|item| item.body.ends_with(CURSED));
        if let (true, Some(error)) = (is_cursed, state.failing.clone()) {
            state.failures.push(self.clock.now());
            return Err(error);
        }
        if !state.faulty {
            return state.ingest(batch);
        }
        let fate = state.rng.random_range(0..10);
        state.misfortune(fate, batch, &self.clock)
    }
}

impl State {
    fn misfortune(
        &mut self,
        fate: u32,
        batch: &Batch,
        clock: &VirtualClock,
    ) -> Result<BatchAnswer, TransportError> {
        match fate {
            0 => Err(TransportError::Unreachable),
            1 => {
                // The request arrives, the answer does not.
                let _ = self.ingest(batch);
                clock.advance(Duration::from_secs(20));
                Err(TransportError::TimedOut)
            }
            2 => {
                // The request arrives long after the client gave it up.
                self.delayed.push(batch.clone());
                clock.advance(Duration::from_secs(20));
                Err(TransportError::TimedOut)
            }
            3 => {
                let _ = self.ingest(batch);
                self.ingest(batch)
            }
            4 => Err(TransportError::RetryAfter(Duration::from_secs(7))),
            5 => self.ingest(batch).map(|answer| self.forgetful(answer)),
            6 => Err(TransportError::BadAnswer("not JSON of its schema")),
            7 => {
                let delayed = std::mem::take(&mut self.delayed);
                delayed.iter().for_each(|batch| drop(self.ingest(batch)));
                self.ingest(batch)
            }
            8 => {
                // The platform stops in the middle of the batch.
                let items = batch.items[..batch.items.len() / 2].to_vec();
                self.ingest(&Batch { items })
            }
            _ => self.ingest(batch),
        }
    }

    /// Some answers missing, in another order, and one to an item nobody sent.
    fn forgetful(&mut self, mut answer: BatchAnswer) -> BatchAnswer {
        answer.answers.retain(|_| self.rng.random());
        answer.answers.reverse();
        if let Some(first) = answer.answers.first().cloned() {
            let id = ItemId { seq: 999_999, ..first.id };
            answer.answers.push(ItemAnswer { id, verdict: first.verdict });
        }
        answer
    }

    fn ingest(&mut self, batch: &Batch) -> Result<BatchAnswer, TransportError> {
        if batch.items.iter().any(|item| item.body.ends_with(POISON)) {
            return Err(refused(422));
        }
        let mut answers: Vec<_> = batch.items.iter().map(|item| self.keep(item)).collect();
        if std::mem::take(&mut self.forget) {
            answers.remove(0);
        }
        Ok(BatchAnswer { answers, server_time: Timestamp::UNIX_EPOCH })
    }

    fn keep(&mut self, item: &Item) -> ItemAnswer {
        let known = self.kept.insert(item.id.clone(), item.hash);
        assert!(known.is_none_or(|hash| hash == item.hash), "one identity, two bodies");
        if known.is_none() {
            let lane = item.body.split(' ').next().unwrap().parse().unwrap();
            self.effects.entry(lane).or_default().push(item.id.seq);
        }
        ItemAnswer { id: item.id.clone(), verdict: Verdict::Accepted { case_number: None } }
    }
}

pub fn refused(status: u16) -> TransportError {
    let problem = Problem { kind: "about:blank".to_owned(), title: String::new(), status, detail: None };
    TransportError::Refused(problem)
}

impl Transport for Line {
    fn batch<'a>(&'a self, batch: &'a Batch) -> Answer<'a, BatchAnswer> {
        let answer = self.carry(batch);
        Box::pin(async { answer })
    }

    fn changes<'a>(&'a self, _: Option<&'a str>) -> Answer<'a, Changes> {
        let cut = self.state.lock().unwrap().cut;
        self.clock.advance(Duration::from_millis(if cut { 5000 } else { 30 }));
        Box::pin(async move {
            let changes = Vec::new();
            let page = Changes {
                changes,
                cursor: String::new(),
                more: false,
                metadata_version: 0,
                next_poll_ms: 5000,
            };
            if cut { Err(TransportError::Unreachable) } else { Ok(page) }
        })
    }

    fn metadata(&self, _: u64) -> Answer<'_, Offered> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn command_result<'a>(&'a self, _: &'a uuid::Uuid, _: &'a CommandResult) -> Answer<'a, ()> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn target<'a>(&'a self, _: &'a str, _: &'a Described) -> Answer<'a, Vec<u8>> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn head<'a>(&'a self, _: &'a HeadReport) -> Answer<'a, HeadAnswer> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn configuration_report<'a>(&'a self, _: &'a ConfigurationReport) -> Answer<'a, ()> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn ask<'a>(&'a self, _: &'a Ask) -> Answer<'a, Reply> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn file_offset<'a>(&'a self, _: &'a Digest) -> Answer<'a, Option<u64>> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn begin_file<'a>(&'a self, _: &'a Digest, _: u64) -> Answer<'a, u64> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn chunk<'a>(&'a self, _: &'a Chunk) -> Answer<'a, u64> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }
}
