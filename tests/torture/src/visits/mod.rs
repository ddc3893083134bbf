//! Random visits with random faults: in virtual time, and for every twentieth of these one on the real programs.

mod real;
mod virtual_time;

use crate::Outcome;

/// Cases where none are asked for.
pub const CASES: usize = 1_000;
/// So many visits in virtual time for one on the real programs.
const VIRTUAL_FOR_ONE_REAL: usize = 20;

/// Plays the visits.
pub fn run(cases: usize, seed: u64) -> Outcome {
    let mut report = virtual_time::run(cases, seed);
    let real = cases / VIRTUAL_FOR_ONE_REAL;
    if real > 0 {
        real::run(real, seed, &mut report)?;
    }
    Ok(report)
}
