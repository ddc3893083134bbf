//! The attack suite: each of them is refused by its name, and what was trusted stays.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::*;

const KINDS: [&str; 3] = [CATALOGUE, CONFIGURATION, "configuration.230202-0001"];
const DAY: SignedDuration = SignedDuration::from_hours(24);

fn start() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

/// A publisher with all its keys.
struct Publisher {
    root: Vec<SigningKey>,
    targets: SigningKey,
    snapshot: SigningKey,
    timestamp: SigningKey,
    roots: Vec<Envelope>,
    root_version: u64,
}

/// Files of each kind, of versions by their names.
fn files(version: impl Fn(&str) -> u64) -> BTreeMap<Key, Described> {
    let file = |name: &str| {
        let version = version(name);
        (Key::try_from(name).unwrap(), Described::of(version, format!("{name} {version}").as_bytes()))
    };
    KINDS.map(file).into()
}

fn key() -> SigningKey {
    SigningKey::generate().unwrap()
}

fn ring(keys: &[&SigningKey], threshold: u32) -> Keyring {
    Keyring { keys: keys.iter().map(|key| key.verifying_key()).collect(), threshold }
}

impl Publisher {
    fn new() -> Self {
        let mut new = Self {
            root: vec![key()],
            targets: key(),
            snapshot: key(),
            timestamp: key(),
            roots: Vec::new(),
            root_version: 0,
        };
        new.publish_root(&[]);
        new
    }

    fn anchor(&self) -> VerifyingKey {
        self.root[0].verifying_key()
    }

    fn root_of(&self, version: u64) -> Root {
        let keys: Vec<_> = self.root.iter().collect();
        Root {
            role: Role::Root,
            version,
            expires: start() + DAY * 365,
            root: ring(&keys, self.root.len() as u32),
            targets: ring(&[&self.targets], 1),
            snapshot: ring(&[&self.snapshot], 1),
            timestamp: ring(&[&self.timestamp], 1),
        }
    }

    /// Signed by its own keys, and by those before.
    fn publish_root(&mut self, before: &[&SigningKey]) {
        self.root_version += 1;
        let keys: Vec<_> = self.root.iter().chain(before.iter().copied()).collect();
        self.roots.push(Envelope::sign(&self.root_of(self.root_version), &keys).unwrap());
    }

    fn rotate(&mut self) {
        let old = std::mem::replace(&mut self.root, vec![key()]);
        (self.targets, self.snapshot, self.timestamp) = (key(), key(), key());
        self.publish_root(&old.iter().collect::<Vec<_>>());
    }

    /// Everything at this version, as of some days later.
    fn offers(&self, version: u64, days: i32) -> Offered {
        self.offers_parts([version; 3], days)
    }

    fn offers_parts(&self, [targets, snapshot, timestamp]: [u64; 3], days: i32) -> Offered {
        let files = files(|_| targets);
        let signed_at = start() + DAY * days;
        let expires = signed_at + DAY * 90;
        let metadata = Targets { role: Role::Targets, version: targets, expires, targets: files };
        let targets = Envelope::sign(&metadata, &[&self.targets]).unwrap();
        let named = targets.described(metadata.version);
        let metadata = Snapshot { role: Role::Snapshot, version: snapshot, expires, targets: named };
        let snapshot = Envelope::sign(&metadata, &[&self.snapshot]).unwrap();
        let named = snapshot.described(metadata.version);
        let timestamp = self.newest(timestamp, named, days);
        Offered { roots: Vec::new(), timestamp, snapshot, targets }
    }

    fn newest(&self, version: u64, snapshot: Described, days: i32) -> Envelope {
        let (signed_at, expires) = (start() + DAY * days, start() + DAY * (days + 3));
        let newest = Newest { role: Role::Timestamp, version, expires, signed_at, snapshot };
        Envelope::sign(&newest, &[&self.timestamp]).unwrap()
    }

    /// What a terminal trusts that saw everything at this version.
    fn trusted(&self, version: u64) -> Trusted {
        let offered = Offered { roots: self.roots.clone(), ..self.offers(version, 0) };
        first(&self.anchor(), &offered, start()).unwrap()
    }
}

#[test]
fn what_is_newer_is_taken_and_the_same_again() {
    let publisher = Publisher::new();
    let trusted = publisher.trusted(3);
    assert_eq!(trusted.targets.file(CATALOGUE).unwrap().version, 3);
    let newer = next(&trusted, &publisher.offers(4, 1), start() + DAY).unwrap();
    assert_eq!(newer.targets.file(CATALOGUE).unwrap().version, 4);
    assert_eq!(next(&newer, &publisher.offers(4, 1), start() + DAY).unwrap().newest.version, 4);
    // A renewal changes the timestamp only.
    let same = publisher.offers(4, 1);
    let named = same.snapshot.described(4);
    let renewed = Offered { timestamp: publisher.newest(5, named, 2), ..same };
    // Signing is randomised, the payload is not.
    let renewed = Offered { snapshot: renewed.snapshot.clone(), ..renewed };
    assert_eq!(next(&newer, &renewed, start() + DAY * 2).unwrap().newest.version, 5);
}

#[test]
fn a_rollback_of_any_role_is_refused() {
    let publisher = Publisher::new();
    let trusted = publisher.trusted(5);
    for (parts, role) in
        [([5, 5, 4], Role::Timestamp), ([5, 4, 6], Role::Snapshot), ([4, 6, 6], Role::Targets)]
    {
        let refused = next(&trusted, &publisher.offers_parts(parts, 0), start()).unwrap_err();
        assert_eq!(refused, Untrusted::Rollback { role, have: 5, offered: 4 }, "{parts:?}");
    }
    let mut rotated = Publisher::new();
    rotated.publish_root(&[]);
    let trusted = rotated.trusted(1);
    let old = Offered { roots: vec![rotated.roots[0].clone()], ..rotated.offers(2, 0) };
    let refused = next(&trusted, &old, start()).unwrap_err();
    assert_eq!(refused, Untrusted::Rollback { role: Role::Root, have: 2, offered: 1 });
}

#[test]
fn a_file_that_goes_back_within_newer_targets_is_refused() {
    let publisher = Publisher::new();
    let trusted = publisher.trusted(5);
    for kind in KINDS {
        let targets = files(|name| if name == kind { 4 } else { 6 });
        let expires = start() + DAY;
        let targets = Targets { role: Role::Targets, version: 6, expires, targets };
        let targets = Envelope::sign(&targets, &[&publisher.targets]).unwrap();
        let snapshot = Snapshot { role: Role::Snapshot, version: 6, expires, targets: targets.described(6) };
        let snapshot = Envelope::sign(&snapshot, &[&publisher.snapshot]).unwrap();
        let timestamp = publisher.newest(6, snapshot.described(6), 0);
        let offered = Offered { roots: Vec::new(), timestamp, snapshot, targets };
        let refused = next(&trusted, &offered, start()).unwrap_err();
        let name = Key::try_from(kind).unwrap();
        assert_eq!(refused, Untrusted::FileRollback { name, have: 5, offered: 4 });
    }
}

#[test]
fn a_frozen_state_is_refused() {
    let publisher = Publisher::new();
    let trusted = publisher.trusted(5);
    let (frozen, later) = (publisher.offers(6, 0), start() + DAY * 3);
    assert!(next(&trusted, &frozen, later - SignedDuration::from_secs(1)).is_ok());
    let refused = next(&trusted, &frozen, later).unwrap_err();
    assert_eq!(refused, Untrusted::Frozen { role: Role::Timestamp, expires: later });
    // The lower roles and the root end as well.
    let offered = publisher.offers(6, 0);
    let renewed = Offered { timestamp: publisher.newest(7, offered.snapshot.described(6), 90), ..offered };
    let refused = next(&trusted, &renewed, start() + DAY * 90).unwrap_err();
    assert!(matches!(refused, Untrusted::Frozen { role: Role::Snapshot, .. }), "{refused}");
    let refused = next(&trusted, &publisher.offers(6, 365), start() + DAY * 365).unwrap_err();
    assert!(matches!(refused, Untrusted::Frozen { role: Role::Root, .. }), "{refused}");
}

#[test]
fn parts_of_two_states_are_refused() {
    let publisher = Publisher::new();
    let trusted = publisher.trusted(5);
    let (one, two) = (publisher.offers(6, 0), publisher.offers(7, 0));
    let mixed = Offered { targets: one.targets.clone(), ..two.clone() };
    assert_eq!(next(&trusted, &mixed, start()).unwrap_err(), Untrusted::Mixed(Role::Targets));
    let mixed = Offered { snapshot: one.snapshot, ..two.clone() };
    assert_eq!(next(&trusted, &mixed, start()).unwrap_err(), Untrusted::Mixed(Role::Snapshot));
    // The version that is named counts, whatever the bytes say of themselves.
    let mixed = Offered { timestamp: publisher.newest(8, two.snapshot.described(9), 0), ..two };
    assert_eq!(next(&trusted, &mixed, start()).unwrap_err(), Untrusted::Mixed(Role::Snapshot));
    // One version has one content.
    let other = publisher.newest(5, Described::of(5, b"another snapshot 5"), 0);
    let mixed = Offered { timestamp: other, ..publisher.offers(5, 0) };
    assert_eq!(next(&trusted, &mixed, start()).unwrap_err(), Untrusted::Mixed(Role::Snapshot));
}

#[test]
fn signatures_of_strangers_or_too_few_are_refused() {
    let mut publisher = Publisher::new();
    let (trusted, stranger) = (publisher.trusted(5), Publisher::new());
    let (good, forged) = (publisher.offers(6, 0), stranger.offers(6, 0));
    let few = |role| Untrusted::Signatures { role, valid: 0, threshold: 1 };
    assert_eq!(next(&trusted, &forged, start()).unwrap_err(), few(Role::Timestamp));
    let timestamp = publisher.newest(6, forged.snapshot.described(6), 0);
    let forged = Offered { timestamp, ..forged };
    assert_eq!(next(&trusted, &forged, start()).unwrap_err(), few(Role::Snapshot));
    let mut unsigned = good.clone();
    unsigned.timestamp.signatures.clear();
    assert_eq!(next(&trusted, &unsigned, start()).unwrap_err(), few(Role::Timestamp));
    let mut changed = good;
    changed.timestamp.payload = changed.timestamp.payload.replace("\"version\":6", "\"version\":7");
    assert_eq!(next(&trusted, &changed, start()).unwrap_err(), few(Role::Timestamp));
    // Two keys are needed from now on; one that signs twice is one.
    publisher.root.push(key());
    publisher.publish_root(&[]);
    let both = Offered { roots: vec![publisher.roots[1].clone()], ..publisher.offers(6, 0) };
    assert!(next(&trusted, &both, start()).is_ok());
    let mut one = both;
    one.roots[0].signatures[1] = one.roots[0].signatures[0].clone();
    let refused = next(&trusted, &one, start()).unwrap_err();
    assert_eq!(refused, Untrusted::Signatures { role: Role::Root, valid: 1, threshold: 2 });
}

#[test]
fn one_role_cannot_speak_for_another() {
    let publisher = Publisher::new();
    let trusted = publisher.trusted(5);
    let mut offered = publisher.offers(6, 0);
    let snapshot = Snapshot {
        role: Role::Timestamp,
        version: 6,
        expires: start() + DAY,
        targets: offered.targets.described(6),
    };
    offered.snapshot = Envelope::sign(&snapshot, &[&publisher.snapshot]).unwrap();
    offered.timestamp = publisher.newest(6, offered.snapshot.described(6), 0);
    assert_eq!(next(&trusted, &offered, start()).unwrap_err(), Untrusted::Form(Role::Snapshot));
}

#[test]
fn keys_change_by_the_old_and_the_new_one() {
    let mut publisher = Publisher::new();
    let trusted = publisher.trusted(5);
    publisher.rotate();
    // Versions of the changed keys start anew: those before may have been driven up.
    let offered = Offered { roots: publisher.roots[1..].to_vec(), ..publisher.offers_parts([5, 1, 1], 0) };
    let rotated = next(&trusted, &offered, start()).unwrap();
    assert_eq!((rotated.root.version, rotated.newest.version), (2, 1));
    // The old keys count no more.
    let old = Publisher { root_version: 0, ..Publisher::new() };
    assert!(matches!(next(&rotated, &old.offers(9, 0), start()), Err(Untrusted::Signatures { .. })));
    // A new root that the old key did not sign.
    let mut thief = Publisher::new();
    thief.rotate();
    let stolen = Offered { roots: thief.roots[1..].to_vec(), ..thief.offers(6, 0) };
    let refused = next(&trusted, &stolen, start()).unwrap_err();
    assert_eq!(refused, Untrusted::Signatures { role: Role::Root, valid: 0, threshold: 1 });
    // One that the new key did not sign.
    let mut lone = publisher.roots[1].clone();
    lone.signatures.remove(0);
    let lone = Offered { roots: vec![lone], ..offered };
    assert!(matches!(next(&trusted, &lone, start()), Err(Untrusted::Signatures { role: Role::Root, .. })));
}

#[test]
fn no_root_is_skipped() {
    let mut publisher = Publisher::new();
    let trusted = publisher.trusted(5);
    publisher.publish_root(&[]);
    publisher.publish_root(&[]);
    let offered = Offered { roots: publisher.roots[2..].to_vec(), ..publisher.offers(6, 0) };
    let refused = next(&trusted, &offered, start()).unwrap_err();
    assert_eq!(refused, Untrusted::RootSkipped { have: 1, offered: 3 });
    let endless = Offered { roots: vec![publisher.roots[1].clone(); 65], ..offered };
    assert_eq!(next(&trusted, &endless, start()).unwrap_err(), Untrusted::Roots(65));
}

#[test]
fn a_terminal_begins_at_the_root_of_its_enrolment() {
    let mut publisher = Publisher::new();
    let old = publisher.anchor();
    publisher.rotate();
    let offered = Offered { roots: publisher.roots.clone(), ..publisher.offers(1, 0) };
    for anchor in [&old, &publisher.anchor()] {
        assert_eq!(first(anchor, &offered, start()).unwrap().root.version, 2);
    }
    let stranger = key().verifying_key();
    assert_eq!(first(&stranger, &offered, start()).unwrap_err(), Untrusted::NoRoot);
}

#[test]
fn bytes_beyond_the_signed_length_are_not_the_file() {
    let file = Described::of(1, b"catalogue");
    assert!(file.is(b"catalogue"));
    assert!(!file.is(b"catalogue and more") && !file.is(b"catalogux") && !file.is(b""));
}

#[test]
fn data_age_by_tiers() {
    let trusted = Publisher::new().trusted(1);
    let at = |days: i32| Freshness::of(Some(&trusted), start() + DAY * days);
    assert_eq!(at(2), Freshness::Fresh);
    assert_eq!(at(3), Freshness::Stale { as_of: start() });
    assert_eq!(at(33), Freshness::Stale { as_of: start() });
    assert_eq!(at(34), Freshness::Outdated);
    assert_eq!(Freshness::of(None, start()), Freshness::Outdated);
}

#[test]
fn a_clock_that_is_set_back_makes_nothing_young_again() {
    let trusted = Publisher::new().trusted(1);
    let ten_years = DAY * 3650;
    let run = Duration::from_secs(40 * 24 * 3600);
    let back = trusted.time(start() - ten_years, run);
    assert_eq!(back, start() + DAY * 40);
    assert_eq!(Freshness::of(Some(&trusted), back), Freshness::Outdated);
    let short = Duration::from_secs(60);
    let back = Freshness::of(Some(&trusted), trusted.time(start() - ten_years, short));
    assert_eq!(back, Freshness::Fresh);
    let ahead = trusted.time(start() + ten_years, short);
    assert_eq!(Freshness::of(Some(&trusted), ahead), Freshness::Outdated, "it errs on the safe side");
}
