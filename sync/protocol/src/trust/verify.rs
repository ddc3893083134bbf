//! From offered to trusted: the client workflow of TUF 1.0.33, section 5.3 (root), 5.4 (timestamp), 5.5 (snapshot) and
//! 5.6 (targets). All of it holds, or nothing is taken: what was trusted before stays.

use jiff::Timestamp;

use super::{
    Described, Envelope, Head, Keyring, Metadata, Newest, Offered, Role, Root, Snapshot, Targets, Trusted,
};
use crate::crypto::{Suite, VerifyingKey};
use crate::ids::Key;
use crate::limits::{ROLE_KEYS_MAX, ROOTS_MAX};

/// Why metadata are not taken. What was trusted before stays in force.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// Not metadata of this role.
    #[error("not metadata of {0}")]
    Form(Role),
    /// Too few of the keys that count have signed. Cure: none here; somebody else may have published it.
    #[error("{role} has {valid} signatures that count, and needs {threshold}")]
    Signatures {
        /// Whose.
        role: Role,
        /// Keys of the role that have signed.
        valid: u32,
        /// How many it takes.
        threshold: u32,
    },
    /// More roots than one answer may have.
    #[error("{0} roots at once")]
    Roots(usize),
    /// No root the terminal was enrolled with.
    #[error("no root of the key this terminal was enrolled with")]
    NoRoot,
    /// Roots come one after the other, each signed by the keys of the one before.
    #[error("root {offered} does not follow on {have}")]
    RootSkipped {
        /// The root in force.
        have: u64,
        /// The one that was offered next.
        offered: u64,
    },
    /// An older version than the one that is trusted.
    #[error("{role} {offered} is older than {have}, which is in force")]
    Rollback {
        /// Whose.
        role: Role,
        /// The version that is trusted.
        have: u64,
        /// The version that was offered.
        offered: u64,
    },
    /// An older version of a file than the one that is in force.
    #[error("{name} {offered} is older than {have}, which is in force")]
    FileRollback {
        /// The file.
        name: Key,
        /// The version in force.
        have: u64,
        /// The version that was offered.
        offered: u64,
    },
    /// It ended: somebody shows an old state, or the platform was not renewed. Cure: look at both clocks.
    #[error("{role} ended at {expires}")]
    Frozen {
        /// Whose.
        role: Role,
        /// Its end.
        expires: Timestamp,
    },
    /// It is not what the role above says: parts of two states.
    #[error("{0} is not what the role above says")]
    Mixed(Role),
}

/// The first metadata of a terminal, which knows one key from its enrolment. A root it signed is the first one trusted.
pub fn first(key: &VerifyingKey, offered: &Offered, now: Timestamp) -> Result<Trusted, Untrusted> {
    let anchor = Keyring { keys: vec![key.clone()], threshold: 1 };
    not_too_many(&offered.roots)?;
    let own = |root: &Envelope| accepted::<Root>(root, &anchor).ok();
    let found = offered.roots.iter().enumerate().find_map(|(at, root)| Some((at, own(root)?)));
    let (at, root) = found.ok_or(Untrusted::NoRoot)?;
    // 5.3.4: it is signed by its own keys as well.
    let rest = offered.roots.get(at..).unwrap_or_default();
    accepted::<Root>(rest.first().ok_or(Untrusted::NoRoot)?, &root.root)?;
    take(None, walk(root, rest.get(1..).unwrap_or_default())?, offered, now)
}

/// Newer metadata than those that are trusted.
pub fn next(had: &Trusted, offered: &Offered, now: Timestamp) -> Result<Trusted, Untrusted> {
    let root = walk(had.root.clone(), &offered.roots)?;
    // 5.3.11: keys that were changed may have signed versions far ahead.
    let is_same = root.timestamp == had.root.timestamp && root.snapshot == had.root.snapshot;
    take(Some(Floor { had, is_same }), root, offered, now)
}

/// What new metadata may not fall behind.
#[derive(Clone, Copy)]
struct Floor<'a> {
    had: &'a Trusted,
    is_same: bool,
}

/// 5.3: each root is signed by the keys of the one before and by its own.
fn walk(mut root: Root, roots: &[Envelope]) -> Result<Root, Untrusted> {
    not_too_many(roots)?;
    for envelope in roots {
        let new: Root = accepted(envelope, &root.root)?;
        let (have, offered) = (root.version, new.version);
        if offered <= have {
            return Err(Untrusted::Rollback { role: Role::Root, have, offered });
        }
        if offered != have + 1 {
            return Err(Untrusted::RootSkipped { have, offered });
        }
        root = accepted(envelope, &new.root)?;
    }
    Ok(root)
}

fn not_too_many(roots: &[Envelope]) -> Result<(), Untrusted> {
    if roots.len() > ROOTS_MAX { Err(Untrusted::Roots(roots.len())) } else { Ok(()) }
}

fn take(
    floor: Option<Floor<'_>>,
    root: Root,
    offered: &Offered,
    now: Timestamp,
) -> Result<Trusted, Untrusted> {
    let versions = floor.filter(|floor| floor.is_same).map(|floor| floor.had);
    current(&root, now)?;
    let newest: Newest = accepted(&offered.timestamp, &root.timestamp)?;
    if let Some(had) = versions {
        not_older(had.newest.version, &newest)?;
        not_behind(Role::Snapshot, &had.newest.snapshot, &newest.snapshot)?;
    }
    current(&newest, now)?;
    let snapshot: Snapshot = part(&offered.snapshot, &root.snapshot, &newest.snapshot)?;
    if let Some(had) = versions {
        not_behind(Role::Targets, &had.snapshot.targets, &snapshot.targets)?;
    }
    current(&snapshot, now)?;
    let targets: Targets = part(&offered.targets, &root.targets, &snapshot.targets)?;
    floor.map_or(Ok(()), |floor| files_not_older(&floor.had.targets, &targets))?;
    current(&targets, now)?;
    Ok(Trusted { root, newest, snapshot, targets })
}

/// Metadata that enough of these keys have signed.
fn accepted<T: Metadata>(envelope: &Envelope, keyring: &Keyring) -> Result<T, Untrusted> {
    let Suite::Sm2Sm3 = envelope.suite;
    let valid = signers(envelope, keyring);
    if keyring.threshold == 0 || valid < keyring.threshold {
        return Err(Untrusted::Signatures { role: T::ROLE, valid, threshold: keyring.threshold });
    }
    let metadata: T = serde_json::from_str(&envelope.payload).map_err(|_| Untrusted::Form(T::ROLE))?;
    if metadata.head().role == T::ROLE { Ok(metadata) } else { Err(Untrusted::Form(T::ROLE)) }
}

/// How many different keys of the role have signed. One key named twice counts once.
fn signers(envelope: &Envelope, keyring: &Keyring) -> u32 {
    let bytes = envelope.payload.as_bytes();
    let mut counted: Vec<&VerifyingKey> = Vec::new();
    for one in envelope.signatures.iter().take(ROLE_KEYS_MAX) {
        let is_known = keyring.keys.iter().take(ROLE_KEYS_MAX).any(|key| *key == one.key);
        let is_new = !counted.contains(&&one.key);
        if is_known && is_new && one.key.verify(bytes, &one.signature).is_ok() {
            counted.push(&one.key);
        }
    }
    counted.len().try_into().unwrap_or(u32::MAX)
}

/// Metadata that are exactly those the role above names.
fn part<T: Metadata>(envelope: &Envelope, keyring: &Keyring, named: &Described) -> Result<T, Untrusted> {
    if !named.is(envelope.payload.as_bytes()) {
        return Err(Untrusted::Mixed(T::ROLE));
    }
    let metadata: T = accepted(envelope, keyring)?;
    if metadata.head().version == named.version { Ok(metadata) } else { Err(Untrusted::Mixed(T::ROLE)) }
}

fn current(metadata: &impl Metadata, now: Timestamp) -> Result<(), Untrusted> {
    let Head { role, expires, .. } = metadata.head();
    if now < expires { Ok(()) } else { Err(Untrusted::Frozen { role, expires }) }
}

fn not_older(have: u64, metadata: &impl Metadata) -> Result<(), Untrusted> {
    let Head { role, version: offered, .. } = metadata.head();
    if offered >= have { Ok(()) } else { Err(Untrusted::Rollback { role, have, offered }) }
}

/// One version is one content.
fn not_behind(role: Role, had: &Described, named: &Described) -> Result<(), Untrusted> {
    let (have, offered) = (had.version, named.version);
    match offered.cmp(&have) {
        std::cmp::Ordering::Less => Err(Untrusted::Rollback { role, have, offered }),
        std::cmp::Ordering::Equal if had != named => Err(Untrusted::Mixed(role)),
        std::cmp::Ordering::Equal | std::cmp::Ordering::Greater => Ok(()),
    }
}

fn files_not_older(had: &Targets, offered: &Targets) -> Result<(), Untrusted> {
    let pairs = had.targets.iter().filter_map(|(name, file)| Some((name, file, offered.targets.get(name)?)));
    for (name, had, new) in pairs {
        if new.version < had.version {
            let (have, offered) = (had.version, new.version);
            return Err(Untrusted::FileRollback { name: name.clone(), have, offered });
        }
    }
    Ok(())
}
