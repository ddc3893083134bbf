//! `journal-verify [--key KEY] [--json] FILE`: whether an exported journal holds, and where it first does not.
//!
//! It needs nothing but the file and the key the platform keeps of this terminal. Without a key it takes the one the file
//! names: that finds every change by somebody who cannot sign, but not a journal that was forged whole. Exit code 0: it
//! holds; 1: it does not; 2: it could not be checked.

mod audit;

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use kiosk_protocol::crypto::VerifyingKey;

use crate::audit::{Finding, Unfit, audit};

/// Checks an exported journal of a terminal.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// The export.
    file: PathBuf,
    /// What the terminal's heads are verified with, in hexadecimal; the one the export names where none is given.
    #[arg(long, value_parser = key)]
    key: Option<VerifyingKey>,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

fn key(text: &str) -> Result<VerifyingKey, String> {
    VerifyingKey::try_from(text.to_owned()).map_err(|error| error.to_string())
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let is_given = cli.key.is_some();
    let finding =
        File::open(&cli.file).map_err(Unfit::Read).and_then(|file| audit(BufReader::new(file), cli.key));
    match finding {
        Ok(finding) => {
            say(&if cli.json { as_json(&finding) } else { words(&finding, is_given) });
            if finding.report.first_bad.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(unfit) => {
            let _ = writeln!(std::io::stderr().lock(), "journal-verify: {}: {unfit}", cli.file.display());
            ExitCode::from(2)
        }
    }
}

fn as_json(finding: &Finding) -> String {
    // Numbers, a digest and a word always have a JSON form.
    serde_json::to_string(&finding.report).unwrap_or_default()
}

fn words(finding: &Finding, is_given: bool) -> String {
    let report = &finding.report;
    if let Some((seq, flaw)) = report.first_bad {
        return format!("{}: the first bad row is {seq}: {flaw}", finding.terminal);
    }
    let whose = if is_given { "the key given" } else { "the key the export names" };
    let (terminal, rows, head, signed) = (&finding.terminal, report.rows, report.head, report.signed);
    format!("{terminal}: {rows} rows hold, signed up to row {signed} with {whose}; head {head}")
}

/// A reader that went away is not an error worth reporting.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
