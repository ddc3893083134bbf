//! `openapi`: Schemathesis, an external property tester, sends a platform what its OpenAPI document allows and what it
//! forbids, with the certificate of a synthetic terminal, and holds the answers to the document: status, media type, headers
//! and body of each; nothing forbidden is accepted, nothing allowed is refused, nothing makes the platform fail. Each call
//! must have been answered with success at least once. All of it on SQLite, then on PostgreSQL.

mod answered;
mod examples;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, Stdio};

use kiosk_client::enrol::enrol;
use kiosk_platform::{Options, Platform, openapi};
use kiosk_protocol::ids::TerminalId;
use serde_json::Value;

use crate::Outcome;
use crate::postgres::Cluster;
use crate::report::{Report, say};

/// Cases of each call and kind where no number is asked for.
pub const CASES: usize = 40;
/// Names the tester; `./x` installs it and sets this.
const TESTER: &str = "KIOSK_SCHEMATHESIS";
/// What the tester cannot read from the document.
const SETTINGS: &str = include_str!("../schemathesis.toml");
/// What it would write as no terminal does.
const HOOKS: &str = include_str!("../hooks.py");
/// What it sent and got.
const ARCHIVE: &str = "sent.har";
/// Below the 50 requests a second a terminal may make.
const RATE: &str = "45/s";

/// Runs the campaign.
pub fn run(cases: usize, seed: u64) -> Outcome {
    let tester = std::env::var_os(TESTER).ok_or("run ./x torture openapi, which installs Schemathesis")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(play(tester, cases, seed))
}

async fn play(tester: OsString, cases: usize, seed: u64) -> Outcome {
    let cluster = Cluster::quick();
    let mut whole = on(&tester, "SQLite", None, cases, seed).await?;
    let second = on(&tester, "PostgreSQL", Some(cluster.url()), cases, seed).await?;
    whole.cases += second.cases;
    whole.violations.extend(second.violations);
    whole.histogram.extend(second.histogram);
    Ok(whole)
}

/// The campaign on one database.
async fn on(tester: &OsStr, name: &str, database: Option<String>, cases: usize, seed: u64) -> Outcome {
    let dir = tempfile::tempdir()?;
    let (home, identity) = (dir.path().join("platform"), dir.path().join("identity"));
    let platform = Platform::init_in(&home, &[], database)?;
    let running = Platform::serve(&home, Options::default()).await?;
    let url = format!("https://localhost:{}", running.addr.port());
    let ticket =
        platform.ticket(&TerminalId::try_from("230202-0001".to_owned())?, &Platform::site_unnamed()?)?;
    let identity = enrol(&url, &ticket, None, &identity).await?;
    let mut document = serde_json::from_str(&openapi()?)?;
    examples::add(&mut document, &platform, &identity)?;
    std::fs::write(dir.path().join("openapi.json"), document.to_string())?;
    std::fs::write(dir.path().join("settings.toml"), SETTINGS)?;
    std::fs::write(dir.path().join("hooks.py"), HOOKS)?;
    let command = command(tester, dir.path(), &url, cases, seed);
    let ended = tokio::task::spawn_blocking(move || { command }.output()).await??;
    running.stop().await?;
    let said = String::from_utf8_lossy(&ended.stdout);
    let mut report = report(&dir.path().join("report.json"), ended.status.code(), &said)?;
    let archive = serde_json::from_slice(&std::fs::read(dir.path().join(ARCHIVE))?)?;
    let answered = answered::count(&document, &archive);
    let never = answered.iter().filter(|(_, count)| **count == 0).map(|(call, _)| format!("never {call}"));
    report.violations.extend(never);
    report.histogram.extend(answered);
    let of = |text: String| format!("{name}: {text}");
    report.violations = report.violations.into_iter().map(of).collect();
    report.histogram = report.histogram.into_iter().map(|(call, count)| (of(call), count)).collect();
    Ok(report)
}

fn command(tester: &OsStr, dir: &Path, url: &str, cases: usize, seed: u64) -> Command {
    let mut command = Command::new(tester);
    command.current_dir(dir).stdin(Stdio::null()).stderr(Stdio::inherit());
    command.args(["--no-color", "--config-file", "settings.toml", "run", "openapi.json", "--url", url]);
    command.args(["--tls-verify", "identity/ca.crt", "--request-cert", "identity/terminal.crt"]);
    command.args([
        "--request-cert-key",
        "identity/terminal.key",
        "--rate-limit",
        RATE,
        "--continue-on-failure",
    ]);
    // A loaded machine makes data up slowly, which says nothing of the platform.
    command.args(["--suppress-health-check", "too_slow"]);
    command.args(["--max-examples", &cases.to_string(), "--seed", &seed.to_string()]);
    command.args(["--report", "json,har", "--report-json-path", "report.json"]);
    command.args(["--report-har-path", ARCHIVE]);
    command
}

/// What the tester wrote; where something broke also what it said, with requests to try by hand.
fn report(file: &Path, code: Option<i32>, said: &str) -> Outcome {
    let document: Value = serde_json::from_slice(&std::fs::read(file).map_err(|_| said.to_owned())?)?;
    let groups = [&document["failures"], &document["errors"]].map(|groups| groups.as_array().cloned());
    let mut violations: Vec<String> =
        groups.into_iter().flatten().flatten().map(|group| broken(&group)).collect();
    if violations.is_empty() && code != Some(0) {
        violations.push(format!("the tester ended with {code:?}"));
    }
    if !violations.is_empty() {
        say(said);
    }
    let count =
        |value: &Value| value.as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or_default();
    let tested = ("calls tested".to_owned(), count(&document["operations"]["tested"]));
    let cases = count(&document["test_cases"]["generated"]);
    let histogram = BTreeMap::from([tested]);
    Ok(Report { name: "openapi", cases, violations, histogram, figures: BTreeMap::new() })
}

fn broken(group: &Value) -> String {
    let title = group["title"].as_str().unwrap_or("without a name");
    format!("{title}, {} times, at {}", group["count"], group["operations"])
}
