//! `sim`: terminals and their platform in virtual time. The client, the store and the platform are the shipped code;
//! between them stands a line that drops, repeats, reorders and delays, is cut for a while, and at its end a server that
//! crashes; all clocks jump by up to ten years. Some items are refused, some are put aside. When the storm is over: every item
//! came to the end it must come to and had its effect once, lanes kept their order, nobody asked before its patience was
//! over, every file is at the platform as it was, the queues drained in bounded time, and terminals know what became of their
//! cases. A seed is played the same again: keys and seals differ, what happens does not.

mod clock;
#[cfg(test)]
mod files;
mod judge;
mod line;
mod planted;
mod terminal;
mod world;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use clock::{Time, Wall};
pub use terminal::{EPOCH, Form, Terminal};
pub use world::service;

use crate::Outcome;
use crate::report::Report;
use planted::Planted;
use world::Story;

/// Cases where none are asked for.
pub const CASES: usize = 200;

/// So many cases meet every fault, whatever the seed.
const CASES_FOR_ALL: usize = 100;

/// Everything that must have come up.
const FAULTS: [&str; 31] = [
    "answer lost",
    "begin lost",
    "busy",
    "busy at a chunk",
    "busy at a head",
    "chunk answer lost",
    "chunk delayed",
    "chunk garbled",
    "chunk lost",
    "chunk overtaken",
    "chunk repeated",
    "countersignature lost",
    "crash after",
    "crash after chunk",
    "crash before",
    "crash before chunk",
    "cut",
    "delayed",
    "head lost",
    "item quarantined",
    "item rejected",
    "look lost",
    "overtaken",
    "platform clock jumped back",
    "platform clock jumped forward",
    "poll lost",
    "repeated",
    "request lost",
    "terminal clock jumped back",
    "terminal clock jumped forward",
    "terminal restarted",
];

/// Runs the campaign. A case is replayed by its own seed and `--cases 1`.
pub fn run(cases: usize, seed: u64) -> Outcome {
    let mut report = played(cases, seed, Planted::Nothing)?;
    if cases >= CASES_FOR_ALL {
        let missing = missing(&report);
        report.violations.extend(missing.into_iter().map(|fault| format!("never came up: {fault}")));
    }
    Ok(report)
}

fn missing(report: &Report) -> Vec<&'static str> {
    FAULTS.into_iter().filter(|fault| !report.histogram.contains_key(*fault)).collect()
}

/// Each processor takes the next case; a case knows nothing of others.
fn played(cases: usize, seed: u64, planted: Planted) -> Outcome {
    let next = AtomicUsize::new(0);
    let take = || some(&next, cases, seed, planted);
    let hands = std::thread::available_parallelism().map_or(1, usize::from).min(cases);
    let stories = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..hands).map(|_| scope.spawn(take)).collect();
        hands
            .into_iter()
            .map(|hand| hand.join().unwrap_or_else(|_| Err("a case panicked".to_owned())))
            .collect()
    });
    let stories: Result<Vec<_>, String> = stories;
    let mut stories: Vec<_> = stories?.into_iter().flatten().collect();
    stories.sort_by_key(|(case, _)| *case);
    Ok(summed(cases, seed, stories))
}

/// Plays cases until none is left.
fn some(
    next: &AtomicUsize,
    cases: usize,
    seed: u64,
    planted: Planted,
) -> Result<Vec<(usize, Story)>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|error| error.to_string())?;
    let mut stories = Vec::new();
    loop {
        let case = next.fetch_add(1, Ordering::Relaxed);
        if case >= cases {
            return Ok(stories);
        }
        let seed = seed.wrapping_add(case as u64);
        let story = runtime.block_on(world::play(seed, planted));
        stories.push((case, story.map_err(|error| format!("seed {seed}: {error}"))?));
    }
}

fn summed(cases: usize, seed: u64, stories: Vec<(usize, Story)>) -> Report {
    let (mut violations, mut histogram) = (Vec::new(), BTreeMap::new());
    let (mut slowest, mut requests) = (0.0_f64, 0.0);
    for (case, story) in stories {
        let seed = seed.wrapping_add(case as u64);
        violations.extend(story.violations.into_iter().map(|broken| format!("seed {seed}: {broken}")));
        slowest = slowest.max(story.drained.as_secs_f64());
        requests += story.requests as f64;
        for (fault, times) in story.faults {
            *histogram.entry(fault.to_owned()).or_default() += times;
        }
    }
    let figures = BTreeMap::from([("slowest_drain_s", slowest), ("requests", requests)]);
    Report { name: "sim", cases, violations, histogram, figures }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::world::UNDRAINED;
    use super::*;

    const SEED: u64 = 20_261_124;

    /// Short, so that the suite stays short; `./x torture sim` goes on.
    #[test]
    fn nothing_is_lost_doubled_or_reordered_in_any_weather() {
        let report = run(20, SEED).unwrap();
        assert_eq!(report.violations, Vec::<String>::new());
        assert_eq!(missing(&report), Vec::<&str>::new(), "never came up");
    }

    #[test]
    fn a_seed_is_played_the_same_again_and_another_is_not() {
        let play = |seed| {
            let report = played(2, seed, Planted::Nothing).unwrap();
            (report.histogram, report.figures)
        };
        let first = play(SEED);
        assert_eq!(play(SEED), first);
        assert_ne!(play(SEED + 100), first);
    }

    #[test]
    fn a_platform_that_forgets_in_a_crash_is_found_out() {
        assert_ne!(played(3, SEED, Planted::ForgetsInCrash).unwrap().violations, Vec::<String>::new());
    }

    #[test]
    fn a_store_that_settles_before_the_answer_is_found_out() {
        let report = played(3, SEED, Planted::SettlesBeforeTheAnswer).unwrap();
        assert_ne!(report.violations, Vec::<String>::new());
    }

    #[test]
    fn a_terminal_that_drains_too_late_is_found_out() {
        let violations = played(3, SEED, Planted::Oversleeps).unwrap().violations;
        assert!(violations.iter().any(|broken| broken.ends_with(UNDRAINED)), "{violations:?}");
    }
}
