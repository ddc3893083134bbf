//! One case: a storm over three terminals, then calm, then the judgement.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kiosk_client::deadlines::BACKOFF_CAP;
use kiosk_client::sync::Step;
use kiosk_platform::{Draft, Platform};
use kiosk_protocol::crypto::SealingKey;
use kiosk_protocol::ids::TerminalId;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use super::clock::{Time, Wall};
use super::judge;
use super::line::{Centre, Line, Shared, lock};
use super::planted::Planted;
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
/// Ends the sentence on a queue that did not empty.
pub const UNDRAINED: &str = "still wait long after the storm";
/// Calm weather after which every queue must be empty: the longest backoff of the link, the longest of an item behind
/// it, and a cut or a patience that began in the storm.
const DRAIN_MAX: Duration = Duration::from_secs(900);
/// A terminal with nothing to send may be in the longest backoff of the link, which began in the storm; behind it, two
/// polls and their jitter.
const TOLD: Duration = BACKOFF_CAP.saturating_add(Duration::from_secs(150));

/// How a case went.
pub struct Story {
    pub violations: Vec<String>,
    pub faults: BTreeMap<&'static str, usize>,
    /// How many requests set out.
    pub requests: u64,
    pub drained: Duration,
}

struct World {
    rng: StdRng,
    time: Time,
    platform_wall: Wall,
    centre: Shared,
    planted: Planted,
    lines: Vec<Arc<Line>>,
    terminals: Vec<Terminal>,
    lanes: Vec<Vec<Uuid>>,
    sealing_key: SealingKey,
    /// How many terminals do nothing, where that fault is planted.
    asleep: usize,
}

/// Plays the case of a seed, with this fault in it.
pub async fn play(seed: u64, planted: Planted) -> Result<Story, Any> {
    let dir = tempfile::tempdir_in(if Path::new(MEMORY).is_dir() { MEMORY } else { "target" })?;
    let mut world = World::new(dir.path(), planted, seed)?;
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
    let violations = judge::flaws(&world.centre, &world.terminals, &dir.path().join("platform"))?;
    let centre = lock(&world.centre);
    Ok(Story { violations, faults: centre.faults.clone(), requests: centre.requests, drained })
}

impl World {
    fn new(dir: &Path, planted: Planted, seed: u64) -> Result<Self, Any> {
        let (time, home) = (Time::default(), dir.join("platform"));
        Platform::init(&home)?.publish(&[service()])?;
        let platform_wall = Wall::new(time.clone());
        let centre: Shared = Arc::new(Mutex::new(Centre::new(home, platform_wall.clone(), planted, seed)));
        let (sealing_key, heads_key) = {
            let mut centre = lock(&centre);
            let core = centre.core()?;
            (core.sealing_key(), core.heads_key())
        };
        let mut rng = StdRng::seed_from_u64(seed);
        let (mut lines, mut terminals) = (Vec::new(), Vec::new());
        for number in 1..=TERMINALS {
            let id = TerminalId::try_from(format!("230202-{number:04}"))?;
            let line = Arc::new(Line::new(centre.clone(), id.clone(), time.clone()));
            lines.push(line.clone());
            let (dir, wall) = (dir.join(id.to_string()), Wall::new(time.clone()));
            terminals.push(Terminal::new(id, dir, wall, line, heads_key.clone(), rng.random())?);
        }
        let lane = |_| Uuid::from_u128(rng.random());
        let lanes: Vec<Uuid> = (0..TERMINALS * LANES).map(lane).collect();
        let lanes = lanes.chunks(LANES).map(<[Uuid]>::to_vec).collect();
        let asleep = 0;
        Ok(Self { rng, time, platform_wall, centre, planted, lines, terminals, lanes, sealing_key, asleep })
    }

    /// Something happens at a terminal, or to a clock.
    fn happen(&mut self) -> Result<(), Any> {
        let at = self.rng.random_range(0..TERMINALS);
        let jump_s = self.rng.random_range(-JUMP_S..=JUMP_S);
        let lane = self.lanes[at][self.rng.random_range(0..LANES)];
        match self.rng.random_range(0..15) {
            0 => {
                let is_ahead = self.terminals[at].wall.jump(jump_s);
                self.note(if is_ahead {
                    "terminal clock jumped forward"
                } else {
                    "terminal clock jumped back"
                });
            }
            1 => {
                let is_ahead = self.platform_wall.jump(jump_s);
                self.note(if is_ahead {
                    "platform clock jumped forward"
                } else {
                    "platform clock jumped back"
                });
            }
            2 => {
                let terminal = self.terminals.remove(at).restart(self.rng.random())?;
                self.terminals.insert(at, terminal);
                self.lines[at].terminal_restarted();
                self.note("terminal restarted");
            }
            3..7 => {
                let files = self.files();
                self.terminals[at].apply(&self.sealing_key, &files)?;
            }
            7 => self.terminals[at].rate_twice(lane)?,
            8 => self.terminals[at].apply_wrongly(&self.sealing_key)?,
            9 => self.terminals[at].apply_strangely(&self.sealing_key)?,
            _ => {
                for _ in 0..self.rng.random_range(1..6) {
                    let lane = self.lanes[at][self.rng.random_range(0..LANES)];
                    self.terminals[at].rate(lane)?;
                }
            }
        }
        Ok(())
    }

    /// None, half of the time; else one to three, of up to three chunks.
    fn files(&mut self) -> Vec<Vec<u8>> {
        let count = self.rng.random_range(0..6_usize).saturating_sub(2);
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
        let both = self.terminals.iter_mut().zip(&self.lines).skip(self.asleep);
        let Some((first, line)) = both.min_by_key(|(terminal, _)| due(terminal)) else { return };
        match first.worker.next() {
            Step::Wait { until } => self.time.set(until.min(end)),
            step @ (Step::Send { .. } | Step::Pull | Step::Fetch { .. } | Step::Upload(_)) => {
                let is_hasty = self.planted == Planted::SettlesBeforeTheAnswer;
                line.plant(is_hasty.then(|| first.store.clone()));
                first.worker.perform(step).await;
                line.plant(None);
            }
        }
    }

    /// How long the queues took to empty. What is left in them after `DRAIN_MAX` breaks the bound, though it may leave later.
    async fn drain(&mut self) -> Result<Duration, Any> {
        let start = self.time.now();
        self.asleep = usize::from(self.planted == Planted::Oversleeps);
        while self.backlog()? > 0 && self.time.now() - start < DRAIN_MAX {
            self.step(start + DRAIN_MAX).await;
        }
        self.asleep = 0;
        let left = self.backlog()?;
        if left > 0 {
            lock(&self.centre).violations.push(format!("{left} items and files {UNDRAINED}"));
        }
        Ok(self.time.now() - start)
    }

    fn backlog(&self) -> Result<u64, Any> {
        let waiting = |terminal: &Terminal| -> Result<u64, Any> {
            Ok(terminal.store.backlog()? + terminal.store.files()?.len() as u64)
        };
        self.terminals.iter().try_fold(0, |sum, terminal| Ok(sum + waiting(terminal)?))
    }
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
