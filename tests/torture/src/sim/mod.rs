//! `sim`: terminals and their platform in virtual time. The client, the store and the platform are the shipped code;
//! between them stands a line that drops, repeats, reorders and delays, is cut for a while, and at its end a server that
//! crashes; all clocks jump by up to ten years. When the storm is over: every item had its effect once and one answer,
//! lanes kept their order, every file is at the platform as it was, the queues drained in bounded time, and terminals know
//! what became of their cases.

mod clock;
#[cfg(test)]
mod files;
mod line;
mod terminal;
mod world;

use std::collections::BTreeMap;

pub use clock::{Time, Wall};
pub use terminal::{EPOCH, Terminal, case_content};
pub use world::service;

use crate::Outcome;
use crate::report::Report;

/// Cases where none are asked for.
pub const CASES: usize = 200;

/// Runs the campaign. A case is replayed by its own seed and `--cases 1`.
pub fn run(cases: usize, seed: u64) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let (mut violations, mut histogram, mut slowest) = (Vec::new(), BTreeMap::new(), 0.0_f64);
    for case in 0..cases {
        let seed = seed.wrapping_add(case as u64);
        let story = runtime.block_on(world::play(seed))?;
        violations.extend(story.violations.into_iter().map(|broken| format!("seed {seed}: {broken}")));
        slowest = slowest.max(story.drained.as_secs_f64());
        for (fault, times) in story.faults {
            *histogram.entry(fault.to_owned()).or_default() += times;
        }
    }
    let figures = BTreeMap::from([("slowest_drain_s", slowest)]);
    Ok(Report { name: "sim", cases, violations, histogram, figures })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Short, so that the suite stays short; `./x torture sim` goes on.
    #[test]
    fn nothing_is_lost_doubled_or_reordered_in_any_weather() {
        let report = run(12, 20_261_124).unwrap();
        assert_eq!(report.violations, Vec::<String>::new());
        assert!(report.histogram.len() >= 8, "a fault never came up: {:?}", report.histogram);
    }
}
