//! `kiosk queue`: what waits to be sent, what became of it, and why it waits.

use std::collections::HashMap;

use kiosk_store::Store;
use kiosk_store::limits::LIST_ROWS_MAX;
use serde_json::{Value, json};

use super::{ask_or_open, say};
use crate::control::Question;
use crate::error::Failure;
use crate::setup::Setup;

/// What the first column holds.
const HEAD: &str = "receipt";

/// Runs the command.
pub fn run(setup: &Setup, whole: bool, as_json: bool) -> Result<(), Failure> {
    let mut answer = ask_or_open(setup, Question::Queue, read)?;
    if whole {
        answer["items"] = all(setup)?.into();
    }
    if as_json {
        say(&answer.to_string());
        return Ok(());
    }
    let rows = answer.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    say(&format!("{HEAD:<24} {:<8} {:<12} {:>5}  reason / case number", "kind", "state", "tries"));
    lines(&rows).iter().for_each(|line| say(line));
    say(&format!("{} items, {} waiting", rows.len(), answer.get("waiting").unwrap_or(&Value::Null)));
    if !whole && rows.len() >= LIST_ROWS_MAX as usize {
        say("there are more: kiosk queue --all");
    }
    files(&answer).iter().for_each(|line| say(line));
    say(&format!("{} % of the store's room is gone", answer["room"]["percent"]));
    Ok(())
}

/// All items, page by page.
fn all(setup: &Setup) -> Result<Vec<Value>, Failure> {
    let mut all = Vec::new();
    let mut behind = 0;
    loop {
        let answer = ask_or_open(setup, Question::QueuePage(behind), |store| page(store, behind))?;
        let rows = answer.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
        let Some(last) = rows.last().and_then(|row| row.get("position")?.as_u64()) else { return Ok(all) };
        behind = last;
        all.extend(rows);
    }
}

/// A line for each row. What waits only because an older item of its lane does has no reason of its own: it names that one.
fn lines(rows: &[Value]) -> Vec<String> {
    let mut first = HashMap::new();
    let mut line = |row: &Value| {
        let lane = text(row, "lane");
        let is_waiting = text(row, "state") == "waiting";
        let held_up =
            is_waiting.then(|| first.get(&lane).map(|first| format!("waits behind {first}"))).flatten();
        if is_waiting && held_up.is_none() {
            first.insert(lane, text(row, "receipt"));
        }
        let notes = [text(row, "reason"), text(row, "case_number"), held_up.unwrap_or_default()];
        line(row, &notes.into_iter().find(|note| !note.is_empty()).unwrap_or_default())
    };
    rows.iter().map(&mut line).collect()
}

fn line(row: &Value, note: &str) -> String {
    let tries = row.get("attempts").and_then(Value::as_u64).unwrap_or(0);
    let (receipt, kind, state) = (text(row, HEAD), text(row, "kind"), text(row, "state"));
    format!("{receipt:<24} {kind:<8} {state:<12} {tries:>5}  {note}")
}

fn text(row: &Value, key: &str) -> String {
    row.get(key).and_then(Value::as_str).unwrap_or("").to_owned()
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

/// The items behind a place of the queue, as JSON.
pub fn page(store: &Store, behind: u64) -> Result<Value, String> {
    let rows = store.queue_page(behind).map_err(|error| error.to_string())?;
    Ok(json!({ "items": serde_json::to_value(rows).map_err(|error| error.to_string())? }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use kiosk_protocol::crypto::SigningKey;
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
        let heads_key = SigningKey::generate().unwrap().verifying_key();
        let options = Options { path, terminal, epoch: 1, heads_key, limit: None, clock };
        let store = Store::open(options, &key).unwrap();
        let file = store.keep_file(&[7; 1500]).unwrap();
        assert_eq!(files(&read(&store).unwrap()), [format!("file of a case, 2 KiB, waiting: {file}")]);
        store.remove_file(&file).unwrap();
        assert_eq!(files(&read(&store).unwrap()), Vec::<String>::new());
    }

    #[test]
    fn an_item_without_a_reason_of_its_own_names_the_one_it_waits_behind() {
        let row = |receipt: &str, lane: &str, state: &str, reason: Option<&str>| {
            json!({ "receipt": receipt,
            "kind": "rating", "lane": lane, "state": state, "attempts": 0, "reason": reason })
        };
        let rows = [
            row("A-1", "one", "rejected", Some("a rule")),
            row("A-2", "one", "waiting", Some("no route")),
            row("A-3", "one", "waiting", None),
            row("A-4", "two", "waiting", None),
            row("A-5", "one", "waiting", None),
        ];
        let notes: Vec<String> = lines(&rows).iter().map(|line| line[54..].trim().to_owned()).collect();
        assert_eq!(notes, ["a rule", "no route", "waits behind A-2", "", "waits behind A-2"]);
    }
}
