//! `crash [--calls N] [--cases N] [--seed S]`: the campaign alone, without the rest of the house.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use kiosk_crash::{BROKEN, Outcome};

/// Cuts the power below the store's cipher.
#[derive(Parser)]
struct Cli {
    /// Calls of the script that is cut behind every order.
    #[arg(long, default_value_t = kiosk_crash::CALLS)]
    calls: usize,
    /// Cuts at least.
    #[arg(long, default_value_t = 0)]
    cases: usize,
    /// Of the scripts and the cuts.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> ExitCode {
    let Cli { calls, cases, seed } = Cli::parse();
    let result = kiosk_crash::run(calls, cases, seed).map(|outcome| tell(&outcome));
    result.unwrap_or_else(|error| {
        say(&format!("crash: {error}"));
        ExitCode::from(2)
    })
}

fn tell(outcome: &Outcome) -> ExitCode {
    outcome.violations.iter().for_each(|violation| say(&format!("{BROKEN}{violation}")));
    let Outcome { cuts, cuts_again, orders, troubles, refused, in_doubt, violations } = outcome;
    say(&format!("{cuts} cuts behind {orders} orders, {cuts_again} while coming back"));
    say(&format!("{troubles} troubles that healed, {refused} calls refused, {in_doubt} in doubt"));
    say(&format!("{} violations", violations.len()));
    if violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A reader that went away is not an error worth reporting.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
