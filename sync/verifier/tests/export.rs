//! What a store writes down is what the program checks.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use kiosk_protocol::crypto::SigningKey;
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::journal::Line;
use kiosk_protocol::trail::TrailEvent;
use kiosk_store::{KeyFile, Options, Store};

/// More than one page of `journal_lines` (2048 rows), and no multiple of what a head signs.
const ROWS: u64 = 2100;

struct Bench {
    folder: tempfile::TempDir,
    store: Store,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = KeyFile::create(folder.path().join("store.key")).unwrap();
        let terminal = TerminalId::try_from("230202-0001".to_owned()).unwrap();
        let clock = Arc::new(jiff::Timestamp::now);
        let (path, heads_key) =
            (folder.path().join("store"), SigningKey::generate().unwrap().verifying_key());
        let options = Options { path, terminal, epoch: 1, heads_key, limit: None, clock };
        let store = Store::open(options, &key).unwrap();
        let step = TrailEvent::VisitBegun { visit: uuid::Uuid::nil() };
        (0..ROWS / 100).for_each(|_| store.record(vec![step.clone(); 100]).unwrap());
        Self { folder, store }
    }

    /// The export's lines.
    fn export(&self) -> Vec<String> {
        let (mut lines, mut behind) = (Vec::new(), 0);
        loop {
            let page = self.store.journal_lines(behind).unwrap();
            let row = |line: &Line| if let Line::Row(row) = line { Some(row.seq) } else { None };
            lines.extend(page.iter().map(|line| serde_json::to_string(line).unwrap()));
            match page.iter().filter_map(row).next_back() {
                Some(last) => behind = last,
                None => return lines,
            }
        }
    }

    fn verify(&self, lines: &[String], more: &[&str]) -> (Option<i32>, String) {
        let path = self.folder.path().join("journal.jsonl");
        std::fs::write(&path, lines.join("\n")).unwrap();
        let output = journal_verify(&path, more);
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    }
}

fn journal_verify(path: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_journal-verify")).arg(path).args(more).output().unwrap()
}

#[test]
fn a_stores_export_holds_and_a_changed_byte_is_named_by_its_row() {
    let bench = Bench::new();
    let mut lines = bench.export();
    let key = String::from(bench.store.journal_key());
    let (code, said) = bench.verify(&lines, &["--key", &key]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("2100 rows hold, signed up to row 2048 with the key given"), "{said}");

    let row = lines.iter().position(|line| line.contains("\"seq\":2060,")).unwrap();
    let mut bytes = std::mem::take(&mut lines[row]).into_bytes();
    // Within the visit's id: still JSON, still an id.
    let digit = bytes.windows(8).position(|window| window == b"00000000").unwrap();
    bytes[digit] = b'1';
    lines[row] = String::from_utf8(bytes).unwrap();
    let (code, said) = bench.verify(&lines, &[]);
    assert_eq!(code, Some(1));
    assert!(said.contains("the first bad row is 2060: the row was changed"), "{said}");
}

#[test]
fn what_is_no_file_is_told_apart_from_a_bad_row() {
    let output = journal_verify(Path::new("/nonexistent"), &[]);
    assert_eq!(output.status.code(), Some(2));
}
