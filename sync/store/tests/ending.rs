//! A process that ends while its store writes ends well.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::crypto::SigningKey;
use kiosk_protocol::item::Content;
use kiosk_store::{Draft, KeyFile, Options, Store};
use uuid::Uuid;

/// Where the process that ends keeps its store.
const FOLDER: &str = "KIOSK_STORE_ENDING";
const ROUNDS: usize = 20;

#[test]
fn a_process_may_end_in_the_midst_of_a_write() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return write_and_end(folder.into());
    }
    for round in 0..ROUNDS {
        let folder = tempfile::tempdir().unwrap();
        let this = std::env::current_exe().unwrap();
        let mut process = Command::new(this);
        process.args(["--exact", "a_process_may_end_in_the_midst_of_a_write"]);
        let ended = process.env(FOLDER, folder.path()).output().unwrap().status;
        assert!(ended.success(), "round {round}: {ended}");
    }
}

fn write_and_end(folder: PathBuf) {
    let key = KeyFile::create(folder.join("key")).unwrap();
    let terminal = "230202-0001".to_owned().try_into().unwrap();
    let (path, clock) = (folder.join("store"), Arc::new(jiff::Timestamp::now));
    let heads_key = SigningKey::generate().unwrap().verifying_key();
    let options = Options { path, terminal, epoch: 1, heads_key, limit: None, clock };
    let store = Store::open(options, &key).unwrap();
    let (kept, first) = sync_channel(0);
    std::thread::spawn(move || {
        for visit in 1.. {
            let visit = Uuid::from_u128(visit);
            let content = Content::Rating { visit, case: None, level: RatingLevel::Satisfied };
            store.submit(Draft { lane: visit, content }, vec![]).unwrap();
            let _ = kept.try_send(());
        }
    });
    first.recv().unwrap();
    std::process::exit(0);
}
