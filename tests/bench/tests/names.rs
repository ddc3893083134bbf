//! Figures are followed over time by their names: each is printed under its own, measured or not.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

/// A bench in a small form: what it measures then says nothing, what it prints does.
fn printed(arguments: &[&str]) -> BTreeSet<String> {
    let mut bench = Command::new(env!("CARGO_BIN_EXE_bench"));
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let output = bench.args(arguments).arg("--json").current_dir(root).output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stdout));
    let lines = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &lines {
        let is_measured = line["value"].is_number() && line["unit"].is_string();
        assert!(is_measured || line["skipped"].is_string(), "{line}");
    }
    lines.iter().map(|line| line["name"].as_str().unwrap().to_owned()).collect()
}

fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

#[test]
fn the_store_prints_its_figures() {
    let expected = names(["store.accept_vs_raw_p99", "store.accept_p99_ms"]);
    assert_eq!(printed(&["store", "--commits", "20"]), expected);
}

#[test]
fn the_sync_prints_its_figures() {
    let expected = names([
        "sync.drain_per_s",
        "sync.shaped_link_s",
        "sync.shaped_link_kib_s",
        "sync.vs_redis_stream",
        "sync.vs_redis_stream_as_found",
        "platform.ingest_per_s.sqlite",
        "platform.ingest_per_s.postgres",
        "platform.ingest_vs_bare.sqlite",
        "platform.ingest_vs_bare.postgres",
    ]);
    let small = ["sync", "--backlog", "200", "--sending-ms", "200", "--turns", "1"];
    assert_eq!(printed(&small), expected);
}
