//! `kiosk queue`: what waits to be sent, what became of it, and why it waits.

use kiosk_store::Store;
use serde_json::{Value, json};

use super::{ask_or_open, say};
use crate::control::Question;
use crate::error::Failure;
use crate::setup::Setup;

/// Runs the command.
pub fn run(setup: &Setup, as_json: bool) -> Result<(), Failure> {
    let answer = ask_or_open(setup, Question::Queue, read)?;
    if as_json {
        say(&answer.to_string());
        return Ok(());
    }
    let rows = answer.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    say(&format!(
        "{:<24} {:<8} {:<12} {:>5}  {}",
        "receipt", "kind", "state", "tries", "reason / case number"
    ));
    rows.iter().for_each(|row| say(&line(row)));
    say(&format!("{} items, {} waiting", rows.len(), answer.get("waiting").unwrap_or(&Value::Null)));
    say(&format!("{} % of the store's room is gone", answer["room"]["percent"]));
    Ok(())
}

fn line(row: &Value) -> String {
    let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
    let note = [text("reason"), text("case_number")].into_iter().find(|note| !note.is_empty());
    let tries = row.get("attempts").and_then(Value::as_u64).unwrap_or(0);
    let (receipt, kind, state) = (text("receipt"), text("kind"), text("state"));
    format!("{receipt:<24} {kind:<8} {state:<12} {tries:>5}  {}", note.unwrap_or_default())
}

/// The queue, the known states of cases and the store's room, as JSON.
pub fn read(store: &Store) -> Result<Value, String> {
    let words = |error: kiosk_store::StoreError| error.to_string();
    let items = serde_json::to_value(store.queue().map_err(words)?).map_err(|error| error.to_string())?;
    let cases =
        serde_json::to_value(store.case_states().map_err(words)?).map_err(|error| error.to_string())?;
    let (waiting, room) = (store.backlog().map_err(words)?, store.room().map_err(words)?);
    Ok(json!({ "waiting": waiting, "items": items, "cases": cases, "room": room }))
}
