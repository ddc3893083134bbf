//! Random visits with random faults on the real programs, in one world, and what must hold behind them: nothing is stuck,
//! everything accepted is at the platform, the trail holds, and the terminal has no more descriptors than before.

use std::path::Path;
use std::time::{Duration, Instant};

use kiosk_sim::control::Link;
use kiosk_tests::deadlines::{POLL, poll};
use kiosk_tests::pcscd::Pcscd;
use kiosk_tests::world::{Extras, World};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use crate::devices::{Part, Pass, faults_of, prepare, put_right};
use crate::flow::{self, Flow};
use crate::report::{Report, say};
use crate::visit;

/// Faults strike before so many of a hundred steps.
const STRUCK_PERCENT: u32 = 30;
/// Behind the last visit, until everything accepted must have reached the platform.
const DRAINED: Duration = Duration::from_secs(120);
/// How long open descriptors are watched for their least number: connections that nobody uses are closed within this time.
const WATCHED: Duration = Duration::from_secs(12);

type Trouble = Box<dyn std::error::Error>;

/// Plays them, and adds what broke to the report.
pub fn run(cases: usize, seed: u64, report: &mut Report) -> Result<(), Trouble> {
    let (logs, mut rng) = (tempfile::tempdir()?, StdRng::seed_from_u64(seed));
    let extras = Extras { slot: Pcscd::may_start(), scanner: true, ..Extras::default() };
    let mut world = visit::world_with(logs.path(), extras)?;
    visit::network(&world, Link::Restore)?;
    let flows: Vec<Flow> =
        flow::all()?.into_iter().filter(|flow| extras.slot || !flow.uses(Part::Slot)).collect();
    // What is opened on first use is open then.
    for flow in &flows {
        broken(&mut world, flow, logs.path(), &mut |_| None, report)?;
    }
    let before = descriptors(&world);
    for case in 0..cases {
        let Some(flow) = flows.choose(&mut rng) else { break };
        let faults = faults_of(flow);
        let mut choose = |_: usize| {
            let is_struck = rng.random_ratio(STRUCK_PERCENT, 100);
            faults.choose(&mut rng).copied().filter(|_| is_struck)
        };
        say(&format!("real visit {case}: {}", flow.visit.title));
        broken(&mut world, flow, logs.path(), &mut choose, report)?;
    }
    put_right(&mut world)?;
    settle(&world, report)?;
    let after = descriptors(&world);
    report.figures.extend([
        ("real_visits", cases as f64),
        ("descriptors_before", before as f64),
        ("descriptors_after", after as f64),
    ]);
    if after > before {
        report.violations.push(format!("descriptors: {before} before the visits, {after} after them"));
    }
    Ok(())
}

type Choice<'a> = dyn FnMut(usize) -> Option<&'static crate::devices::Fault> + 'a;

/// Plays one visit and keeps what broke.
fn broken(
    world: &mut World,
    flow: &Flow,
    out: &Path,
    choose: &mut Choice,
    report: &mut Report,
) -> Result<(), Trouble> {
    prepare(world, flow, out)?;
    let faults = (0..flow.visit.steps.len()).map(choose).collect();
    let told = Pass { world, visit: &flow.visit, faults, out }.play()?;
    report.violations.extend(told.broken.into_iter().map(|what| format!("on the real programs: {what}")));
    Ok(())
}

/// Everything accepted arrives, each once, and the trail holds.
fn settle(world: &World, report: &mut Report) -> Result<(), Trouble> {
    let empty = || world.terminal.queue().ok().filter(|queue| queue["waiting"] == 0);
    let Some(queue) = poll(DRAINED, empty) else {
        report.violations.push("items still wait behind the last real visit".to_owned());
        return Ok(());
    };
    let is_case = |item: &&serde_json::Value| item["kind"] == "case";
    let kept = queue["items"].as_array().map_or(0, |items| items.iter().filter(is_case).count());
    let arrived = world.platform.cases()?.len();
    if kept != arrived {
        report.violations.push(format!("{kept} cases accepted, {arrived} at the platform"));
    }
    report.violations.extend(world.terminal.verify_journal().err().map(|error| error.chain()));
    Ok(())
}

/// The least number of open descriptors of the terminal while nobody is there.
fn descriptors(world: &World) -> usize {
    let end = Instant::now() + WATCHED;
    let folder = format!("/proc/{}/fd", world.terminal.id().unwrap_or_default());
    let mut least = usize::MAX;
    while Instant::now() < end {
        let count = std::fs::read_dir(&folder).map_or(usize::MAX, Iterator::count);
        least = least.min(count);
        std::thread::sleep(POLL);
    }
    least
}
