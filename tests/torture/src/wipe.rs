//! Nothing about a person may be left 2 s after a visit: not in any mapping of the terminal's process, not in its
//! store, logs or other files. Once online, once offline. The same scan in mid-visit must find something,
//! or it would prove nothing.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use kiosk_sim::control::{Command as Act, Link};
use kiosk_sim::residents;
use kiosk_tests::scenario::Scenario;
use kiosk_tests::world::World;

use crate::Outcome;
use crate::memory::{Planted, scan_file, scan_folder, scan_process};
use crate::report::{Report, say};
use crate::visit;

/// Who visits.
const RESIDENT: &str = "alice";
/// What the visit types; must stand in `visit-handling.scenario`.
const PHONE: &str = "13904520017";
/// How long after the visit nothing may be left.
const GONE: Duration = Duration::from_secs(2);

/// Runs both cases.
pub fn run() -> Outcome {
    let logs = tempfile::tempdir()?;
    let mut world = visit::world(logs.path())?;
    let planted = planted()?;
    let mut violations = Vec::new();
    let visit = visit::handling()?;
    for (link, case) in [(Link::Restore, "online"), (Link::Cut, "offline")] {
        world.simulator.act(&Act::Network { link })?;
        violations.extend(visit_and_scan(&mut world, &visit, &planted, logs.path(), case)?);
    }
    let (histogram, figures) = (BTreeMap::new(), BTreeMap::new());
    Ok(Report { name: "wipe", cases: 2, violations, histogram, figures })
}

fn planted() -> Result<Vec<Planted>, Box<dyn std::error::Error>> {
    let library = residents::library();
    let resident = library.iter().find(|resident| resident.key == RESIDENT).ok_or("no such resident")?;
    Ok(vec![
        Planted::new("the name", &resident.name),
        Planted::new("the citizen number", &resident.number),
        Planted::new("the address", &resident.address),
        Planted::new("the phone number", PHONE),
    ])
}

fn visit_and_scan(
    world: &mut World,
    visit: &Scenario,
    planted: &[Planted],
    out: &Path,
    case: &str,
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let middle =
        visit.steps.iter().position(|step| step.text.contains(PHONE)).ok_or("no phone is typed")? + 1;
    let mut violations: Vec<String> = Vec::new();
    violations.extend(visit::play_first(world, visit, middle, out));
    let during = scan(world, planted, out)?;
    say(&format!("{case}, in mid-visit: {} finds", during.len()));
    if during.is_empty() {
        violations.push(format!("{case}: the scan found nothing in mid-visit, so it proves nothing"));
    }
    let rest = Scenario { title: visit.title.clone(), steps: visit.steps[middle..].to_vec() };
    violations.extend(visit::play_first(world, &rest, rest.steps.len(), out));
    std::thread::sleep(GONE);
    let after = scan(world, planted, out)?;
    say(&format!("{case}, {} s after the visit: {} finds", GONE.as_secs(), after.len()));
    violations.extend(after.iter().map(|find| format!("{case}: {find}")));
    Ok(violations)
}

fn scan(world: &World, planted: &[Planted], logs: &Path) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let pid = world.terminal.id().ok_or("the terminal does not run")?;
    let mut found = scan_process(pid, planted)?;
    found.extend(scan_folder(&world.folder().join("terminal"), planted)?);
    found.extend(scan_file(&logs.join("terminal.log"), planted)?);
    Ok(found)
}
