//! The line that is down, and the platform behind it, which fails at one item until it is mended.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use kiosk_client::{Answer, Chunk, Transport, TransportError};
use kiosk_platform::Core;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::item::{ItemBody, Verdict};
use kiosk_protocol::trust::{Described, Offered};
use kiosk_protocol::wire::{Ask, Batch, BatchAnswer, Changes, HeadAnswer, HeadReport, Problem, Reply};
use kiosk_protocol::wire::{CommandResult, ConfigurationReport};
use uuid::Uuid;

use crate::sim::{EPOCH, Time};

/// Both ways.
const LATENCY: Duration = Duration::from_millis(40);
/// The item the platform fails at.
const CURSED: u64 = 1;

/// A line and what came over it.
pub struct Line {
    core: Core,
    terminal: TerminalId,
    time: Time,
    is_down: AtomicBool,
    is_broken: AtomicBool,
    tries: AtomicUsize,
    answered_at: OnceLock<Duration>,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    /// How often each item was answered, by its sequence.
    times: BTreeMap<u64, u8>,
    /// The last item of each lane.
    lanes: BTreeMap<Uuid, u64>,
    flaws: Vec<String>,
}

impl Line {
    pub fn new(core: Core, terminal: TerminalId, time: Time) -> Self {
        let (is_down, is_broken) = (AtomicBool::new(true), AtomicBool::new(true));
        let (tries, answered_at, taken) = (AtomicUsize::new(0), OnceLock::new(), Mutex::default());
        Self { core, terminal, time, is_down, is_broken, tries, answered_at, taken }
    }

    pub fn is_down(&self, is_down: bool) {
        self.is_down.store(is_down, Ordering::SeqCst);
    }

    pub fn mend(&self) {
        self.is_broken.store(false, Ordering::SeqCst);
    }

    /// Requests while it was down.
    pub fn tries(&self) -> usize {
        self.tries.load(Ordering::SeqCst)
    }

    /// When the first request came through, whatever was answered to it.
    pub fn answered_at(&self) -> Option<Duration> {
        self.answered_at.get().copied()
    }

    /// What is wrong after all these items.
    pub fn flaws(&self, items: usize) -> Vec<String> {
        let mut taken = self.taken();
        let mut flaws = std::mem::take(&mut taken.flaws);
        if taken.times.len() != items {
            flaws.push(format!("{items} items, {} taken in", taken.times.len()));
        }
        flaws
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pass(&self) -> Result<(), TransportError> {
        self.time.advance(LATENCY);
        if !self.is_down.load(Ordering::SeqCst) {
            self.answered_at.get_or_init(|| self.time.now());
            return Ok(());
        }
        self.tries.fetch_add(1, Ordering::SeqCst);
        Err(TransportError::Unreachable)
    }

    fn carry(&self, batch: &Batch) -> Result<BatchAnswer, TransportError> {
        self.pass()?;
        let is_cursed = batch.items.iter().any(|item| item.id.seq == CURSED);
        if is_cursed && self.is_broken.load(Ordering::SeqCst) {
            return Err(TransportError::Refused(failure()));
        }
        let answer = self.core.batch(&self.terminal, EPOCH, batch).map_err(TransportError::Refused)?;
        let mut taken = self.taken();
        batch.items.iter().zip(&answer.answers).for_each(|(item, answer)| {
            let lane = serde_json::from_str::<ItemBody>(&item.body).map(|body| body.lane).unwrap_or_default();
            taken.note(lane, item.id.seq, &answer.verdict);
        });
        Ok(answer)
    }
}

impl Taken {
    fn note(&mut self, lane: Uuid, seq: u64, verdict: &Verdict) {
        if !matches!(verdict, Verdict::Accepted { .. }) {
            self.flaws.push(format!("item {seq} got {verdict:?}"));
        }
        *self.times.entry(seq).or_default() += 1;
        if self.times.get(&seq).is_some_and(|times| *times > 1) {
            self.flaws.push(format!("item {seq} was sent again though it was answered"));
        }
        if self.lanes.insert(lane, seq).is_some_and(|before| before >= seq) {
            self.flaws.push(format!("item {seq} came out of order"));
        }
    }
}

/// A platform that breaks down at an item.
fn failure() -> Problem {
    let kind = "urn:hecheng:problem:internal".to_owned();
    Problem { kind, title: String::new(), status: 500, detail: None }
}

impl Transport for Line {
    fn batch<'a>(&'a self, batch: &'a Batch) -> Answer<'a, BatchAnswer> {
        let answer = self.carry(batch);
        Box::pin(async { answer })
    }

    fn changes<'a>(&'a self, cursor: Option<&'a str>) -> Answer<'a, Changes> {
        let page = self.pass().and_then(|()| {
            let page = self.core.changes(&self.terminal, EPOCH, cursor).map_err(TransportError::Refused)?;
            // Catalogues are not what is tried here.
            Ok(Changes { metadata_version: 0, ..page })
        });
        Box::pin(async { page })
    }

    fn metadata(&self, _: u64) -> Answer<'_, Offered> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn command_result<'a>(&'a self, _: &'a Uuid, _: &'a CommandResult) -> Answer<'a, ()> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn target<'a>(&'a self, _: &'a str, _: &'a Described) -> Answer<'a, Vec<u8>> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn head<'a>(&'a self, report: &'a HeadReport) -> Answer<'a, HeadAnswer> {
        let answer = self
            .pass()
            .and_then(|()| self.core.head(&self.terminal, EPOCH, report).map_err(TransportError::Refused));
        Box::pin(async { answer })
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
