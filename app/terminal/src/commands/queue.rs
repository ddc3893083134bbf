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
    files(&answer).iter().for_each(|line| say(line));
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

/// Files of cases that are not all at the platform yet.
fn files(answer: &Value) -> Vec<String> {
    let files = answer.get("files").and_then(Value::as_array).cloned().unwrap_or_default();
    let line = |file: &Value| {
        let bytes = file.get("bytes").and_then(Value::as_u64).unwrap_or(0);
        format!(
            "file of a case, {} KiB, waiting: {}",
            bytes.div_ceil(1024),
            file["digest"].as_str().unwrap_or("")
        )
    };
    files.iter().map(line).collect()
}

/// The queue, the files on their way, the known states of cases and the store's room, as JSON.
pub fn read(store: &Store) -> Result<Value, String> {
    let words = |error: kiosk_store::StoreError| error.to_string();
    let items = serde_json::to_value(store.queue().map_err(words)?).map_err(|error| error.to_string())?;
    let cases =
        serde_json::to_value(store.case_states().map_err(words)?).map_err(|error| error.to_string())?;
    let (waiting, room) = (store.backlog().map_err(words)?, store.room().map_err(words)?);
    let files = store.files().map_err(words)?;
    let files: Vec<Value> =
        files.iter().map(|file| json!({ "digest": file.digest, "bytes": file.bytes })).collect();
    Ok(json!({ "waiting": waiting, "items": items, "files": files, "cases": cases, "room": room }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use kiosk_protocol::ids::TerminalId;
    use kiosk_store::{KeyFile, Options};

    use super::*;

    #[test]
    fn a_file_is_told_until_the_platform_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let key = KeyFile { path: folder.path().join("store.key") };
        KeyFile::create(&key.path).unwrap();
        let terminal = TerminalId::try_from("230202-0001".to_owned()).unwrap();
        let (path, clock) = (folder.path().join("store"), Arc::new(jiff::Timestamp::now));
        let store = Store::open(Options { path, terminal, epoch: 1, limit: None, clock }, &key).unwrap();
        let file = store.keep_file(&[7; 1500]).unwrap();
        assert_eq!(files(&read(&store).unwrap()), [format!("file of a case, 2 KiB, waiting: {file}")]);
        store.remove_file(&file).unwrap();
        assert_eq!(files(&read(&store).unwrap()), Vec::<String>::new());
    }
}
