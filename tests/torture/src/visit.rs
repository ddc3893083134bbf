//! The visit that campaigns play, whole or in part.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use kiosk_sim::control::{Command as Act, Link};
use kiosk_tests::deadlines::poll;
use kiosk_tests::report::Verdict;
use kiosk_tests::scenario::{Scenario, parse, play};
use kiosk_tests::world::{DisplayChoice, Extras, Plan, World};

/// A whole visit that submits a case.
const HANDLING: &str = include_str!("../visit-handling.scenario");
/// A whole visit that asks; it needs the network.
const QUERY: &str = include_str!("../visit-query.scenario");
/// A whole visit that asks without a network.
const UNAVAILABLE: &str = include_str!("../visit-unavailable.scenario");
/// A whole visit identified by a social security card that wants its PIN.
const CHIP: &str = include_str!("../visit-chip.scenario");
/// A whole visit that scans a receipt, which must lie in the tray.
const SCAN: &str = include_str!("../visit-scan.scenario");
/// A whole visit that prints a sealed page.
const PAGE: &str = include_str!("../visit-page.scenario");
/// After the network is back, until the platform must be within reach again.
const ONLINE: Duration = Duration::from_secs(15);
/// For the running terminal to say in which state it is.
const STATUS_ANSWER: Duration = Duration::from_secs(2);

/// The steps of a visit that submits a case.
pub fn handling() -> Result<Scenario, Box<dyn std::error::Error>> {
    Ok(parse("visit-handling", HANDLING)?)
}

/// The steps of a visit that asks.
pub fn query() -> Result<Scenario, Box<dyn std::error::Error>> {
    Ok(parse("visit-query", QUERY)?)
}

/// The steps of a visit whose question nobody answers.
pub fn unavailable() -> Result<Scenario, Box<dyn std::error::Error>> {
    Ok(parse("visit-unavailable", UNAVAILABLE)?)
}

/// The steps of a visit with a chip card.
pub fn chip() -> Result<Scenario, Box<dyn std::error::Error>> {
    Ok(parse("visit-chip", CHIP)?)
}

/// The steps of a visit that scans a receipt.
pub fn scan() -> Result<Scenario, Box<dyn std::error::Error>> {
    Ok(parse("visit-scan", SCAN)?)
}

/// The steps of a visit that prints a page.
pub fn page() -> Result<Scenario, Box<dyn std::error::Error>> {
    Ok(parse("visit-page", PAGE)?)
}

/// A new world whose logs go to the folder.
pub fn world(logs: &Path) -> Result<World, Box<dyn std::error::Error>> {
    world_with(logs, Extras::default())
}

/// The same with a scanner, and where it is told so with a slot for chip cards.
pub fn world_with(logs: &Path, extras: Extras) -> Result<World, Box<dyn std::error::Error>> {
    let plan = Plan { logs: logs.to_owned(), display: DisplayChoice::Own, keep: false };
    Ok(World::start_with(&plan, extras)?)
}

/// Plays the first `steps` of the visit; an unmet step is a sentence.
pub fn play_first(world: &mut World, visit: &Scenario, steps: usize, out: &Path) -> Option<String> {
    let steps = visit.steps.iter().take(steps).cloned().collect();
    let part = Scenario { title: visit.title.clone(), steps };
    let report = play(world, &part, out, out);
    let unmet = report.rows.iter().find(|row| row.verdict == Verdict::Unmet);
    unmet.map(|row| format!("line {}: {}: {}", row.line, row.step, row.seen))
}

/// Cuts the network, or sees to it that the platform is within reach; a platform that is not is a sentence.
pub fn network(world: &World, link: Link) -> Result<Option<String>, Box<dyn std::error::Error>> {
    network_within(world, link, ONLINE)
}

/// The same, with as much time as it may take.
pub fn network_within(
    world: &World,
    link: Link,
    time: Duration,
) -> Result<Option<String>, Box<dyn std::error::Error>> {
    world.simulator.act(&Act::Network { link })?;
    let online = || status(world, "link").filter(|link| link == "online");
    let is_missed = link == Link::Restore && poll(time, online).is_none();
    Ok(is_missed.then(|| format!("offline {} s after the network was there", time.as_secs())))
}

/// One word of the running terminal's status, as it tells its technician: `state`, `link`, …
pub fn status(world: &World, word: &str) -> Option<String> {
    ask(world, "status")?[word].as_str().map(str::to_owned)
}

/// How a device of this kind stands, as the running terminal tells its technician: the word, and the fault if any.
pub fn device(world: &World, kind: &str) -> Option<String> {
    let answer = ask(world, "devices")?;
    let device = answer.as_array()?.iter().find(|device| device["kind"] == kind)?;
    let status = device["status"].as_str()?;
    Some(device["fault"].as_str().map_or_else(|| status.to_owned(), |fault| format!("{status}: {fault}")))
}

fn ask(world: &World, question: &str) -> Option<serde_json::Value> {
    let socket = world.folder().join("terminal/control.sock");
    let mut stream = UnixStream::connect(socket).ok()?;
    stream.set_read_timeout(Some(STATUS_ANSWER)).ok()?;
    writeln!(stream, "{question}").ok()?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).ok()?;
    serde_json::from_str(&line).ok()
}
