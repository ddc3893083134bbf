//! One case: a storm over three terminals, then calm, then the judgement.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kiosk_client::sync::Step;
use kiosk_platform::{Draft, Platform};
use kiosk_protocol::crypto::{Digest, SealingKey, SigningKey};
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::wire::CaseState;
use kiosk_store::ItemState;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use super::clock::{Time, Wall};
use super::line::{Centre, Line, Shared, lock};
use super::terminal::Terminal;

/// Anything that kept the case from being played.
pub type Any = Box<dyn std::error::Error>;

/// Stands for a service and its department.
pub const SERVICE: &str = "synthetic";
/// Its one field.
pub const FIELD: &str = "how-many";
/// Files here live in memory.
const MEMORY: &str = "/dev/shm";
const TERMINALS: usize = 3;
/// Lanes of ratings at each terminal; each case has its own besides.
const LANES: usize = 3;
/// Longest file, bytes.
const FILE_BYTES_MOST: usize = 700_000;
const YEAR_S: i64 = 365 * 24 * 3600;
/// How far clocks jump.
const JUMP_S: i64 = 10 * YEAR_S;
/// Calm weather after which every queue must be empty: the longest backoff of the link, the longest of an item behind
/// it, and a cut or a patience that began in the storm.
const DRAIN_MAX: Duration = Duration::from_secs(900);
/// Two polls and their jitter.
const TOLD: Duration = Duration::from_secs(150);

/// How a case went.
pub struct Story {
    pub violations: Vec<String>,
    pub faults: BTreeMap<&'static str, usize>,
    pub drained: Duration,
}

struct World {
    rng: StdRng,
    time: Time,
    platform_wall: Wall,
    centre: Shared,
    terminals: Vec<Terminal>,
    lanes: Vec<Vec<Uuid>>,
    sealing_key: SealingKey,
}

/// Plays the case of a seed.
pub async fn play(seed: u64) -> Result<Story, Any> {
    let dir = tempfile::tempdir_in(if Path::new(MEMORY).is_dir() { MEMORY } else { "target" })?;
    let mut world = World::new(dir.path(), seed)?;
    for _ in 0..world.rng.random_range(10..60) {
        world.happen()?;
        let seconds = world.rng.random_range(0..240);
        world.run_for(Duration::from_secs(seconds)).await;
    }
    lock(&world.centre).calm();
    let drained = world.drain().await?;
    // Whatever jumped, now everything planned is due.
    world.platform_wall.jump(3 * JUMP_S);
    world.run_for(TOLD).await;
    world.judge(dir.path(), drained)
}

impl World {
    fn new(dir: &Path, seed: u64) -> Result<Self, Any> {
        let (time, home) = (Time::default(), dir.join("platform"));
        Platform::init(&home)?.publish(&[service()])?;
        let platform_wall = Wall::new(time.clone());
        let centre: Shared = Arc::new(Mutex::new(Centre::new(home, platform_wall.clone(), seed)));
        let sealing_key = lock(&centre).core()?.sealing_key();
        let mut rng = StdRng::seed_from_u64(seed);
        let catalogue_key = SigningKey::generate()?.verifying_key();
        let terminal = |number: usize| {
            let id = TerminalId::try_from(format!("230202-{number:04}"))?;
            let line = Arc::new(Line::new(centre.clone(), id.clone(), time.clone()));
            let (dir, wall) = (dir.join(id.to_string()), Wall::new(time.clone()));
            Terminal::new(id, dir, wall, line, catalogue_key.clone(), rng.random())
        };
        let terminals = (1..=TERMINALS).map(terminal).collect::<Result<_, Any>>()?;
        let lanes = (0..TERMINALS).map(|_| (0..LANES).map(|_| Uuid::now_v7()).collect()).collect();
        Ok(Self { rng, time, platform_wall, centre, terminals, lanes, sealing_key })
    }

    /// Something happens at a terminal, or to a clock.
    fn happen(&mut self) -> Result<(), Any> {
        let at = self.rng.random_range(0..TERMINALS);
        let jump_s = self.rng.random_range(-JUMP_S..=JUMP_S);
        match self.rng.random_range(0..12) {
            0 => {
                self.terminals[at].wall.jump(jump_s);
                self.note("terminal clock jumped");
            }
            1 => {
                self.platform_wall.jump(jump_s);
                self.note("platform clock jumped");
            }
            2 => {
                let terminal = self.terminals.remove(at).restart(self.rng.random())?;
                self.terminals.insert(at, terminal);
                self.note("terminal restarted");
            }
            3..6 => {
                let files = self.files();
                self.terminals[at].apply(&self.sealing_key, &files)?;
            }
            _ => {
                for _ in 0..self.rng.random_range(1..6) {
                    let lane = self.lanes[at][self.rng.random_range(0..LANES)];
                    self.terminals[at].rate(lane)?;
                }
            }
        }
        Ok(())
    }

    /// None, most of the time; else one or two, of up to three chunks.
    fn files(&mut self) -> Vec<Vec<u8>> {
        let count = self.rng.random_range(0..6_usize).saturating_sub(3);
        let lengths: Vec<usize> = (0..count).map(|_| self.rng.random_range(1..FILE_BYTES_MOST)).collect();
        lengths.into_iter().map(|length| (0..length).map(|_| self.rng.random()).collect()).collect()
    }

    fn note(&self, what: &'static str) {
        *lock(&self.centre).faults.entry(what).or_default() += 1;
    }

    async fn run_for(&mut self, time: Duration) {
        let end = self.time.now() + time;
        while self.time.now() < end {
            self.step(end).await;
        }
    }

    /// Whoever is due first goes first.
    async fn step(&mut self, end: Duration) {
        let now = self.time.now();
        let due = |terminal: &Terminal| match terminal.worker.next() {
            Step::Wait { until } => until.max(now),
            Step::Send { .. } | Step::Pull | Step::Fetch { .. } | Step::Upload(_) => now,
        };
        let Some(first) = self.terminals.iter_mut().min_by_key(|terminal| due(terminal)) else { return };
        match first.worker.next() {
            Step::Wait { until } => self.time.set(until.min(end)),
            step @ (Step::Send { .. } | Step::Pull | Step::Fetch { .. } | Step::Upload(_)) => {
                first.worker.perform(step).await;
            }
        }
    }

    /// How long the queues took to empty; `DRAIN_MAX` where they did not.
    async fn drain(&mut self) -> Result<Duration, Any> {
        let start = self.time.now();
        while self.backlog()? > 0 && self.time.now() - start < DRAIN_MAX {
            self.step(start + DRAIN_MAX).await;
        }
        Ok(self.time.now() - start)
    }

    fn backlog(&self) -> Result<u64, Any> {
        let waiting = |terminal: &Terminal| -> Result<u64, Any> {
            Ok(terminal.store.backlog()? + terminal.store.files()?.len() as u64)
        };
        self.terminals.iter().try_fold(0, |sum, terminal| Ok(sum + waiting(terminal)?))
    }

    fn judge(self, dir: &Path, drained: Duration) -> Result<Story, Any> {
        let mut centre = lock(&self.centre);
        let mut violations = std::mem::take(&mut centre.violations);
        let platform = Platform::open(&dir.join("platform"))?;
        let kept = platform.cases()?;
        let numbers: BTreeSet<_> = kept.iter().map(|case| case.case_number.0.clone()).collect();
        let submitted: usize = self.terminals.iter().map(|terminal| terminal.cases).sum();
        if (kept.len(), numbers.len()) != (submitted, submitted) {
            violations.push(format!("{submitted} cases, {} kept, {} numbers", kept.len(), numbers.len()));
        }
        let unordered = centre.lanes.values().filter(|lane| !lane.is_sorted()).count();
        if unordered > 0 {
            violations.push(format!("{unordered} lanes lost their order"));
        }
        let effects: usize = centre.lanes.values().map(Vec::len).sum();
        let items: usize = self.terminals.iter().map(|terminal| terminal.items).sum();
        if effects != items {
            violations.push(format!("{items} items, {effects} took effect"));
        }
        for terminal in &self.terminals {
            violations.extend(terminal_flaws(terminal)?);
            violations.extend(file_flaws(terminal, &platform)?);
        }
        Ok(Story { violations, faults: std::mem::take(&mut centre.faults), drained })
    }
}

/// What is wrong at a terminal when all is over.
fn terminal_flaws(terminal: &Terminal) -> Result<Vec<String>, Any> {
    let queue = terminal.store.queue()?;
    let settled = queue.iter().filter(|row| row.state == ItemState::Settled).count();
    let told = terminal.store.case_states()?;
    let moved = told.iter().filter(|case| case.state != CaseState::Received).count();
    let journal = terminal.store.verify_journal()?;
    let flaws = [
        (settled != terminal.items).then(|| format!("{} items, {settled} settled", terminal.items)),
        (moved != terminal.cases).then(|| format!("{} cases, {moved} known to have moved", terminal.cases)),
        journal.first_bad.map(|flaw| format!("the journal breaks: {flaw:?}")),
    ];
    Ok(flaws.into_iter().flatten().collect())
}

/// Files that are not at the platform as they were, or that still lie at the terminal.
fn file_flaws(terminal: &Terminal, platform: &Platform) -> Result<Vec<String>, Any> {
    let mut flaws = Vec::new();
    let left = terminal.store.files()?.len();
    if left > 0 {
        flaws.push(format!("{left} files are still at the terminal"));
    }
    for told in terminal.store.case_states()? {
        let Some(sent) = terminal.files.get(&told.case) else { continue };
        let files = platform.files(&told.case_number)?;
        let mut kept: Vec<Digest> = files.iter().map(|file| Digest::of(&file.bytes)).collect();
        let mut sent = sent.clone();
        kept.sort();
        sent.sort();
        if kept != sent {
            flaws.push(format!("a case with {} files has {} of them", sent.len(), kept.len()));
        }
    }
    Ok(flaws)
}

/// A service nobody has heard of, of a department nobody has heard of.
pub fn service() -> Draft {
    let text = r#"{"zh-CN":"问","en":"q","ru":"в"}"#;
    let json = format!(
        r#"{{"id":"{SERVICE}","version":1,"department":"{SERVICE}","identity_level":1,
        "offline":{{"policy":"queue"}},"icon":"talk","group":{text},"title":{text},"summary":{text},
        "guide":{{"time_limit":{text},"fee":{text},"materials":[],"basis":{text}}},"kind":"handling",
        "form":{{"pages":[{{"title":{text},"fields":[{{"key":"{FIELD}","label":{text},"required":true,
        "input":{{"type":"digits","min":1,"max":3}}}}]}}]}},"receipt":{{"lines":[],"next":{text}}}}}"#
    );
    Draft { file: format!("{SERVICE}.json"), json }
}
