//! What is set from afar: taken with what is published, kept, told; what cannot be used is refused by name, and attacks on it
//! are those on any other file.

use std::sync::Arc;
use std::time::Duration;

use kiosk_client::sync::{Settings, Step};
use kiosk_client::{Configured, Handle, LinkState, Me, Runner, Worker};
use kiosk_protocol::configuration::{LogLevel, Reach};
use kiosk_protocol::crypto::SigningKey;
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::limits::CONFIGURATION_BYTES_MAX;
use kiosk_protocol::wire::ConfigurationReport;
use kiosk_store::Store;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::line::VirtualClock;
use super::offering::{PATIENCE, Platform, open, until};
use super::published::{Published, with_others};
use super::runner::rating;

const ALL: &str = "configuration";
const OWN: &str = "configuration.230202-0001";

fn file(version: u64, terminal: Option<&str>, set: &Value) -> Vec<u8> {
    let file =
        json!({"version": version, "terminal": terminal, "set_at": "2026-11-29T08:00:00Z", "set": set});
    serde_json::to_vec(&file).unwrap()
}

fn idle(version: u64, seconds: u32) -> Vec<u8> {
    file(version, None, &json!({"idle_s": seconds}))
}

fn me() -> Me {
    let terminal = TerminalId::try_from("230202-0001".to_owned()).unwrap();
    Me { terminal, software: "0.0.1".to_owned() }
}

fn start(store: &Store, platform: &Arc<Platform>, key: &SigningKey) -> (Handle, JoinHandle<()>) {
    let settings = Settings { spread: Duration::ZERO, ..Settings::default() };
    let store = Arc::new(store.clone());
    let (runner, handle) = Runner::new(store, platform.clone(), key.verifying_key(), settings);
    (handle, tokio::spawn(runner.introducing(me()).run()))
}

async fn stop(handle: Handle, run: JoinHandle<()>) {
    handle.stop();
    tokio::time::timeout(PATIENCE, run).await.unwrap().unwrap();
}

async fn told(
    platform: &Platform,
    mut is_it: impl FnMut(&ConfigurationReport) -> bool,
) -> ConfigurationReport {
    let mut reports = platform.reports.subscribe();
    let all = until(&mut reports, |reports| reports.last().is_some_and(&mut is_it)).await;
    all.last().unwrap().clone()
}

#[tokio::test]
async fn it_is_taken_kept_told_and_in_force_again_offline() {
    let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
    let store = open(&dir);
    let own = file(2, Some("230202-0001"), &json!({"idle_s": 120, "log": "warn"}));
    let all = file(3, None, &json!({"idle_s": 90, "warning_s": 45}));
    let other = file(1, Some("230202-0002"), &json!({"idle_s": 180}));
    let files = vec![(ALL, 3, all), (OWN, 2, own), ("configuration.230202-0002", 1, other)];
    let platform = Platform::offering_this(1, with_others(1, files, &key));
    let (mut handle, run) = start(&store, &platform, &key);
    let in_force = until(&mut handle.configuration, |configured| configured.all > 0).await;
    let is_right = |configured: &Configured| {
        let set = &configured.set;
        assert_eq!((configured.all, configured.own), (3, 2));
        assert_eq!((set.idle_s, set.warning_s, set.log), (Some(120), Some(45), Some(LogLevel::Warn)));
    };
    is_right(&in_force);
    let report = told(&platform, |report| report.all == 3).await;
    assert_eq!((report.own, report.software.as_str(), report.refused), (2, "0.0.1", vec![]));
    assert!(!platform.asked_for.lock().unwrap().iter().any(|name| name.ends_with("0002")));
    stop(handle, run).await;

    let (mut handle, _run) = start(&store, &Platform::silent(), &key);
    is_right(&*until(&mut handle.configuration, |configured| configured.all > 0).await);
    assert!(matches!(*handle.link.borrow(), LinkState::Offline { .. }));
}

/// When a terminal that starts now goes to the platform for the first time.
async fn first_contact(store: &Store, key: &SigningKey, seed: u64) -> Duration {
    let (store, clock, rng) =
        (Arc::new(store.clone()), Arc::new(VirtualClock::default()), StdRng::seed_from_u64(seed));
    let settings = Settings::default();
    let mut worker = Worker::new(store, Platform::silent(), key.verifying_key(), settings, rng, clock);
    worker.introduce(me());
    worker.load_catalogue().await;
    match worker.next() {
        Step::Wait { until } => until,
        Step::Send { .. } | Step::Pull | Step::Fetch { .. } | Step::Upload(_) => Duration::ZERO,
    }
}

#[tokio::test]
async fn a_fleet_that_was_told_to_spread_does_so_from_its_next_start_on() {
    let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
    let store = open(&dir);
    store.submit(rating(), Vec::new()).unwrap();
    let spread = file(1, None, &json!({"spread_s": 300}));
    let platform = Platform::offering_this(1, with_others(1, vec![(ALL, 1, spread)], &key));
    let (mut latest, mut earliest) = (Duration::ZERO, Duration::MAX);
    for seed in 0..20 {
        assert!(first_contact(&store, &key, seed).await <= Duration::from_secs(2), "nothing is set yet");
    }
    let (handle, run) = start(&store, &platform, &key);
    told(&platform, |report| report.all == 1).await;
    stop(handle, run).await;
    for seed in 0..20 {
        let first = first_contact(&store, &key, seed).await;
        (latest, earliest) = (latest.max(first), earliest.min(first));
    }
    let bounds = Duration::from_secs(240)..=Duration::from_secs(300);
    assert!(bounds.contains(&latest) && earliest < Duration::from_secs(60), "{earliest:?} to {latest:?}");
}

#[tokio::test]
async fn one_that_cannot_be_used_is_refused_by_name_and_all_else_goes_on() {
    let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
    let store = open(&dir);
    let platform = Platform::offering_this(1, with_others(1, vec![(ALL, 1, idle(1, 90))], &key));
    let (mut handle, run) = start(&store, &platform, &key);
    told(&platform, |report| report.all == 1).await;

    let unknown = file(2, None, &json!({"idle_s": 120, "shell": "/bin/sh"}));
    platform.publish(2, with_others(2, vec![(ALL, 2, unknown)], &key));
    until(&mut handle.catalogue, |catalogue| catalogue.as_ref().is_some_and(|one| one.version == 2)).await;
    let report = told(&platform, |report| !report.refused.is_empty()).await;
    let refused = &report.refused[0];
    assert_eq!((report.all, refused.of, refused.version), (1, Reach::All, 2));
    assert_eq!((refused.why.as_str(), refused.reason.as_str()), ("unknown-key", "unknown key shell"));
    assert_eq!(handle.configuration.borrow().set.idle_s, Some(90), "the one before stays");
    stop(handle, run).await;

    // After a start it is looked at again: another program might take it.
    platform.reports.send_replace(Vec::new());
    let (mut handle, _run) = start(&store, &platform, &key);
    told(&platform, |report| report.all == 1 && report.refused.len() == 1).await;
    platform.publish(3, with_others(3, vec![(ALL, 3, idle(3, 150))], &key));
    let in_force = until(&mut handle.configuration, |configured| configured.all == 3).await;
    assert_eq!(in_force.set.idle_s, Some(150));
    told(&platform, |report| report.all == 3 && report.refused.is_empty()).await;
}

/// Meets a platform after version 2 of all terminals' and of its own were taken. Gives what was refused by name; where all
/// that was offered is refused, that is nothing.
async fn meets(make: impl FnOnce(&SigningKey) -> Published, takes_the_rest: bool) -> Vec<String> {
    let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
    let store = open(&dir);
    let own = file(2, Some("230202-0001"), &json!({"warning_s": 45}));
    let platform =
        Platform::offering_this(3, with_others(3, vec![(ALL, 2, idle(2, 90)), (OWN, 2, own)], &key));
    let (handle, run) = start(&store, &platform, &key);
    told(&platform, |report| (report.all, report.own) == (2, 2)).await;
    let kept = (store.configurations().unwrap(), store.trusted().unwrap());
    stop(handle, run).await;

    let attacker = Platform::offering_this(4, make(&key));
    let (mut handle, _run) = start(&store, &attacker, &key);
    until(&mut attacker.offers.subscribe(), |offers| *offers == 1).await;
    // What comes after the attack proves that it was dealt with, and does not hold up the line.
    store.submit(rating(), Vec::new()).unwrap();
    handle.wake();
    until(&mut attacker.items.subscribe(), |items| *items == 1).await;
    until(&mut handle.link, |link| *link == LinkState::Online).await;
    if takes_the_rest {
        until(&mut handle.catalogue, |catalogue| catalogue.as_ref().is_some_and(|one| one.version == 4))
            .await;
        told(&attacker, |report| !report.refused.is_empty()).await;
    } else {
        assert_eq!(store.trusted().unwrap(), kept.1);
    }
    assert_eq!(store.configurations().unwrap(), kept.0);
    let set = handle.configuration.borrow().set.clone();
    assert_eq!((set.idle_s, set.warning_s), (Some(90), Some(45)));
    let last = attacker.reports.borrow().last().cloned().unwrap();
    last.refused.into_iter().map(|one| one.why.to_string()).collect()
}

fn both(all: (u64, Vec<u8>), own: (u64, Vec<u8>), key: &SigningKey) -> Published {
    with_others(4, vec![(ALL, all.0, all.1), (OWN, own.0, own.1)], key)
}

fn own(version: u64) -> (u64, Vec<u8>) {
    (version, file(version, Some("230202-0001"), &json!({"warning_s": 45})))
}

#[tokio::test]
async fn an_older_configuration_within_newer_metadata_is_kept_away() {
    assert!(meets(|key| both((1, idle(1, 180)), own(2), key), false).await.is_empty());
    assert!(meets(|key| both((2, idle(2, 90)), own(1), key), false).await.is_empty());
}

#[tokio::test]
async fn other_bytes_than_those_that_were_signed_are_kept_away() {
    let changed = |key: &SigningKey| {
        let mut offer = both((3, idle(3, 180)), own(2), key);
        offer.others[0].1[12] ^= 1;
        offer
    };
    assert!(meets(changed, false).await.is_empty());
    let mixed = |key: &SigningKey| {
        let mut offer = both((3, idle(3, 180)), own(2), key);
        offer.others[0].1 = idle(2, 90);
        offer
    };
    assert!(meets(mixed, false).await.is_empty());
}

#[tokio::test]
async fn bytes_without_an_end_are_kept_away() {
    let endless = |key: &SigningKey| {
        let mut offer = both((3, idle(3, 180)), own(2), key);
        offer.others[0].1.extend([b' '; 4096]);
        offer
    };
    assert!(meets(endless, false).await.is_empty());
    let signed = |key: &SigningKey| both((3, vec![b' '; CONFIGURATION_BYTES_MAX + 1]), own(2), key);
    assert_eq!(meets(signed, true).await, ["too-large"]);
}

#[tokio::test]
async fn another_terminals_configuration_is_refused_though_it_is_signed() {
    let other = file(3, Some("230202-0002"), &json!({"idle_s": 180}));
    assert_eq!(meets(|key| both((2, idle(2, 90)), (3, other), key), true).await, ["not-for-here"]);
    assert_eq!(meets(|key| both((2, idle(2, 90)), (3, idle(3, 180)), key), true).await, ["not-for-here"]);
    let mine = file(3, Some("230202-0001"), &json!({"idle_s": 180}));
    assert_eq!(meets(|key| both((3, mine), own(2), key), true).await, ["not-for-here"]);
    assert_eq!(meets(|key| both((3, idle(9, 180)), own(2), key), true).await, ["other-version"]);
}
