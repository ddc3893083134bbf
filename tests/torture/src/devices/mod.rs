//! The fault matrix: every fault of every device before every step of every visit that uses it, on the real programs.
//!
//! The terminal must show a defined screen within 2 s, know of what lasts within 2 s, use the part again within 5 s of its
//! being put right, and the visit must go on to its end; "printed" is never said without paper. Nobody restarts anything.
//! A pass is one visit with one fault at each step; several terminals, each in a world of its own, take passes side by
//! side. The machine has one smart-card service, so one of them has the slot, and takes the passes that need it.

mod fault;
mod pass;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use kiosk_sim::control::{Command as Act, PaperAction};
use kiosk_tests::world::{Extras, World, chain};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use self::fault::all as all_faults;
pub use self::fault::{Fault, Part};
pub use self::pass::{Pass, Told, put_right};
use crate::Outcome;
use crate::flow::{self, Flow};
use crate::report::{Report, say};
use crate::visit;

/// Terminals side by side: three keep two processors busy, since a visit mostly waits.
const TERMINALS: usize = 3;

type Plan<'a> = (&'static Fault, &'a Flow);

/// What is still to be played.
struct Waiting<'a> {
    /// Only by the terminal with a slot.
    with_slot: VecDeque<Plan<'a>>,
    by_any: VecDeque<Plan<'a>>,
}

impl<'a> Waiting<'a> {
    fn next(&mut self, has_slot: bool) -> Option<Plan<'a>> {
        let own = if has_slot { self.with_slot.pop_front() } else { None };
        own.or_else(|| self.by_any.pop_front())
    }
}

/// Runs so many passes with these words in their name, in random order; all of them where no number is given.
pub fn run(cases: Option<usize>, only: &str, seed: u64) -> Outcome {
    let flows = flow::all()?;
    let mut plans = plans(&flows);
    plans.retain(|plan| name(*plan).contains(only));
    plans.shuffle(&mut StdRng::seed_from_u64(seed));
    plans.truncate(cases.unwrap_or(plans.len()));
    let (with_slot, by_any) = plans.into_iter().partition(|(fault, _)| fault.part == Part::Slot);
    let waiting = Mutex::new(Waiting { with_slot, by_any });
    let lanes: Vec<Result<Vec<Row>, String>> = thread::scope(|scope| {
        let waiting = &waiting;
        let lanes: Vec<_> =
            (0..TERMINALS).map(|place| scope.spawn(move || lane(waiting, place == 0))).collect();
        lanes
            .into_iter()
            .map(|lane| lane.join().unwrap_or_else(|_| Err("a lane panicked".to_owned())))
            .collect()
    });
    let rows = lanes.into_iter().collect::<Result<Vec<_>, String>>()?;
    Ok(report(rows.into_iter().flatten().collect()))
}

/// Each fault with each visit that uses what it strikes.
fn plans(flows: &[Flow]) -> Vec<Plan<'_>> {
    let used = |fault: &'static Fault| flows.iter().filter(|flow| flow.uses(fault.part));
    all_faults().flat_map(|fault| used(fault).map(move |flow| (fault, flow))).collect()
}

fn name((fault, flow): Plan) -> String {
    format!("{} {} × {}", fault.part.name(), fault.name, flow.visit.title)
}

/// All faults of what a visit uses.
pub fn faults_of(flow: &Flow) -> Vec<&'static Fault> {
    all_faults().filter(|fault| flow.uses(fault.part)).collect()
}

/// A fault, a visit, and how it went.
struct Row {
    name: String,
    told: Told,
}

/// Takes passes until none is left, all in one world.
fn lane<'a>(waiting: &Mutex<Waiting<'a>>, has_slot: bool) -> Result<Vec<Row>, String> {
    let broken = |error: Box<dyn std::error::Error>| chain(error.as_ref());
    let logs = tempfile::tempdir().map_err(|error| error.to_string())?;
    let extras = Extras { slot: has_slot, scanner: true, ..Extras::default() };
    let mut world = visit::world_with(logs.path(), extras).map_err(broken)?;
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next(has_slot);
    let mut rows = Vec::new();
    while let Some((fault, flow)) = next() {
        prepare(&mut world, flow, logs.path()).map_err(broken)?;
        let faults = vec![Some(fault); flow.visit.steps.len()];
        let mut pass = Pass { world: &mut world, visit: &flow.visit, faults, out: logs.path() };
        let told = pass.play().map_err(broken)?;
        rows.push(Row { name: name((fault, flow)), told });
    }
    Ok(rows)
}

/// Takes the paper away; where a receipt is to be scanned, one is made first.
pub fn prepare(
    world: &mut World,
    flow: &Flow,
    out: &std::path::Path,
) -> Result<(), Box<dyn std::error::Error>> {
    world.simulator.act(&Act::Paper(PaperAction::Take))?;
    if flow.uses(Part::Scanner) {
        let handling = visit::handling()?;
        let unmet = visit::play_first(world, &handling, handling.steps.len(), out);
        unmet.map_or(Ok(()), |unmet| Err(format!("no receipt to scan: {unmet}").into()))
    } else {
        Ok(())
    }
}

/// One line a pass: steps, the slowest screen, the slowest recovery.
fn report(mut rows: Vec<Row>) -> Report {
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let worst = |of: fn(&Told) -> Duration| rows.iter().map(|row| of(&row.told)).max().unwrap_or_default();
    let (screen, back) = (worst(|told| told.screen_max), worst(|told| told.back_max));
    let empty = |told: &Told| told.planned - told.cells;
    let figures = BTreeMap::from([
        ("passes", rows.len() as f64),
        ("cells_empty", rows.iter().map(|row| empty(&row.told)).sum::<usize>() as f64),
        ("screen_max_ms", ms(screen)),
        ("recovered_max_ms", ms(back)),
    ]);
    for Row { name, told } in &rows {
        let word = if told.broken.is_empty() && empty(told) == 0 { "well" } else { "BROKEN" };
        let (screen, back) = (ms(told.screen_max), ms(told.back_max));
        say(&format!(
            "{word:>6}  {:>2} of {:>2} steps  screen {screen:>4.0} ms  back {back:>4.0} ms  {name}",
            told.cells, told.planned
        ));
    }
    let histogram = rows.iter().map(|row| (row.name.clone(), row.told.cells)).collect();
    let cases = rows.iter().map(|row| row.told.cells).sum();
    let violations = rows.into_iter().flat_map(|row| row.told.broken).collect();
    Report { name: "devices", cases, violations, histogram, figures }
}
