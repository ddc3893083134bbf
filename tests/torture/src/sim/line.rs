//! The line, and the platform at its end.

mod files;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kiosk_client::{Answer, Chunk, Transport, TransportError};
use kiosk_platform::{Core, Options, Platform, PlatformError};
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::{ItemId, TerminalId};
use kiosk_protocol::item::{Item, ItemBody, Verdict};
use kiosk_protocol::trust::{Described, Offered};
use kiosk_protocol::wire::{Ask, Batch, BatchAnswer, Changes, HeadAnswer, HeadReport, ItemAnswer, Reply};
use kiosk_protocol::wire::{CommandResult, ConfigurationReport};
use kiosk_store::Store;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use super::clock::{Time, Wall};
use super::planted::{Planted, Snapshot};
use super::terminal::EPOCH;

/// Both ways.
const LATENCY: Duration = Duration::from_millis(40);
/// How long a terminal waits for an answer that does not come (`deadlines::BATCH`).
const GIVEN_UP: Duration = Duration::from_secs(20);
/// Longest cut, seconds.
const CUT_S: u64 = 3600;
/// Longest patience the platform asks for, seconds.
const PATIENCE_S: u64 = 120;
/// How often terminals poll; long, as simulated hours are.
const POLL_MS: u32 = 60_000;

/// The platform and what is known of it.
pub struct Centre {
    dir: PathBuf,
    wall: Wall,
    core: Option<Core>,
    answered: HashMap<ItemId, Verdict>,
    /// Items in the order they took effect.
    pub lanes: BTreeMap<Uuid, Vec<(u32, u64)>>,
    pub violations: Vec<String>,
    pub faults: BTreeMap<&'static str, usize>,
    /// How many requests set out.
    pub requests: u64,
    rng: StdRng,
    is_stormy: bool,
    /// What a crash takes the platform back to, where that fault is planted.
    snapshot: Option<Snapshot>,
}

/// A platform all lines lead to.
pub type Shared = Arc<Mutex<Centre>>;

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub fn lock(centre: &Shared) -> MutexGuard<'_, Centre> {
    centre.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Centre {
    pub fn new(dir: PathBuf, wall: Wall, planted: Planted, seed: u64) -> Self {
        let (lanes, faults, answered) = (BTreeMap::new(), BTreeMap::new(), HashMap::new());
        let rng = StdRng::seed_from_u64(!seed);
        let snapshot = (planted == Planted::ForgetsInCrash).then(|| Snapshot::of(&dir));
        Self {
            dir,
            wall,
            core: None,
            answered,
            lanes,
            violations: Vec::new(),
            faults,
            requests: 0,
            rng,
            is_stormy: true,
            snapshot,
        }
    }

    pub fn calm(&mut self) {
        self.is_stormy = false;
    }

    /// The server, started where it is not running.
    pub fn core(&mut self) -> Result<&Core, PlatformError> {
        if self.core.is_none() {
            let wall = self.wall.clone();
            let clock = Arc::new(move || wall.shows());
            let options = Options { clock, poll_ms: POLL_MS, ..Options::default() };
            self.core = Some(Platform::open(&self.dir)?.core(options)?);
        }
        self.core.as_ref().ok_or_else(|| PlatformError::Missing(self.dir.clone()))
    }

    fn crash(&mut self) {
        self.core = None;
        self.snapshot.iter().for_each(Snapshot::restore);
    }

    fn hit(&mut self, fault: &'static str) {
        *self.faults.entry(fault).or_default() += 1;
    }

    fn take(&mut self, terminal: &TerminalId, batch: &Batch) -> Result<BatchAnswer, TransportError> {
        self.snapshot.iter().for_each(Snapshot::take);
        let core = self.core().map_err(|_| TransportError::Unreachable)?;
        let answer = core.batch(terminal, EPOCH, batch).map_err(TransportError::Refused)?;
        for (item, answer) in batch.items.iter().zip(&answer.answers) {
            self.note(item, &answer.verdict);
        }
        Ok(answer)
    }

    /// No journal here goes back, so that every head must fit; one behind a countersignature that was lost shows that one first.
    fn weigh(&mut self, terminal: &TerminalId, report: &HeadReport) -> Result<HeadAnswer, TransportError> {
        let core = self.core().map_err(|_| TransportError::Unreachable)?;
        let answer = core.head(terminal, EPOCH, report).map_err(TransportError::Refused);
        if !matches!(answer, Ok(HeadAnswer::Countersigned(_) | HeadAnswer::Show { .. })) {
            self.violations.push(format!("head {} got {answer:?}", report.head.seq));
        }
        answer
    }

    fn note(&mut self, item: &Item, verdict: &Verdict) {
        match self.answered.insert(item.id.clone(), verdict.clone()) {
            Some(before) if before != *verdict => {
                self.violations.push(format!("item {} got another answer later", item.id.seq));
            }
            Some(_) => {}
            None => {
                self.hit_by(verdict);
                let lane = serde_json::from_str::<ItemBody>(&item.body).map(|body| body.lane);
                self.lanes.entry(lane.unwrap_or_default()).or_default().push((item.id.epoch, item.id.seq));
            }
        }
    }
}

impl Centre {
    fn hit_by(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Accepted { .. } => {}
            Verdict::Rejected { .. } => self.hit("item rejected"),
            Verdict::Quarantined { .. } => self.hit("item quarantined"),
        }
    }
}

/// One terminal's line.
pub struct Line {
    centre: Shared,
    terminal: TerminalId,
    time: Time,
    cut_until: Mutex<Duration>,
    /// Requests that are still under way.
    late: Mutex<Vec<Batch>>,
    late_chunks: Mutex<Vec<Chunk>>,
    /// Until then the platform asked for patience.
    patience_until: Mutex<Duration>,
    /// Of a terminal that settles items before they are answered, where that fault is planted.
    hasty: Mutex<Option<Store>>,
}

impl Line {
    pub fn new(centre: Shared, terminal: TerminalId, time: Time) -> Self {
        Self {
            centre,
            terminal,
            time,
            cut_until: Mutex::default(),
            late: Mutex::default(),
            late_chunks: Mutex::default(),
            patience_until: Mutex::default(),
            hasty: Mutex::default(),
        }
    }

    /// Its terminal started anew, and with that forgot what it was asked for.
    pub fn terminal_restarted(&self) {
        *held(&self.patience_until) = Duration::ZERO;
    }

    /// Whose items are settled before they are answered.
    pub fn plant(&self, hasty: Option<Store>) {
        *held(&self.hasty) = hasty;
    }

    /// A request sets out, never before the patience is over that the platform asked for.
    fn set_out(&self) -> MutexGuard<'_, Centre> {
        let mut centre = lock(&self.centre);
        centre.requests += 1;
        if self.time.now() < *held(&self.patience_until) {
            centre.violations.push(format!("{} did not wait as it was asked to", self.terminal));
        }
        self.time.advance(LATENCY);
        centre
    }

    fn busy<T>(&self, centre: &mut Centre, fault: &'static str) -> Result<T, TransportError> {
        centre.hit(fault);
        let patience = Duration::from_secs(centre.rng.random_range(1..=PATIENCE_S));
        *held(&self.patience_until) = self.time.now() + patience;
        Err(TransportError::RetryAfter(patience))
    }

    fn carry(&self, batch: &Batch) -> Result<BatchAnswer, TransportError> {
        if let Some(store) = &*held(&self.hasty) {
            settle_early(store, batch);
        }
        let mut centre = self.set_out();
        if !centre.is_stormy {
            return centre.take(&self.terminal, batch);
        }
        self.cut(&mut centre)?;
        let terminal = &self.terminal;
        match centre.rng.random_range(0..14) {
            0 => self.lost(&mut centre, "request lost"),
            1 => {
                centre.take(terminal, batch)?;
                self.lost(&mut centre, "answer lost")
            }
            2 => {
                centre.hit("repeated");
                centre.take(terminal, batch)?;
                centre.take(terminal, batch)
            }
            3 => {
                held(&self.late).push(batch.clone());
                self.lost(&mut centre, "delayed")
            }
            4 => {
                let late = std::mem::take(&mut *held(&self.late));
                late.iter().for_each(|_| centre.hit("overtaken"));
                late.iter().try_for_each(|late| centre.take(terminal, late).map(drop))?;
                centre.take(terminal, batch)
            }
            5 => {
                centre.crash();
                self.lost(&mut centre, "crash before")
            }
            6 => {
                centre.take(terminal, batch)?;
                centre.crash();
                self.lost(&mut centre, "crash after")
            }
            7 => self.busy(&mut centre, "busy"),
            _ => centre.take(terminal, batch),
        }
    }

    fn lost<T>(&self, centre: &mut Centre, fault: &'static str) -> Result<T, TransportError> {
        centre.hit(fault);
        if centre.rng.random() {
            return Err(TransportError::Unreachable);
        }
        self.time.advance(GIVEN_UP);
        Err(TransportError::TimedOut)
    }

    /// Whether the line is cut; now and then it is from now on.
    fn cut(&self, centre: &mut Centre) -> Result<(), TransportError> {
        let mut cut_until = held(&self.cut_until);
        let now = self.time.now();
        if *cut_until <= now && centre.rng.random_ratio(1, 20) {
            centre.hit("cut");
            *cut_until = now + Duration::from_secs(centre.rng.random_range(1..=CUT_S));
        }
        if *cut_until > now { Err(TransportError::Unreachable) } else { Ok(()) }
    }

    fn poll(&self, cursor: Option<&str>) -> Result<Changes, TransportError> {
        let mut centre = self.set_out();
        if centre.is_stormy {
            self.cut(&mut centre)?;
            if centre.rng.random_ratio(1, 8) {
                return self.lost(&mut centre, "poll lost");
            }
        }
        let core = centre.core().map_err(|_| TransportError::Unreachable)?;
        let page = core.changes(&self.terminal, EPOCH, cursor).map_err(TransportError::Refused)?;
        // Catalogues are not what is tried here.
        Ok(Changes { metadata_version: 0, ..page })
    }
}

impl Line {
    fn show(&self, report: &HeadReport) -> Result<HeadAnswer, TransportError> {
        let mut centre = self.set_out();
        if centre.is_stormy {
            self.cut(&mut centre)?;
            if centre.rng.random_ratio(1, 8) {
                return self.lost(&mut centre, "head lost");
            }
            if centre.rng.random_ratio(1, 16) {
                return self.busy(&mut centre, "busy at a head");
            }
        }
        let answer = centre.weigh(&self.terminal, report)?;
        if centre.is_stormy && centre.rng.random_ratio(1, 8) {
            return self.lost(&mut centre, "countersignature lost");
        }
        Ok(answer)
    }
}

/// As a terminal would that takes what it sends for taken.
fn settle_early(store: &Store, batch: &Batch) {
    let taken =
        |item: &Item| ItemAnswer { id: item.id.clone(), verdict: Verdict::Accepted { case_number: None } };
    // Where it cannot, the fault is not there for once.
    let _ = store.settle(&batch.items.iter().map(taken).collect::<Vec<_>>());
}

impl Transport for Line {
    fn batch<'a>(&'a self, batch: &'a Batch) -> Answer<'a, BatchAnswer> {
        let answer = self.carry(batch);
        Box::pin(async { answer })
    }

    fn changes<'a>(&'a self, cursor: Option<&'a str>) -> Answer<'a, Changes> {
        let page = self.poll(cursor);
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
        let answer = self.show(report);
        Box::pin(async { answer })
    }

    fn configuration_report<'a>(&'a self, _: &'a ConfigurationReport) -> Answer<'a, ()> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn ask<'a>(&'a self, _: &'a Ask) -> Answer<'a, Reply> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn file_offset<'a>(&'a self, file: &'a Digest) -> Answer<'a, Option<u64>> {
        let offset = self.look(file);
        Box::pin(async { offset })
    }

    fn begin_file<'a>(&'a self, file: &'a Digest, bytes: u64) -> Answer<'a, u64> {
        let offset = self.begin(file, bytes);
        Box::pin(async { offset })
    }

    fn chunk<'a>(&'a self, chunk: &'a Chunk) -> Answer<'a, u64> {
        let offset = self.carry_chunk(chunk);
        Box::pin(async { offset })
    }
}
