//! `torture NAME [--cases N] [--seed S] [--only WORDS] [--json]`: a randomised campaign. Prints what it tried and
//! what broke, ends with 1 on any violation, and replays a failure from its seed.

mod crash;
mod devices;
mod flow;
mod fuzz;
mod kill;
mod kill_store;
mod memory;
mod openapi;
mod outage;
#[allow(clippy::expect_used)]
#[path = "../../../sync/platform/tests/postgres/mod.rs"]
mod postgres;
mod report;
mod sim;
mod visit;
mod visits;
mod wipe;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Parser, ValueEnum};

/// Randomised campaigns.
#[derive(Parser)]
struct Cli {
    /// Which campaign.
    name: Name,
    /// How many cases; 50,000 for `crash` and (items) for `outage`, 10,000 for `kill-store`, 1,000 for `visits`, 200 for
    /// `kill` and `sim`, 40 a call for `openapi`, 5 for `wipe`, all for `devices`; for `fuzz` 10 million inputs a parser.
    #[arg(long)]
    cases: Option<usize>,
    /// Replays the campaign of this seed; a new one where none is given.
    #[arg(long)]
    seed: Option<u64>,
    /// For `crash`: plants faults in a copy of the store, each of which must be found out.
    #[arg(long)]
    mutants: bool,
    /// For `devices`: only the passes whose name, `PART FAULT × VISIT`, contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// One JSON object at the end.
    #[arg(long)]
    json: bool,
    /// Where the terminal lives that `kill-store` kills.
    #[arg(long, hide = true, default_value = ".")]
    folder: PathBuf,
    /// Where its platform is said to be.
    #[arg(long, hide = true, default_value = "")]
    url: String,
    /// Whether it says nothing of what it keeps.
    #[arg(long, hide = true)]
    mute: bool,
    /// A fault in `kill-store`, which it must find.
    #[arg(long, hide = true)]
    planted: Option<kill_store::Planted>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Name {
    /// The power cut behind every order of the store to its disk.
    Crash,
    /// Every fault of every device before each step of each visit that uses it.
    Devices,
    /// Any bytes into every parser that meets bytes from outside.
    Fuzz,
    /// SIGKILL at a random moment of a visit; nothing may be lost or doubled.
    Kill,
    /// A terminal's store and client as a process, killed at random; what it said is at the platform, once.
    KillStore,
    /// An external tester holds the platform to its OpenAPI document.
    Openapi,
    /// 30 days without the platform, in virtual time; then all that waited leaves.
    Outage,
    /// Terminals and their platform in virtual time, under every fault of a line and jumping clocks.
    Sim,
    /// The process that `kill-store` kills.
    #[value(hide = true)]
    Terminal,
    /// Random visits with random faults: in virtual time, one of twenty also on the real programs.
    Visits,
    /// Planted values must be gone from memory and disk 2 s after a visit.
    Wipe,
}

/// What a campaign gives, or why it could not be carried out.
type Outcome = Result<report::Report, Box<dyn std::error::Error>>;

/// The error of a campaign that may run on many threads.
fn plain(error: Box<dyn std::error::Error + Send + Sync>) -> Box<dyn std::error::Error> {
    error
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let seed = cli.seed.unwrap_or_else(new_seed);
    run(&cli, seed).unwrap_or_else(|error| {
        report::say(&format!("torture: {} (seed {seed})", kiosk_tests::world::chain(error.as_ref())));
        ExitCode::from(2)
    })
}

fn run(cli: &Cli, seed: u64) -> Result<ExitCode, Box<dyn std::error::Error>> {
    if matches!(cli.name, Name::Terminal) {
        kill_store::terminal(&cli.folder, &cli.url, cli.mute, seed).map_err(plain)?;
        return Ok(ExitCode::SUCCESS);
    }
    report::say(&format!("seed {seed}"));
    kiosk_tests::world::end_programs_with_runner()?;
    let report = campaign(cli, seed)?;
    report.print(seed, cli.json);
    Ok(if report.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn campaign(cli: &Cli, seed: u64) -> Outcome {
    match cli.name {
        Name::Crash if cli.mutants => crash::mutants(seed),
        Name::Crash => crash::run(cli.cases.unwrap_or(crash::CASES), seed),
        Name::Devices => devices::run(cli.cases, &cli.only, seed),
        Name::Fuzz => fuzz::run(cli.cases.unwrap_or(fuzz::CASES), seed),
        Name::Kill => kill::run(cli.cases.unwrap_or(kill::CASES), seed),
        Name::KillStore => kill_store::run(cli.cases.unwrap_or(kill_store::CASES), seed, cli.planted),
        Name::Openapi => openapi::run(cli.cases.unwrap_or(openapi::CASES), seed),
        Name::Outage => outage::run(cli.cases.unwrap_or(outage::CASES), seed),
        Name::Terminal => Err("it is no campaign, but what one of them kills".into()),
        Name::Sim => sim::run(cli.cases.unwrap_or(sim::CASES), seed),
        Name::Visits => visits::run(cli.cases.unwrap_or(visits::CASES), seed),
        Name::Wipe => wipe::run(cli.cases.unwrap_or(wipe::CASES), seed),
    }
}

fn new_seed() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}
