//! Nothing about a person may be left 2 s after a visit: not in any mapping of the terminal's process, not in its
//! store, logs or other files. Each kind of visit, with and without a network, in an order made from the seed.
//!
//! The same scan in mid-visit must find every value the visit works with then, or it would prove nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use kiosk_sim::control::Link;
use kiosk_sim::residents;
use kiosk_tests::pcscd::Pcscd;
use kiosk_tests::scenario::Scenario;
use kiosk_tests::world::{Extras, World};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::Outcome;
use crate::memory::{Find, Planted, scan_folder, scan_process};
use crate::report::{Report, say};
use crate::visit;

/// Cases where none are asked for: each kind of visit once.
pub const CASES: usize = 5;
/// Who visits.
const RESIDENT: &str = "alice";
/// What the visit types; both must stand in `visit-handling.scenario`.
const PHONE: &str = "13904520017";
const CARD: &str = "6217000099990000123";
/// The PIN that is typed in `visit-chip.scenario`, and whose card it is.
const PIN: &str = "246800";
const PIN_RESIDENT: &str = "forever";
/// From the network's return until the platform must be within reach again. While nobody touches the terminal its client
/// tries again within 300 s at the latest (`kiosk_client::deadlines::BACKOFF_CAP`), and then has its exchange to make.
const RECONNECTED: Duration = Duration::from_secs(330);
/// How long after the visit nothing may be left.
const GONE: Duration = Duration::from_secs(2);
/// What the departments hold about the synthetic residents.
const DEPARTMENT: &str = include_str!("../../../sync/platform/departments/housing-fund.json");

const NAME: &str = "the name";
const NUMBER: &str = "the citizen number";
const ADDRESS: &str = "the address";
const TYPED_PIN: &str = "the PIN of the card";
const PIN_NUMBER: &str = "the citizen number on the card with a PIN";
const TYPED_PHONE: &str = "the phone number";
const TYPED_CARD: &str = "the bank card that was typed";
const KNOWN_CARD: &str = "the bank card that was prefilled";
const EMPLOYER: &str = "the employer";
const ACCOUNT: &str = "the account number";

/// One kind of visit.
struct Kind {
    title: &'static str,
    visit: Scenario,
    link: Link,
    /// The scan in mid-visit comes behind the first step that says this.
    middle: &'static str,
    /// What it must find.
    works_with: &'static [&'static str],
}

/// Runs the cases.
pub fn run(cases: usize, seed: u64) -> Outcome {
    let logs = tempfile::tempdir()?;
    let slot = Pcscd::may_start();
    let mut world = visit::world_with(logs.path(), Extras { slot, ..Extras::default() })?;
    let planted = planted()?;
    let mut kinds = kinds()?;
    if slot {
        kinds.push(with_pin()?);
    } else {
        say("without root there is no slot: the PIN of a card is left out");
    }
    kinds.shuffle(&mut StdRng::seed_from_u64(seed));
    let (mut violations, mut histogram) = (Vec::new(), BTreeMap::new());
    // A terminal that never reached its platform has no services to offer yet.
    violations.extend(visit::network(&world, Link::Restore)?);
    for kind in kinds.iter().cycle().take(cases) {
        violations.extend(visit::network_within(&world, kind.link, RECONNECTED)?);
        *histogram.entry(kind.title.to_owned()).or_default() += 1;
        let broken = visit_and_scan(&mut world, kind, &planted, logs.path())?;
        violations.extend(broken.into_iter().map(|what| format!("{}: {what}", kind.title)));
    }
    Ok(Report { name: "wipe", cases, violations, histogram, figures: BTreeMap::new() })
}

fn kinds() -> Result<Vec<Kind>, Box<dyn std::error::Error>> {
    let online = &[NAME, NUMBER, ADDRESS, TYPED_PHONE, TYPED_CARD, EMPLOYER, ACCOUNT];
    let (handling, query) = (visit::handling()?, visit::query()?);
    let kind = |title, visit: &Scenario, link, middle, works_with| {
        let visit = visit.clone();
        Kind { title, visit, link, middle, works_with }
    };
    Ok(vec![
        kind("submitting online", &handling, Link::Restore, CARD, online),
        kind(
            "submitting offline",
            &handling,
            Link::Cut,
            CARD,
            &[NAME, NUMBER, ADDRESS, TYPED_PHONE, TYPED_CARD],
        ),
        kind("asking online", &query, Link::Restore, "screen answer", &[NAME, NUMBER, ADDRESS, ACCOUNT]),
        kind(
            "asking offline",
            &visit::unavailable()?,
            Link::Restore,
            "screen unavailable",
            &[NAME, NUMBER, ADDRESS],
        ),
    ])
}

/// One whose card wants its PIN, in the midst of typing it; once the card was asked nobody here knows it any more.
fn with_pin() -> Result<Kind, Box<dyn std::error::Error>> {
    let (visit, link) = (visit::chip()?, Link::Restore);
    Ok(Kind { title: "typing a PIN", visit, link, middle: PIN, works_with: &[TYPED_PIN] })
}

/// What may not be left: what is on the card, what is typed, and what the departments tell.
fn planted() -> Result<Vec<Planted>, Box<dyn std::error::Error>> {
    let library = residents::library();
    let find = |key| library.iter().find(|resident| resident.key == key).ok_or("no such resident");
    let (resident, with_pin) = (find(RESIDENT)?, find(PIN_RESIDENT)?);
    let department: serde_json::Value = serde_json::from_str(DEPARTMENT)?;
    let values = &department["people"][&resident.number]["values"];
    let known = |key: &str| values[key].as_str().ok_or(format!("the department knows no {key}"));
    Ok(vec![
        Planted::new(NAME, &resident.name),
        Planted::new(NUMBER, &resident.number),
        Planted::new(ADDRESS, &resident.address),
        Planted::new(TYPED_PIN, PIN),
        Planted::new(PIN_NUMBER, &with_pin.number),
        Planted::new(TYPED_PHONE, PHONE),
        Planted::new(TYPED_CARD, CARD),
        Planted::new(KNOWN_CARD, known("bank-card")?),
        Planted::new(EMPLOYER, known("employer")?),
        Planted::new(ACCOUNT, known("account")?),
    ])
}

fn visit_and_scan(
    world: &mut World,
    kind: &Kind,
    planted: &[Planted],
    out: &Path,
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let steps = &kind.visit.steps;
    let middle = steps.iter().position(|step| step.text.contains(kind.middle)).ok_or("no middle")? + 1;
    let mut violations: Vec<String> = Vec::new();
    violations.extend(visit::play_first(world, &kind.visit, middle, out));
    let during = scan(world, planted, out)?;
    say(&format!("{}, in mid-visit: {} finds", kind.title, during.len()));
    violations.extend(not_found(kind, &during));
    let rest = Scenario { title: kind.visit.title.clone(), steps: steps[middle..].to_vec() };
    violations.extend(visit::play_first(world, &rest, rest.steps.len(), out));
    std::thread::sleep(GONE);
    let after = scan(world, planted, out)?;
    say(&format!("{}, {} s after the visit: {} finds", kind.title, GONE.as_secs(), after.len()));
    violations.extend(after.iter().map(Find::to_string));
    Ok(violations)
}

fn not_found(kind: &Kind, during: &[Find]) -> Vec<String> {
    let found: BTreeSet<&str> = during.iter().map(|find| find.value).collect();
    let missed = kind.works_with.iter().filter(|value| !found.contains(**value));
    missed.map(|value| format!("the scan in mid-visit did not find {value}, so it proves nothing")).collect()
}

/// The terminal's memory, everything it keeps, and every program's log.
fn scan(world: &World, planted: &[Planted], logs: &Path) -> Result<Vec<Find>, Box<dyn std::error::Error>> {
    let pid = world.terminal.id().ok_or("the terminal does not run")?;
    let mut found = scan_process(pid, planted)?;
    found.extend(scan_folder(&world.folder().join("terminal"), planted)?);
    found.extend(scan_folder(logs, planted)?);
    Ok(found)
}
