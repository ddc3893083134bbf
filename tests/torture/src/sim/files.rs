//! Files that are cut at every place, in virtual time, between the real store and client and the real platform.
#![allow(clippy::unwrap_used)]

mod over_tls;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kiosk_client::sync::Step;
use kiosk_client::{Answer, Chunk, Transport, TransportError};
use kiosk_platform::{Core, Options, Platform};
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::limits::FILE_CHUNK_BYTES;
use kiosk_protocol::trust::{Described, Offered};
use kiosk_protocol::wire::file::checksum;
use kiosk_protocol::wire::{Ask, Batch, BatchAnswer, CaseState, Changes, HeadAnswer, HeadReport, Reply};
use kiosk_protocol::wire::{CommandResult, ConfigurationReport};

use super::clock::{Time, Wall};
use super::terminal::{EPOCH, Terminal};
use super::world::service;

/// What happens to a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Well,
    /// The line is cut before the whole of it is there: at its boundary or within it.
    CutBefore,
    /// The platform has it, its answer is lost.
    CutAfter,
    Twice,
    Garbled,
    CrashBefore,
    CrashAfter,
}

const ILL: [Fate; 6] =
    [Fate::CutBefore, Fate::CutAfter, Fate::Twice, Fate::Garbled, Fate::CrashBefore, Fate::CrashAfter];

/// What happens to the chunk of this number, counted from 0 over all tries.
type Plan = Box<dyn Fn(usize, &Chunk) -> Fate + Send + Sync>;

struct Line {
    dir: std::path::PathBuf,
    terminal: TerminalId,
    wall: Wall,
    time: Time,
    core: Mutex<Option<Core>>,
    plan: Plan,
    sent: Mutex<Vec<(Digest, u64)>>,
}

impl Line {
    fn at<T>(&self, work: impl FnOnce(&Core) -> T) -> T {
        self.time.advance(Duration::from_millis(40));
        let mut core = self.core.lock().unwrap();
        let wall = self.wall.clone();
        let options =
            Options { clock: Arc::new(move || wall.shows()), poll_ms: 60_000, ..Options::default() };
        let start = || Platform::open(&self.dir).unwrap().core(options).unwrap();
        work(core.get_or_insert_with(start))
    }

    fn crash(&self) {
        *self.core.lock().unwrap() = None;
    }

    fn keep(&self, chunk: &Chunk, bytes: &[u8]) -> Result<u64, TransportError> {
        let (file, claimed) = (&chunk.file, checksum(&chunk.bytes));
        self.at(|core| match core.chunk(&self.terminal, file, chunk.offset, bytes, &claimed) {
            Err(problem) if problem.status == 409 => Ok(core.file_offset(&self.terminal, file).unwrap()),
            answer => answer.map_err(TransportError::Refused),
        })
    }

    fn carry(&self, chunk: &Chunk) -> Result<u64, TransportError> {
        let mut sent = self.sent.lock().unwrap();
        let fate = (self.plan)(sent.len(), chunk);
        sent.push((chunk.file, chunk.offset));
        match fate {
            Fate::Well => self.keep(chunk, &chunk.bytes),
            Fate::CutBefore => Err(TransportError::Unreachable),
            Fate::CutAfter => self.keep(chunk, &chunk.bytes).and(Err(TransportError::TimedOut)),
            Fate::Twice => self.keep(chunk, &chunk.bytes).and_then(|_| self.keep(chunk, &chunk.bytes)),
            Fate::Garbled => self.keep(chunk, &[&[chunk.bytes[0] ^ 1], &chunk.bytes[1..]].concat()),
            Fate::CrashBefore => {
                self.crash();
                Err(TransportError::Unreachable)
            }
            Fate::CrashAfter => {
                let kept = self.keep(chunk, &chunk.bytes);
                self.crash();
                kept.and(Err(TransportError::Unreachable))
            }
        }
    }
}

fn ready<T: Send + 'static>(answer: Result<T, TransportError>) -> Answer<'static, T> {
    Box::pin(async { answer })
}

impl Transport for Line {
    fn batch<'a>(&'a self, batch: &'a Batch) -> Answer<'a, BatchAnswer> {
        ready(self.at(|core| core.batch(&self.terminal, EPOCH, batch)).map_err(TransportError::Refused))
    }

    fn changes<'a>(&'a self, cursor: Option<&'a str>) -> Answer<'a, Changes> {
        let page = self.at(|core| core.changes(&self.terminal, EPOCH, cursor)).unwrap();
        ready(Ok(Changes { metadata_version: 0, ..page }))
    }

    fn metadata(&self, _: u64) -> Answer<'_, Offered> {
        ready(Err(TransportError::Unreachable))
    }

    fn command_result<'a>(&'a self, _: &'a uuid::Uuid, _: &'a CommandResult) -> Answer<'a, ()> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn target<'a>(&'a self, _: &'a str, _: &'a Described) -> Answer<'a, Vec<u8>> {
        ready(Err(TransportError::Unreachable))
    }

    fn head<'a>(&'a self, report: &'a HeadReport) -> Answer<'a, HeadAnswer> {
        ready(self.at(|core| core.head(&self.terminal, EPOCH, report)).map_err(TransportError::Refused))
    }

    fn configuration_report<'a>(&'a self, _: &'a ConfigurationReport) -> Answer<'a, ()> {
        Box::pin(async { Err(TransportError::Unreachable) })
    }

    fn ask<'a>(&'a self, _: &'a Ask) -> Answer<'a, Reply> {
        ready(Err(TransportError::Unreachable))
    }

    fn file_offset<'a>(&'a self, file: &'a Digest) -> Answer<'a, Option<u64>> {
        ready(Ok(self.at(|core| core.file_offset(&self.terminal, file)).ok()))
    }

    fn begin_file<'a>(&'a self, file: &'a Digest, bytes: u64) -> Answer<'a, u64> {
        ready(self.at(|core| core.begin_file(&self.terminal, file, bytes)).map_err(TransportError::Refused))
    }

    fn chunk<'a>(&'a self, chunk: &'a Chunk) -> Answer<'a, u64> {
        ready(self.carry(chunk))
    }
}

struct World {
    dir: tempfile::TempDir,
    time: Time,
    line: Arc<Line>,
    terminal: Terminal,
}

impl World {
    fn new(plan: impl Fn(usize, &Chunk) -> Fate + Send + Sync + 'static) -> Self {
        let home = if Path::new("/dev/shm").is_dir() { "/dev/shm" } else { "target" };
        let (dir, time) = (tempfile::tempdir_in(home).unwrap(), Time::default());
        let platform = dir.path().join("platform");
        Platform::init(&platform).unwrap().publish(&[service()]).unwrap();
        let id = TerminalId::try_from("230202-0001".to_owned()).unwrap();
        let wall = Wall::new(time.clone());
        let (core, plan, sent) = (Mutex::default(), Box::new(plan), Mutex::default());
        let (terminal, dir_of) = (id.clone(), dir.path().join("terminal"));
        let line = Line { dir: platform, terminal, wall: wall.clone(), time: time.clone(), core, plan, sent };
        let line = Arc::new(line);
        let heads_key = line.at(Core::heads_key);
        let terminal = Terminal::new(id, dir_of, wall, line.clone(), heads_key, 7).unwrap();
        Self { dir, time, line, terminal }
    }

    fn apply(&mut self, files: &[Vec<u8>]) {
        let key = self.line.at(Core::sealing_key);
        self.terminal.apply(&key, files).unwrap();
    }

    /// Until then, or until no file waits.
    async fn run(&mut self, time: Duration) {
        let end = self.time.now() + time;
        while self.time.now() < end && self.waits() {
            match self.terminal.worker.next() {
                Step::Wait { until } => self.time.set(until.min(end)),
                step @ (Step::Send { .. } | Step::Pull | Step::Fetch { .. } | Step::Upload(_)) => {
                    self.terminal.worker.perform(step).await;
                }
            }
        }
    }

    fn waits(&self) -> bool {
        self.terminal.store.backlog().unwrap() > 0 || !self.terminal.store.files().unwrap().is_empty()
    }

    /// Every file is at the platform as it was, and its case with its department.
    fn check(&self, cases: usize) {
        assert!(!self.waits(), "something still waits");
        let platform = Platform::open(&self.dir.path().join("platform")).unwrap();
        let mut kept: Vec<Digest> = Vec::new();
        for case in platform.cases().unwrap() {
            assert_eq!(case.files_missing, 0);
            kept.extend(
                platform.files(&case.case_number).unwrap().iter().map(|file| Digest::of(&file.bytes)),
            );
        }
        let mut sent: Vec<Digest> = self.terminal.files.values().flatten().copied().collect();
        kept.sort();
        sent.sort();
        assert_eq!(kept, sent);
        self.time.advance(Duration::from_secs(3600));
        self.line.wall.jump(24 * 3600);
        let states = self.line.at(|core| core.changes(&self.line.terminal, EPOCH, None)).unwrap().changes;
        let begun = states.iter().filter(|change| {
            matches!(change, kiosk_protocol::wire::Change::Case { state: CaseState::InProgress, .. })
        });
        assert_eq!(begun.count(), cases, "every department has its case, once");
    }

    fn chunks_sent(&self) -> usize {
        self.line.sent.lock().unwrap().len()
    }
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test);
}

/// A file of so many chunks, the last one short.
fn scan(chunks: usize) -> Vec<u8> {
    let bytes = (chunks - 1) * FILE_CHUNK_BYTES + 1000;
    (0..bytes).map(|at| (at % 251) as u8 ^ (at / FILE_CHUNK_BYTES) as u8).collect()
}

#[test]
fn cut_at_any_chunk_in_any_way_a_file_goes_on_where_it_was() {
    for number in 0..3 {
        for fate in ILL {
            run(async {
                let mut world = World::new(move |at, _| if at == number { fate } else { Fate::Well });
                world.apply(&[scan(3)]);
                world.run(Duration::from_secs(600)).await;
                world.check(1);
                let again = usize::from(matches!(fate, Fate::CutBefore | Fate::Garbled | Fate::CrashBefore));
                assert_eq!(world.chunks_sent(), 3 + again, "{fate:?} at chunk {number}");
            });
        }
    }
}

#[test]
fn cut_at_every_chunk_each_is_sent_at_most_once_more() {
    run(async {
        let mut world = World::new(|at, _| if at % 2 == 0 { Fate::CutBefore } else { Fate::Well });
        world.apply(&[scan(20)]);
        world.run(Duration::from_secs(3600)).await;
        world.check(1);
        assert_eq!(world.chunks_sent(), 40);
    });
}

#[test]
fn a_terminal_that_starts_anew_goes_on_where_the_platform_stands() {
    run(async {
        let mut world = World::new(|_, _| Fate::Well);
        world.apply(&[scan(4)]);
        for seed in 0..60 {
            world.run(Duration::from_millis(130)).await;
            world.terminal = world.terminal.restart(seed).unwrap();
        }
        world.run(Duration::from_secs(600)).await;
        world.check(1);
        assert_eq!(world.chunks_sent(), 4, "no chunk is sent twice");
    });
}

#[test]
fn a_file_that_never_arrives_delays_neither_files_nor_items() {
    run(async {
        let cursed: Arc<Mutex<Option<Digest>>> = Arc::default();
        let known = cursed.clone();
        let mut world =
            World::new(
                move |_, chunk| {
                    if Some(chunk.file) == *known.lock().unwrap() { Fate::CutBefore } else { Fate::Well }
                },
            );
        world.apply(&[scan(2)]);
        *cursed.lock().unwrap() = Some(world.terminal.store.files().unwrap()[0].digest);
        for _ in 0..5 {
            world.apply(&[scan(2)]);
            world.run(Duration::from_secs(60)).await;
            assert_eq!(world.terminal.store.files().unwrap().len(), 1, "only the cursed one waits");
            assert_eq!(world.terminal.store.backlog().unwrap(), 0);
        }
        let tries = world.chunks_sent();
        world.run(Duration::from_secs(24 * 3600)).await;
        let tries = world.chunks_sent() - tries;
        assert!((400..1000).contains(&tries), "tried {tries} times in a day");
        *cursed.lock().unwrap() = None;
        world.run(Duration::from_secs(305)).await;
        world.check(6);
    });
}
