//! A process that keeps things, killed at any moment and checked from outside.
//!
//! The process plays a script on a store in a folder and writes a line to its standard output when a call has returned.
//! It gets SIGKILL after a random time, while it opens the store as well. A copy of the folder must then show what its
//! lines promised, whole, and the call under way whole or not at all; the next process goes on from there in the folder
//! itself, which nobody has tidied up. A kill loses nothing that was written, synced or not: that is what the campaign
//! below the cipher is for. The seed gives the scripts again; the moments of the kills are the machine's.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kiosk_store::{DATABASE_FILE, LOCK_FILE, Store};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::Error;
use crate::bench::Bench;
use crate::check::stands_as;
use crate::model::{Model, view_of};
use crate::script::{Call, Step, script};

/// Kills where no number is asked for.
pub const CASES: usize = 10_000;
/// Calls of one store's life; then the next one begins, with another script.
const CALLS: usize = 600;
/// A kill comes up to this long after the start of the process, or after its store is open.
const DELAY_MAX: Duration = Duration::from_millis(12);
/// Kills while the store opens: one in so many.
const OPENING_ONE_IN: u32 = 4;

/// What a campaign tried and what broke.
#[derive(Default)]
pub struct Outcome {
    /// Kills.
    pub kills: usize,
    /// Of these, before the store was open.
    pub opening: usize,
    /// Calls that had returned.
    pub returned: usize,
    /// Calls under way that turned out to be kept.
    pub kept_unsaid: usize,
    /// Kills a second.
    pub per_second: f64,
    /// One sentence each.
    pub violations: Vec<String>,
}

/// The campaign; `program` is the one of this crate. All cores, each with a store of its own.
pub fn run(program: &Path, kills: usize, seed: u64) -> Result<Outcome, Error> {
    let workers = std::thread::available_parallelism()?.get();
    let (begun, left) = (Instant::now(), AtomicUsize::new(kills));
    let all = Mutex::new(Outcome::default());
    let work = |worker: usize| -> Result<(), Error> {
        let mut rng = StdRng::seed_from_u64(seed.wrapping_add(worker as u64));
        while left.load(Ordering::Relaxed) > 0 {
            Life::new(program, rng.random())?.live(&left, &all)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|worker| scope.spawn(move || work(worker))).collect();
        let mut joined =
            threads.into_iter().map(|thread| thread.join().map_err(|_| "a thread panicked".into()));
        joined.try_for_each(|ended| ended.and_then(|result: Result<(), Error>| result))
    })?;
    let mut all = all.into_inner().map_err(|_| "a thread panicked")?;
    all.per_second = all.kills as f64 / begun.elapsed().as_secs_f64();
    Ok(all)
}

/// What the process does: plays the calls of the script from one on, and says so after each.
pub fn play(folder: &Path, seed: u64, from: usize) -> Result<(), Error> {
    let bench = Bench::at(folder);
    let script = script(CALLS, seed);
    let mut model = Model::default();
    script.iter().take(from).for_each(|step| model.take(step));
    bench.set_clock(model.now);
    let mut store = Some(bench.open_on_disk(model.epoch)?);
    let mut out = std::io::stdout().lock();
    writeln!(out)?;
    for step in script.iter().skip(from) {
        bench.set_clock(step.at);
        call(&bench, &mut store, &mut model, step)?;
        writeln!(out)?;
    }
    Ok(())
}

fn call(bench: &Bench, store: &mut Option<Store>, model: &mut Model, step: &Step) -> Result<(), Error> {
    match (&step.call, &*store) {
        (Call::Reopen { .. }, _) | (_, None) => {
            drop(store.take());
            model.take(step);
            *store = Some(bench.open_on_disk(model.epoch)?);
        }
        (_, Some(store)) => {
            model.call(step, store)?;
            model.take(step);
        }
    }
    Ok(())
}

/// One store, from its making to the end of its script.
struct Life<'a> {
    program: &'a Path,
    seed: u64,
    rng: StdRng,
    bench: Bench,
    copy: Bench,
    script: Vec<Step>,
    model: Model,
    done: usize,
}

impl<'a> Life<'a> {
    fn new(program: &'a Path, seed: u64) -> Result<Self, Error> {
        Ok(Self {
            program,
            seed,
            rng: StdRng::seed_from_u64(seed),
            bench: Bench::new()?,
            copy: Bench::new()?,
            script: script(CALLS, seed),
            model: Model::default(),
            done: 0,
        })
    }

    /// Kills until the script has ended, enough was killed, or something is broken.
    fn live(&mut self, left: &AtomicUsize, all: &Mutex<Outcome>) -> Result<(), Error> {
        while self.done < self.script.len() && take_one(left) {
            let lines = self.kill()?;
            if let Some(flaw) = self.judge(lines, all)? {
                let mut all = all.lock().map_err(|_| "a thread panicked")?;
                all.violations.push(format!("store {}, after call {}: {flaw}", self.seed, self.done));
                left.store(0, Ordering::Relaxed);
                return Ok(());
            }
        }
        Ok(())
    }

    /// Starts the process, kills it at a random moment, and counts its lines.
    fn kill(&mut self) -> Result<usize, Error> {
        let mut process = Command::new(self.program);
        process.arg("play").arg(self.bench.folder()).args([self.seed.to_string(), self.done.to_string()]);
        let mut process = process.stdout(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(process.stdout.take().ok_or("no pipe")?).lines();
        let mut count = 0;
        if !self.rng.random_ratio(1, OPENING_ONE_IN) {
            count += usize::from(lines.next().transpose()?.is_some());
        }
        std::thread::sleep(self.rng.random_range(Duration::ZERO..DELAY_MAX));
        end(&mut process)?;
        Ok(count + lines.map_while(Result::ok).count())
    }

    /// What the copy shows must be what was promised; the first line says that the store is open.
    fn judge(&mut self, lines: usize, all: &Mutex<Outcome>) -> Result<Option<String>, Error> {
        let returned = lines.saturating_sub(1);
        for step in &self.script[self.done..self.done + returned] {
            self.model.take(step);
        }
        self.done += returned;
        let under_way = self.script.get(self.done);
        let kept = match self.look(under_way)? {
            Ok(kept) => kept,
            Err(flaw) => return Ok(Some(flaw)),
        };
        if let (true, Some(step)) = (kept, under_way) {
            self.model.take(step);
            self.done += 1;
        }
        let mut all = all.lock().map_err(|_| "a thread panicked")?;
        all.kills += 1;
        all.opening += usize::from(lines == 0);
        all.returned += returned;
        all.kept_unsaid += usize::from(kept);
        Ok(None)
    }

    /// Whether the call under way was kept, seen in a copy.
    fn look(&self, under_way: Option<&Step>) -> Result<Result<bool, String>, Error> {
        copy_store(&self.bench.store(), &self.copy.store())?;
        self.copy.set_clock(self.model.now);
        let store = match self.copy.open_on_disk(self.model.epoch) {
            Ok(store) => store,
            Err(error) => return Ok(Err(format!("it does not open: {error}"))),
        };
        let seen = view_of(&store, self.model.now);
        Ok(seen.and_then(|seen| stands_as(&seen, &self.model, under_way)).map(|(_, kept)| kept))
    }
}

fn take_one(left: &AtomicUsize) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
}

/// A process that gave up by itself is not a kill.
fn end(process: &mut Child) -> Result<(), Error> {
    process.kill()?;
    match process.wait()?.code() {
        None | Some(0) => Ok(()),
        Some(code) => Err(format!("the process failed by itself, with {code}").into()),
    }
}

/// The database and its log; not the memory they share, which no cut survives either. The lock is made anew: a process
/// that is just being started on the other thread may still hold the file of the last look.
fn copy_store(from: &Path, to: &Path) -> Result<(), Error> {
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
