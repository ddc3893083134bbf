//! `kill-store`: a terminal's store and its client as a process, killed at any moment and judged from outside.
//!
//! The process (`terminal.rs`) opens the real store, runs the real client against a real platform over TLS, and meanwhile
//! hands items in and records steps, as a terminal does. It says what the store promised, line by line, and gets SIGKILL
//! at a random moment, while it opens the store as well; the next one goes on in the same folder, which nobody has tidied
//! up. Some say nothing of what they keep, as if each kill came between a commit and its word. The platform (`centre.rs`) is
//! in this process and outlives all of them; now and then it is out of reach.
//!
//! After each kill, what was said, a copy of the store and the platform are compared (`judge.rs`). A life of so many kills
//! ends with a client that nobody kills: then everything is at the platform, once, in order, and answered as it had to be.
//! A kill loses nothing that was written, synced or not: that is what `crash` is for. The seed gives all that is handed in;
//! the moments of the kills are the machine's.

mod centre;
mod judge;
mod life;
mod planted;
mod terminal;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::report::Report;
use crate::{Outcome, plain};
use centre::Centre;
use life::{Life, Tally};
pub use planted::Planted;
pub use terminal::run as terminal;

/// Kills where no number is asked for.
pub const CASES: usize = 10_000;
/// Where stores lie, and the platform: in memory, as each start syncs.
const MEMORY: &str = "/dev/shm";

/// Anything that kept the campaign from being carried out.
type Any = Box<dyn std::error::Error + Send + Sync>;

/// Runs the campaign on all cores, each with terminals of its own, with this fault in it.
pub fn run(cases: usize, seed: u64, planted: Option<Planted>) -> Outcome {
    let (begun, centre) = (Instant::now(), Centre::start().map_err(plain)?);
    let mut tally = all_lives(&centre, cases, seed, planted).map_err(plain)?;
    let violations = std::mem::take(&mut tally.violations);
    let counts = [
        ("killed while the store opened", tally.opening),
        ("killed with nobody at the platform's address", tally.alone),
        ("killed with items on their way", tally.under_way),
        ("items said to be stored", tally.stored),
        ("items kept that were not said to be", tally.unsaid),
        ("items refused", tally.rejected),
        ("items put aside", tally.quarantined),
        ("terminals drained at the end", tally.drained),
    ];
    let per_second = tally.kills as f64 / begun.elapsed().as_secs_f64();
    Ok(Report {
        name: "kill-store",
        cases: tally.kills,
        violations,
        histogram: counts.map(|(name, count)| (name.to_owned(), count)).into(),
        figures: BTreeMap::from([("cases a second", per_second)]),
    })
}

fn all_lives(centre: &Centre, cases: usize, seed: u64, planted: Option<Planted>) -> Result<Tally, Any> {
    let workers = std::thread::available_parallelism()?.get();
    let (left, all) = (AtomicUsize::new(cases), Mutex::new(Tally::default()));
    let work = |worker: usize| -> Result<(), Any> {
        let mut rng = StdRng::seed_from_u64(seed.wrapping_add(worker as u64));
        while left.load(Ordering::Relaxed) > 0 {
            let tally = Life::begin(centre, planted, rng.random())?.live(&left)?;
            if !tally.violations.is_empty() {
                left.store(0, Ordering::Relaxed);
            }
            all.lock().map_err(|_| "a thread panicked")?.add(tally);
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|worker| scope.spawn(move || work(worker))).collect();
        let mut joined =
            threads.into_iter().map(|thread| thread.join().map_err(|_| "a thread panicked".into()));
        joined.try_for_each(|ended| ended.and_then(|result: Result<(), Any>| result))
    })?;
    Ok(all.into_inner().map_err(|_| "a thread panicked")?)
}

/// A folder in memory, where there is such a thing.
fn folder() -> std::io::Result<tempfile::TempDir> {
    if Path::new(MEMORY).is_dir() { tempfile::tempdir_in(MEMORY) } else { tempfile::tempdir() }
}
