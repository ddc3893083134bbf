//! The power cut below the store's cipher, behind every order to the disk, and a disk that fails and heals; see
//! `kiosk-crash`.

use std::collections::BTreeMap;

use crate::report::{Report, say};
use crate::{Outcome, plain};

/// Cuts where no number is asked for.
pub const CASES: usize = kiosk_crash::CASES;

/// Runs the campaign.
pub fn run(cases: usize, seed: u64) -> Outcome {
    let outcome = kiosk_crash::run(kiosk_crash::CALLS, cases, seed).map_err(plain)?;
    let figures = [
        ("orders cut behind", outcome.orders),
        ("cut again while coming back", outcome.cuts_again),
        ("troubles that healed", outcome.troubles),
        ("calls refused meanwhile", outcome.refused),
        ("calls in doubt meanwhile", outcome.in_doubt),
    ];
    Ok(Report {
        name: "crash",
        cases: outcome.cuts,
        violations: outcome.violations,
        histogram: figures.map(|(name, count)| (name.to_owned(), count)).into(),
        figures: BTreeMap::new(),
    })
}

/// Plants faults in the store; each that lives on is a violation.
pub fn mutants(seed: u64) -> Outcome {
    let fates = kiosk_crash::mutants::run(seed, |fate| match &fate.found {
        Some(flaw) => say(&format!("killed  {}: {flaw}", fate.name)),
        None => say(&format!("ALIVE   {}", fate.name)),
    })
    .map_err(plain)?;
    let alive = fates.iter().filter(|fate| fate.found.is_none());
    Ok(Report {
        name: "crash-mutants",
        cases: fates.len(),
        violations: alive.map(|fate| format!("{} lives on", fate.name)).collect(),
        histogram: BTreeMap::new(),
        figures: BTreeMap::new(),
    })
}
