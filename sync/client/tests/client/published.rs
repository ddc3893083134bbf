//! What a platform publishes, signed by one key for all roles.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use kiosk_protocol::catalogue::{CatalogueBundle, Index, Signed};
use kiosk_protocol::crypto::SigningKey;
use kiosk_protocol::ids::Key;
use kiosk_protocol::trust::{
    CATALOGUE, Described, Envelope, Keyring, Newest, Offered, REVOCATIONS, Role, Root, Snapshot, Targets,
};

/// Metadata, and the files they name.
#[derive(Clone)]
pub struct Published {
    pub offered: Offered,
    pub catalogue: Vec<u8>,
    /// The other files, by their names.
    pub others: Vec<(&'static str, Vec<u8>)>,
}

impl Published {
    /// The file of this name.
    pub fn file(&self, name: &str) -> Option<Vec<u8>> {
        if name == CATALOGUE {
            return Some(self.catalogue.clone());
        }
        self.others.iter().find_map(|(known, bytes)| (*known == name).then(|| bytes.clone()))
    }
}

/// An empty catalogue of this version, and everything above it.
pub fn published(version: u64, key: &SigningKey) -> Published {
    let index = Index { version, published_at: Timestamp::UNIX_EPOCH, packages: Vec::new() };
    let index = Signed::new(serde_json::to_string(&index).unwrap(), key).unwrap();
    let catalogue = serde_json::to_vec(&CatalogueBundle { index, packages: Vec::new() }).unwrap();
    let offered = naming(version, Described::of(version, &catalogue), key);
    Published { offered, catalogue, others: Vec::new() }
}

/// The same with these other files, each of a version of its own.
pub fn with_others(version: u64, files: Vec<(&'static str, u64, Vec<u8>)>, key: &SigningKey) -> Published {
    let Published { catalogue, .. } = published(version, key);
    let name = |name: &str| Key::try_from(name).unwrap();
    let mut targets = BTreeMap::from([(name(CATALOGUE), Described::of(version, &catalogue))]);
    targets.extend(files.iter().map(|(known, of, bytes)| (name(known), Described::of(*of, bytes))));
    let offered = naming_all(version, targets, key);
    let others = files.into_iter().map(|(known, _, bytes)| (known, bytes)).collect();
    Published { offered, catalogue, others }
}

/// The same with a list of revocations of its own version that says this.
pub fn revoking(version: u64, (of, list): (u64, &str), key: &SigningKey) -> Published {
    with_others(version, vec![(REVOCATIONS, of, list.as_bytes().to_vec())], key)
}

/// Metadata that name this catalogue.
pub fn naming(version: u64, catalogue: Described, key: &SigningKey) -> Offered {
    naming_all(version, BTreeMap::from([(Key::try_from(CATALOGUE).unwrap(), catalogue)]), key)
}

/// Metadata that name these files.
pub fn naming_all(version: u64, files: BTreeMap<Key, Described>, key: &SigningKey) -> Offered {
    let signed_at = Timestamp::now();
    let expires = signed_at + SignedDuration::from_hours(24);
    let ring = || Keyring { keys: vec![key.verifying_key()], threshold: 1 };
    let (root, targets, snapshot, timestamp) = (ring(), ring(), ring(), ring());
    let root = Root { role: Role::Root, version: 1, expires, root, targets, snapshot, timestamp };
    let targets = sign(&Targets { role: Role::Targets, version, expires, targets: files }, key);
    let named = targets.described(version);
    let snapshot = sign(&Snapshot { role: Role::Snapshot, version, expires, targets: named }, key);
    let named = snapshot.described(version);
    let newest = Newest { role: Role::Timestamp, version, expires, signed_at, snapshot: named };
    Offered { roots: vec![sign(&root, key)], timestamp: sign(&newest, key), snapshot, targets }
}

fn sign(metadata: &impl kiosk_protocol::trust::Metadata, key: &SigningKey) -> Envelope {
    Envelope::sign(metadata, &[key]).unwrap()
}

/// As it is offered to who has this root.
pub fn behind(offered: &Offered, root: u64) -> Offered {
    Offered { roots: if root == 0 { offered.roots.clone() } else { Vec::new() }, ..offered.clone() }
}
