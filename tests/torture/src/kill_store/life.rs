//! One terminal, from its enrolment over so many kills to the last drain.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use kiosk_client::Identity;
use kiosk_store::{DATABASE_FILE, ItemState, KeyFile, LOCK_FILE, Store};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tempfile::TempDir;

use super::Any;
use super::centre::{Centre, Records};
use super::judge::{Promised, Shown, flaws, flaws_when_drained};
use super::planted::Planted;
use super::terminal::{CALLS_MAX, Fate, IDENTITY, KEY, STORE, Said, client, open, open_at};

/// Kills of one terminal: with `terminal::CALLS_MAX` all its items stand in one list of 1,000, and the platform enrols as many
/// terminals a second as are used up.
const KILLS: usize = 40;
/// A kill comes up to this long behind a call that was chosen by chance: several more, batches, polls and heads.
const DELAY_MAX: Duration = Duration::from_millis(80);
/// Kills while the store opens: one in so many. All kinds come by turns, so that they come up in a short run too.
const OPENING_ONE_IN: usize = 4;
/// Processes that find nobody at the platform's address: one in so many.
const ALONE_ONE_IN: usize = 10;
/// Processes that say nothing of what they keep, as if each kill came right behind a commit: one in so many.
const MUTE_ONE_IN: usize = 7;
/// Where nobody listens.
const NOBODY: &str = "https://127.0.0.1:1";
/// Until a terminal nobody kills has told everything.
const DRAINED: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(10);

/// What lives tried and what broke.
#[derive(Default)]
pub struct Tally {
    pub kills: usize,
    /// Of these, before the store was open.
    pub opening: usize,
    /// Of these, out of the platform's reach.
    pub alone: usize,
    /// Of these, with items that were not settled.
    pub under_way: usize,
    /// Items said to be stored.
    pub stored: usize,
    /// Items that turned out to be kept.
    pub unsaid: usize,
    pub rejected: usize,
    pub quarantined: usize,
    /// Terminals that told everything in the end.
    pub drained: usize,
    /// One sentence each.
    pub violations: Vec<String>,
}

impl Tally {
    pub fn add(&mut self, other: Self) {
        self.kills += other.kills;
        self.opening += other.opening;
        self.alone += other.alone;
        self.under_way += other.under_way;
        self.stored += other.stored;
        self.unsaid += other.unsaid;
        self.rejected += other.rejected;
        self.quarantined += other.quarantined;
        self.drained += other.drained;
        self.violations.extend(other.violations);
    }
}

/// One terminal.
pub struct Life<'a> {
    centre: &'a Centre,
    planted: Option<Planted>,
    records: Records,
    seed: u64,
    rng: StdRng,
    folder: TempDir,
    copy: TempDir,
    identity: Identity,
    promised: Promised,
    /// How long the last process took to open its store.
    opens_in: Duration,
    tally: Tally,
}

/// What one process is like.
struct Turn {
    opening: bool,
    alone: bool,
    mute: bool,
}

impl Turn {
    /// Of a life's processes the first is none of these: it shows how long a store takes to open.
    fn of(kills: usize) -> Self {
        let last_of = |count: usize| kills % count == count - 1;
        let opening = last_of(OPENING_ONE_IN);
        Self { opening, alone: last_of(ALONE_ONE_IN), mute: last_of(MUTE_ONE_IN) && !opening }
    }
}

impl<'a> Life<'a> {
    /// A terminal that is enrolled and has done nothing yet.
    pub fn begin(centre: &'a Centre, planted: Option<Planted>, seed: u64) -> Result<Self, Any> {
        let (folder, copy) = (super::folder()?, super::folder()?);
        let identity = centre.enrol(&folder.path().join(IDENTITY))?;
        KeyFile::create(folder.path().join(KEY))?;
        Ok(Self {
            centre,
            planted,
            records: centre.records()?,
            seed,
            rng: StdRng::seed_from_u64(seed),
            folder,
            copy,
            identity,
            promised: Promised::default(),
            opens_in: Duration::ZERO,
            tally: Tally::default(),
        })
    }

    /// Kills it until it has had enough, nothing is left to do, or something broke; then has it tell everything.
    pub fn live(mut self, left: &AtomicUsize) -> Result<Tally, Any> {
        while self.tally.kills < KILLS && take_one(left) {
            let seed = self.rng.random();
            self.kill(seed)?;
            self.tally.kills += 1;
            self.put_back()?;
            let flaws = self.judge()?;
            self.broken(&format!("kill {} (process {seed})", self.tally.kills), flaws);
            if !self.tally.violations.is_empty() {
                return Ok(self.tally);
            }
        }
        let flaws = self.drain()?;
        self.broken("at the end", flaws);
        self.tally.stored = self.promised.items.len();
        Ok(self.tally)
    }

    fn broken(&mut self, when: &str, flaws: Vec<String>) {
        let (seed, terminal) = (self.seed, &self.identity.terminal);
        let told =
            flaws.into_iter().map(|flaw| format!("terminal {terminal} of seed {seed}, {when}: {flaw}"));
        self.tally.violations.extend(told);
    }

    /// Starts the process, kills it at a random moment, and takes what it said for promised.
    fn kill(&mut self, seed: u64) -> Result<(), Any> {
        let turn = Turn::of(self.tally.kills);
        let (mut process, begun) = (self.start(&turn, seed)?, Instant::now());
        let mut lines = BufReader::new(process.stdout.take().ok_or("no pipe")?).lines();
        let mut said = Vec::new();
        if !turn.opening {
            said.extend(next(&mut lines)?);
            self.opens_in = begun.elapsed();
            // What is mute has kept something before it is killed.
            let calls = self.rng.random_range(usize::from(turn.mute)..=CALLS_MAX);
            said.extend(hear(&mut lines, calls)?);
        }
        let delay = if turn.opening { self.opens_in } else { DELAY_MAX };
        thread::sleep(self.rng.random_range(Duration::ZERO..=delay));
        end(&mut process)?;
        said.extend(hear(&mut lines, usize::MAX)?);
        self.tally.opening += usize::from(said.is_empty());
        self.tally.alone += usize::from(turn.alone);
        said.into_iter().for_each(|said| self.promise(said));
        Ok(())
    }

    fn start(&self, turn: &Turn, seed: u64) -> Result<Child, Any> {
        let url = if turn.alone { NOBODY } else { &self.centre.url };
        let mut process = Command::new(std::env::current_exe()?);
        process.arg("terminal").arg("--folder").arg(self.folder.path()).args(["--url", url]);
        process.args(["--seed", &seed.to_string()]).args(turn.mute.then_some("--mute"));
        Ok(process.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?)
    }

    fn put_back(&self) -> Result<(), Any> {
        match self.planted {
            Some(Planted::StorePutBack) => {
                copy_store(&self.copy.path().join(STORE), &self.folder.path().join(STORE))
            }
            _ => Ok(()),
        }
    }

    fn promise(&mut self, said: Said) {
        match said {
            Said::Open | Said::Called => {}
            Said::Recorded(steps) => self.promised.steps += steps,
            Said::Stored(promise) => {
                let before = self.promised.items.insert(promise.seq, promise);
                if let Some(before) = before {
                    self.broken("an item's number", vec![format!("{} was given twice", before.seq)]);
                }
            }
        }
    }

    /// The store is looked at in a copy: the next process finds it as the kill left it.
    fn judge(&mut self) -> Result<Vec<String>, Any> {
        let (from, to) = (self.folder.path().join(STORE), self.copy.path().join(STORE));
        copy_store(&from, &to)?;
        let key = KeyFile { path: self.folder.path().join(KEY) };
        match open_at(&to, &key, &self.identity) {
            Ok(store) => Ok(self.compare(&store)?.1),
            Err(error) => Ok(vec![format!("the store does not open: {error}")]),
        }
    }

    fn compare(&mut self, store: &Store) -> Result<(Shown, Vec<String>), Any> {
        let shown = Shown::of(store)?;
        let terminal = &self.identity.terminal;
        let (taken, alarms) = (self.records.items(terminal)?, self.records.alarms(terminal)?);
        for (seq, hash) in &shown.held {
            self.promised.held.entry(*seq).or_insert(*hash);
        }
        // What comes from now on comes behind all of these.
        self.promised.steps = self.promised.steps.max(shown.steps);
        let flaws = flaws(&self.promised, &shown, &taken, &alarms);
        self.tally.under_way += usize::from(shown.rows.iter().any(|row| row.state == ItemState::Waiting));
        Ok((shown, flaws))
    }

    /// A client that nobody kills tells everything.
    fn drain(&mut self) -> Result<Vec<String>, Any> {
        let store = open(self.folder.path(), &self.identity)?;
        let (runner, handle) = client(&store, &self.centre.url, &self.identity)?;
        let running = self.centre.runtime.spawn(runner.run());
        let until = Instant::now() + DRAINED;
        let is_told = |store: &Store| -> Result<bool, Any> {
            Ok(store.backlog()? == 0 && store.head_to_show()?.is_none())
        };
        while !is_told(&store)? && Instant::now() < until {
            thread::sleep(POLL);
        }
        handle.stop();
        self.centre.runtime.block_on(running)?;
        if let Some(Planted::PlatformForgets) = self.planted {
            self.centre.forget_last(&self.identity.terminal)?;
        }
        self.judge_drained(&store)
    }

    fn judge_drained(&mut self, store: &Store) -> Result<Vec<String>, Any> {
        let (shown, mut flaws) = self.compare(store)?;
        let taken = self.records.items(&self.identity.terminal)?;
        flaws.extend(flaws_when_drained(&self.promised, &shown, &taken));
        let head = self.centre.platform()?.head(&self.identity.terminal).map(|shown| shown.head.seq).ok();
        if store.head_to_show()?.is_some() || head != Some(shown.steps) {
            flaws.push(format!("the trail has {} steps, the platform saw {head:?}", shown.steps));
        }
        let count = |state| shown.rows.iter().filter(|row| row.state == state).count();
        self.tally.rejected = count(Fate::Rejected.state());
        self.tally.quarantined = count(Fate::Quarantined.state());
        self.tally.unsaid = shown.rows.len() - self.promised.items.len().min(shown.rows.len());
        self.tally.drained = usize::from(flaws.is_empty());
        Ok(flaws)
    }
}

/// What a process says until so many calls have come back, or it is gone.
fn hear(lines: &mut Lines<BufReader<ChildStdout>>, calls: usize) -> Result<Vec<Said>, Any> {
    let (mut said, mut left) = (Vec::new(), calls);
    while left > 0
        && let Some(one) = next(lines)?
    {
        left -= usize::from(matches!(one, Said::Called));
        said.push(one);
    }
    Ok(said)
}

fn next(lines: &mut Lines<BufReader<ChildStdout>>) -> Result<Option<Said>, Any> {
    let line = lines.next().transpose()?;
    Ok(line.map(|line| serde_json::from_str(&line)).transpose()?)
}

/// A process that gave up by itself is not a kill.
fn end(process: &mut Child) -> Result<(), Any> {
    process.kill()?;
    match process.wait()?.code() {
        None => Ok(()),
        Some(code) => Err(format!("the process ended by itself, with {code}").into()),
    }
}

fn take_one(left: &AtomicUsize) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
}

/// The database and its log; not the memory they share, which no cut survives either. The lock is made anew: a process
/// that is just being started on the other thread may still hold the file of the last look.
fn copy_store(from: &Path, to: &Path) -> Result<(), Any> {
    fs::create_dir_all(to)?;
    if to.join(LOCK_FILE).exists() {
        fs::remove_file(to.join(LOCK_FILE))?;
    }
    for name in [DATABASE_FILE.to_owned(), format!("{DATABASE_FILE}-wal"), format!("{DATABASE_FILE}-journal")]
    {
        let (from, to) = (from.join(&name), to.join(&name));
        if from.exists() {
            fs::copy(from, to)?;
        } else if to.exists() {
            fs::remove_file(to)?;
        }
    }
    Ok(())
}
