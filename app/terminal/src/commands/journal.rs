//! `kiosk journal`: whether the trail's chain holds and where it first does not; and its export for others to check.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use kiosk_store::Store;
use serde_json::{Value, json};

use super::{ask_or_open, say};
use crate::control::Question;
use crate::error::Failure;
use crate::setup::Setup;

/// Runs `kiosk journal verify`; a broken chain is a failure.
pub fn verify(setup: &Setup, as_json: bool) -> Result<(), Failure> {
    let report = ask_or_open(setup, Question::VerifyJournal, report)?;
    let rows = report.get("rows").cloned().unwrap_or_default();
    let first_bad = report.get("first_bad").filter(|bad| !bad.is_null());
    if as_json {
        say(&report.to_string());
    } else if first_bad.is_none() {
        let head = report.get("head").and_then(Value::as_str).unwrap_or_default();
        let shown = report.get("countersigned").and_then(Value::as_u64).unwrap_or_default();
        say(&format!("{rows} rows, the chain holds, countersigned up to row {shown}; head {head}"));
    }
    match first_bad {
        Some(bad) => Err(Failure::Broken(format!("{rows} rows, the chain breaks at {bad}"))),
        None => Ok(()),
    }
}

/// The journal's report, as JSON.
pub fn report(store: &Store) -> Result<Value, String> {
    let report = store.verify_journal().map_err(|error| error.to_string())?;
    serde_json::to_value(report).map_err(|error| error.to_string())
}

/// Runs `kiosk journal export`. A file is whole or absent.
pub fn export(setup: &Setup, out: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = out else {
        return write_lines(setup, &mut std::io::stdout().lock()).map(drop);
    };
    let draft = path.with_added_extension("part");
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft);
    let mut file = BufWriter::new(file.map_err(Failure::Export)?);
    let rows = write_lines(setup, &mut file)?;
    let whole =
        file.into_inner().map_err(|error| error.into_error()).and_then(|file| finish(file, &draft, path));
    whole.map_err(Failure::Export)?;
    say(&format!("{rows} rows in {}; `journal-verify` checks them", path.display()));
    Ok(())
}

fn finish(file: File, draft: &Path, path: &Path) -> std::io::Result<()> {
    file.sync_all()?;
    std::fs::rename(draft, path)
}

/// Page by page, so that a long journal keeps neither store nor memory. Answers the last row.
fn write_lines(setup: &Setup, out: &mut impl Write) -> Result<u64, Failure> {
    let mut behind = 0;
    loop {
        let page = ask_or_open(setup, Question::JournalLines(behind), |store| lines(store, behind))?;
        let page = page.get("lines").and_then(Value::as_array).cloned().unwrap_or_default();
        page.iter().try_for_each(|line| writeln!(out, "{line}")).map_err(Failure::Export)?;
        match page.iter().rev().find_map(row) {
            Some(last) => behind = last,
            None => return Ok(behind),
        }
    }
}

/// The sequence of a line that is a row.
fn row(line: &Value) -> Option<u64> {
    line.get("line").filter(|kind| *kind == "row").and_then(|_| line.get("seq"))?.as_u64()
}

/// The next lines of the export, as JSON.
pub fn lines(store: &Store, behind: u64) -> Result<Value, String> {
    Ok(json!({ "lines": store.journal_lines(behind).map_err(|error| error.to_string())? }))
}
