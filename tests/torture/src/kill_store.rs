//! The store as a process, killed at random; see `kiosk_crash::kill`.

use std::collections::BTreeMap;

use kiosk_crash::kill;

use crate::report::Report;
use crate::{Outcome, plain};

/// Kills where no number is asked for.
pub const CASES: usize = kill::CASES;
/// The program that is killed, beside this one.
const PROGRAM: &str = "crash";

/// Runs the campaign.
pub fn run(cases: usize, seed: u64) -> Outcome {
    let outcome = kill::run(&std::env::current_exe()?.with_file_name(PROGRAM), cases, seed).map_err(plain)?;
    let counts = [
        ("killed while the store opened", outcome.opening),
        ("calls that had returned", outcome.returned),
        ("calls kept that had not returned", outcome.kept_unsaid),
    ];
    Ok(Report {
        name: "kill-store",
        cases: outcome.kills,
        violations: outcome.violations,
        histogram: counts.map(|(name, count)| (name.to_owned(), count)).into(),
        figures: BTreeMap::from([("cases a second", outcome.per_second)]),
    })
}
