//! `kiosk journal verify`: whether the trail's chain holds, and where it first does not.

use kiosk_store::Store;
use serde_json::Value;

use super::{ask_or_open, say};
use crate::control::Question;
use crate::error::Failure;
use crate::setup::Setup;

/// Runs the command; a broken chain is a failure.
pub fn run(setup: &Setup, as_json: bool) -> Result<(), Failure> {
    let report = ask_or_open(setup, Question::VerifyJournal, verify)?;
    let rows = report.get("rows").cloned().unwrap_or_default();
    let first_bad = report.get("first_bad").filter(|bad| !bad.is_null());
    if as_json {
        say(&report.to_string());
    } else if first_bad.is_none() {
        let head = report.get("head").and_then(Value::as_str).unwrap_or_default();
        say(&format!("{rows} rows, the chain holds; head {head}"));
    }
    match first_bad {
        Some(bad) => Err(Failure::Broken(format!("{rows} rows, the chain breaks at {bad}"))),
        None => Ok(()),
    }
}

/// The journal's report, as JSON.
pub fn verify(store: &Store) -> Result<Value, String> {
    let report = store.verify_journal().map_err(|error| error.to_string())?;
    serde_json::to_value(report).map_err(|error| error.to_string())
}
