//! `field`: plays scenarios on the real programs and writes a report with pictures.

use std::collections::BTreeMap;
use std::io::Write;
use std::iter::Enumerate;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};

use clap::Parser;
use kiosk_tests::report::{self, Report};
use kiosk_tests::scenario::{Scenario, parse, play};
use kiosk_tests::world::{
    DisplayChoice, Plan, World, WorldError, end_programs_with_runner, keep_mounts_to_this_thread,
};

/// So many scenarios play side by side: each is mostly waiting, and its world is its own.
const LANES: usize = 2;

/// Plays field scenarios: the real terminal in a real window, the real platform, simulated devices.
#[derive(Parser)]
struct Cli {
    /// Where pictures, logs, `report.md`, `report.html` and `junit.xml` go.
    #[arg(long, default_value = "target/field")]
    out: PathBuf,
    /// Leave keys, stores and device files behind, to be looked at.
    #[arg(long)]
    keep: bool,
    /// Open the window on the display `DISPLAY` names instead of an own, unseen one.
    #[arg(long)]
    display: bool,
    /// The scenarios, each in a world of its own.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let scenarios: Result<Vec<_>, String> = cli.files.iter().map(|file| read(file)).collect();
    let outcome = scenarios.and_then(|scenarios| {
        end_programs_with_runner().map_err(|error| error.to_string())?;
        play_all(&cli, &scenarios)
    });
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            let _ = writeln!(std::io::stderr().lock(), "field: {why}");
            ExitCode::from(2)
        }
    }
}

fn read(file: &Path) -> Result<(PathBuf, Scenario), String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let scenario = parse(&stem(file), &text).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok((file.to_owned(), scenario))
}

fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn play_all(cli: &Cli, scenarios: &[(PathBuf, Scenario)]) -> Result<bool, String> {
    std::fs::create_dir_all(&cli.out).map_err(|error| unwritable(cli, &error))?;
    let waiting = Mutex::new(scenarios.iter().enumerate());
    let played = Mutex::new(BTreeMap::new());
    let lanes = if cli.display { 1 } else { LANES.min(scenarios.len()) };
    std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(|| lane(cli, &waiting, &played))).collect();
        lanes.into_iter().try_for_each(|lane| lane.join().unwrap_or_else(|_| Err("a lane broke".to_owned())))
    })?;
    let _ = writeln!(std::io::stdout().lock(), "Report: {}", cli.out.join("report.html").display());
    let played = held(&played);
    Ok(played.len() == scenarios.len() && !played.values().any(Report::failed))
}

type Waiting<'a> = Mutex<Enumerate<std::slice::Iter<'a, (PathBuf, Scenario)>>>;

/// Plays one scenario after another until none waits. The report stays in the order of the files.
fn lane(cli: &Cli, waiting: &Waiting, played: &Mutex<BTreeMap<usize, Report>>) -> Result<(), String> {
    // Not in a `while let`, which would hold the lock while the scenario plays.
    let take = || held(waiting).next();
    while let Some((place, (file, scenario))) = take() {
        let alone = cli.files.len() == 1;
        let out = if alone { cli.out.clone() } else { cli.out.join(stem(file)) };
        let report = play_one(cli, file, scenario, &out);
        let _ = writeln!(std::io::stdout().lock(), "{}", report.table());
        let mut played = held(played);
        played.insert(place, report);
        let reports: Vec<_> = played.values().cloned().collect();
        report::write(&reports, &cli.out).map_err(|error| unwritable(cli, &error))?;
    }
    Ok(())
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unwritable(cli: &Cli, error: &std::io::Error) -> String {
    format!("{}: {error}", cli.out.display())
}

fn play_one(cli: &Cli, file: &Path, scenario: &Scenario, out: &Path) -> Report {
    if let Err(error) = clear(out) {
        return Report::not_started(&scenario.title, &error.to_string());
    }
    let plan = Plan { logs: out.join("logs"), display: display(cli), keep: cli.keep };
    let folder = file.parent().unwrap_or(Path::new("."));
    match world(&plan, scenario) {
        Ok(mut world) => {
            let report = play(&mut world, scenario, folder, out);
            if cli.keep {
                let _ = writeln!(std::io::stdout().lock(), "Kept: {}", world.folder().display());
            }
            report
        }
        Err(error @ (WorldError::NoSmallDisk { .. } | WorldError::NoAilingDisk { .. })) => {
            Report::not_played(&scenario.title, &error.chain())
        }
        Err(error) => Report::not_started(&scenario.title, &error.chain()),
    }
}

fn world(plan: &Plan, scenario: &Scenario) -> Result<World, WorldError> {
    let extras = scenario.extras();
    if extras.small_disk {
        keep_mounts_to_this_thread()?;
    }
    World::start_with(plan, extras)
}

/// Pictures and logs of an earlier run must not be taken for this one's.
fn clear(out: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(out.join("logs"))?;
    for folder in [out.to_owned(), out.join("logs")] {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "png" || ending == "log") {
                std::fs::remove_file(path)?;
            }
        }
    }
    Ok(())
}

fn display(cli: &Cli) -> DisplayChoice {
    match std::env::var("DISPLAY") {
        Ok(name) if cli.display && !name.is_empty() => DisplayChoice::Given(name),
        Ok(_) | Err(_) => DisplayChoice::Own,
    }
}
