//! `journal-verify [--key KEY] [--platform-key KEY] [--head HEAD] [--json] FILE`: whether an exported journal holds, and
//! where it first does not.
//!
//! It needs nothing but the file, and what the platform keeps of this terminal: `kiosk-platform head` tells both keys and
//! writes the newest head it was shown. Without them it takes what the file names: that finds every change by somebody
//! who cannot sign, and an end cut off below what the file says was countersigned; but not a journal that was forged whole
//! or had its countersignature taken out. Exit code 0: it holds; 1: it does not; 2: it could not be checked.

mod audit;

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use kiosk_protocol::crypto::VerifyingKey;

use crate::audit::{Finding, Known, Unfit, audit, shown};

/// Checks an exported journal of a terminal.
///
/// Exit code 0: all of it holds; 1: it names the first row that does not; 2: a file cannot be read or is no export.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// The export.
    file: PathBuf,
    /// What the terminal's heads are verified with, in hexadecimal; the one the export names where none is given.
    #[arg(long, value_parser = key)]
    key: Option<VerifyingKey>,
    /// What the platform's countersignatures are verified with, in hexadecimal; else the one each names.
    #[arg(long, value_parser = key)]
    platform_key: Option<VerifyingKey>,
    /// The newest head the platform was shown: a file by `kiosk-platform head`.
    #[arg(long)]
    head: Option<PathBuf>,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Cli {
    fn known(&self) -> Result<Known, Unfit> {
        let shown = self.head.as_deref().map(|path| shown(open(path)?)).transpose()?;
        Ok(Known { key: self.key.clone(), platform: self.platform_key.clone(), shown })
    }
}

fn open(path: &Path) -> Result<BufReader<File>, Unfit> {
    File::open(path).map(BufReader::new).map_err(Unfit::Read)
}

fn key(text: &str) -> Result<VerifyingKey, String> {
    VerifyingKey::try_from(text.to_owned()).map_err(|error| error.to_string())
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let is_given = cli.key.is_some();
    let finding = cli.known().and_then(|known| audit(open(&cli.file)?, &known));
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
    let shown = report.countersigned;
    format!(
        "{terminal}: {rows} rows hold, signed up to row {signed} with {whose}, countersigned up to row {shown}; \
         head {head}"
    )
}

/// A reader that went away is not an error worth reporting.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
