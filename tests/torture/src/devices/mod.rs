//! The fault matrix: every fault of every device before every step of every visit that uses it, on the real programs.
//!
//! The terminal must show a defined screen within 2 s, know of what lasts within 2 s, use the part again within 5 s of its
//! being put right, and the visit must go on to its end; "printed" is never said without paper. Nobody restarts anything.
//! A pass is one visit with one fault at each step; several terminals, each in a world of its own, take passes side by
//! side.

mod fault;
mod pass;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use kiosk_tests::scenario::Scenario;
use kiosk_tests::world::chain;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use self::fault::{FAULTS, Fault};
use self::pass::{Pass, Told};
use crate::Outcome;
use crate::report::{Report, say};
use crate::visit;

/// Terminals side by side: three keep two processors busy, since a visit mostly waits.
const TERMINALS: usize = 3;

type Plan<'a> = (&'a Fault, &'a Scenario);

/// Runs so many passes in random order; all of them where no number is given.
pub fn run(cases: Option<usize>, seed: u64) -> Outcome {
    let visits = [visit::handling()?, visit::query()?, visit::unavailable()?];
    let mut plans = plans(&visits);
    plans.shuffle(&mut StdRng::seed_from_u64(seed));
    plans.truncate(cases.unwrap_or(plans.len()));
    let waiting = Mutex::new(plans.iter());
    let lanes: Vec<Result<Vec<Row>, String>> = thread::scope(|scope| {
        let lanes: Vec<_> = (0..TERMINALS.min(plans.len())).map(|_| scope.spawn(|| lane(&waiting))).collect();
        lanes
            .into_iter()
            .map(|lane| lane.join().unwrap_or_else(|_| Err("a lane panicked".to_owned())))
            .collect()
    });
    let rows = lanes.into_iter().collect::<Result<Vec<_>, String>>()?;
    Ok(report(rows.into_iter().flatten().collect()))
}

/// Each fault with each visit that uses what it strikes.
fn plans(visits: &[Scenario]) -> Vec<Plan<'_>> {
    let used = |fault: &'static Fault| {
        visits.iter().take(if fault.part.is_used_everywhere() { visits.len() } else { 1 })
    };
    FAULTS.iter().flat_map(|fault| used(fault).map(move |visit| (fault, visit))).collect()
}

/// A fault, a visit, and how it went.
struct Row {
    name: String,
    told: Told,
}

/// Takes passes until none is left, all in one world.
fn lane<'a>(waiting: &Mutex<std::slice::Iter<'_, Plan<'a>>>) -> Result<Vec<Row>, String> {
    let broken = |error: Box<dyn std::error::Error>| chain(error.as_ref());
    let logs = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut world = visit::world(logs.path()).map_err(broken)?;
    let next = || waiting.lock().map_or(None, |mut plans| plans.next().copied());
    let mut rows = Vec::new();
    while let Some((fault, visit)) = next() {
        let told = Pass { world: &mut world, fault, visit, out: logs.path() }.play().map_err(broken)?;
        let name = format!("{} {} × {}", fault.part.name(), fault.name, visit.title);
        rows.push(Row { name, told });
    }
    Ok(rows)
}

/// One line a pass: steps, the slowest screen, the slowest recovery.
fn report(mut rows: Vec<Row>) -> Report {
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let worst = |of: fn(&Told) -> Duration| rows.iter().map(|row| of(&row.told)).max().unwrap_or_default();
    let (screen, back) = (worst(|told| told.screen_max), worst(|told| told.back_max));
    let figures = BTreeMap::from([
        ("passes", rows.len() as f64),
        ("screen_max_ms", ms(screen)),
        ("recovered_max_ms", ms(back)),
    ]);
    for Row { name, told } in &rows {
        let word = if told.broken.is_empty() { "well" } else { "BROKEN" };
        let (screen, back) = (ms(told.screen_max), ms(told.back_max));
        say(&format!(
            "{word:>6}  {:>2} steps  screen {screen:>4.0} ms  back {back:>4.0} ms  {name}",
            told.cells
        ));
    }
    let histogram = rows.iter().map(|row| (row.name.clone(), row.told.cells)).collect();
    let cases = rows.iter().map(|row| row.told.cells).sum();
    let violations = rows.into_iter().flat_map(|row| row.told.broken).collect();
    Report { name: "devices", cases, violations, histogram, figures }
}
