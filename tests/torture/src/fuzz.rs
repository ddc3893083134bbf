//! Every parser that meets bytes from outside, explored by libFuzzer; each so many inputs, two or more side by side.
//!
//! The program is built by `./x torture fuzz` with counters for what is reached, and named by `KIOSK_FUZZ_BIN`.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use kiosk_fuzz::{TARGETS, Target, corpus};

use crate::Outcome;
use crate::report::{Report, say};

/// Inputs for each parser where no number is given.
pub const CASES: usize = 10_000_000;
/// An input that takes longer is a violation, seconds.
const INPUT_S_MAX: u64 = 10;
/// Where inputs that broke something are kept.
const KEPT: &str = "target/fuzz/broken";

/// Explores each target.
pub fn run(cases: usize, seed: u64) -> Outcome {
    let program =
        PathBuf::from(std::env::var("KIOSK_FUZZ_BIN").map_err(|_| "KIOSK_FUZZ_BIN is not set; use ./x")?);
    std::fs::create_dir_all(KEPT)?;
    let next = AtomicUsize::new(0);
    let lane = || {
        let mut results = Vec::new();
        while let Some(target) = TARGETS.get(next.fetch_add(1, Ordering::Relaxed)) {
            results.push(explore(&program, target, cases, seed));
        }
        results
    };
    let lanes = thread::available_parallelism().map_or(1, NonZero::get);
    let results: Vec<_> = thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
        lanes.into_iter().flat_map(|lane| lane.join().unwrap_or_default()).collect()
    });
    report(results)
}

/// What became of a target.
struct Explored {
    name: &'static str,
    inputs: usize,
    reached: usize,
    broken: Option<String>,
}

fn explore(program: &Path, target: &Target, cases: usize, seed: u64) -> std::io::Result<Explored> {
    let found = tempfile::tempdir()?;
    let output = Command::new(program)
        .env("KIOSK_FUZZ_TARGET", target.name)
        .arg(format!("-runs={cases}"))
        // libFuzzer takes 32 bits, and makes up its own for 0.
        .arg(format!("-seed={}", (seed & 0x7FFF_FFFF) + 1))
        .arg(format!("-max_len={}", target.bytes_max))
        .arg(format!("-timeout={INPUT_S_MAX}"))
        .arg(format!("-artifact_prefix={KEPT}/{}-", target.name))
        .arg("-print_final_stats=1")
        .arg(found.path())
        .arg(corpus(target))
        .output()?;
    let explored = judge(target.name, &output);
    say(&format!("{}: {} inputs, {} edges", explored.name, explored.inputs, explored.reached));
    Ok(explored)
}

fn judge(name: &'static str, output: &Output) -> Explored {
    let log = String::from_utf8_lossy(&output.stderr);
    let number = |mark: &str, line: &str| -> Option<usize> {
        line.split_once(mark)?.1.split_whitespace().next()?.parse().ok()
    };
    let last = |mark: &str| log.lines().rev().find_map(|line| number(mark, line)).unwrap_or_default();
    let broken = (!output.status.success()).then(|| {
        let why = log.lines().find(|line| line.contains("panicked") || line.contains("ERROR: libFuzzer"));
        let kept = log
            .lines()
            .find_map(|line| line.split_once("Test unit written to "))
            .map_or("", |(_, path)| path);
        let again = format!("KIOSK_FUZZ_TARGET={name} $KIOSK_FUZZ_BIN {kept}");
        format!("{name}: {}; again: {again}", why.unwrap_or("it ended by itself"))
    });
    Explored { name, inputs: last("number_of_executed_units:"), reached: last("cov: "), broken }
}

fn report(results: Vec<std::io::Result<Explored>>) -> Outcome {
    let (mut violations, mut histogram, mut cases) = (Vec::new(), BTreeMap::new(), 0);
    if results.len() < TARGETS.len() {
        violations.push(format!("only {} of {} parsers were explored", results.len(), TARGETS.len()));
    }
    for explored in results {
        let Explored { name, inputs, reached, broken } = explored?;
        cases += inputs;
        violations.extend(broken);
        violations.extend(
            (reached == 0).then(|| format!("{name}: nothing was counted; is it built with counters?")),
        );
        histogram.insert(format!("{name}: inputs"), inputs);
        histogram.insert(format!("{name}: edges"), reached);
    }
    Ok(Report { name: "fuzz", cases, violations, histogram, figures: BTreeMap::new() })
}
