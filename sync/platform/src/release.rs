//! Signing what terminals may trust: each role names the one below, so that a new file means new targets, a new snapshot and
//! a new timestamp; a timestamp alone is renewed as time passes. Servers do that when a terminal asks and half of a life is
//! over. A change of keys is a root that the old and the new key sign.

use jiff::{SignedDuration, Timestamp};
use kiosk_protocol::crypto::SigningKey;
use kiosk_protocol::ids::Key;
use kiosk_protocol::trust::{
    CATALOGUE, Described, Envelope, Keyring, Metadata, Newest, Role, Root, Snapshot, Targets,
};

use crate::error::PlatformError;
use crate::keys::Signers;
use crate::limits::{ROOT_LIFE, TARGETS_LIFE, TIMESTAMP_LIFE};
use crate::publish;
use crate::store::{Stand, StoreError, Tx};

/// Signs what is due, and what the files need that were changed. Answers the version of the newest timestamp.
pub fn renew(tx: &Tx, signers: &Signers, now: Timestamp) -> Result<u64, PlatformError> {
    let release = Release { tx, signers, now };
    release.root()?;
    release.catalogue_of_before()?;
    let targets = release.targets()?;
    let snapshot = release.snapshot(targets)?;
    release.timestamp(snapshot)
}

/// Puts other keys in force: a root that the keys before and the new ones sign, and everything below it anew.
pub fn rotate(tx: &Tx, old: &Signers, new: &Signers, now: Timestamp) -> Result<(), PlatformError> {
    let before = tx.stand(Role::Root)?.map_or(0, |stand| stand.version);
    Release { tx, signers: new, now }.keep_root(before + 1, &[&old.root, &new.root])?;
    renew(tx, new, now).map(drop)
}

/// Whether these are the keys in force.
pub fn are_in_force(tx: &Tx, signers: &Signers) -> Result<bool, PlatformError> {
    let Some(stand) = tx.stand(Role::Root)? else { return Ok(true) };
    let root: Root = content(&stand.envelope)?;
    Ok(keyrings(signers) == [root.root, root.targets, root.snapshot, root.timestamp])
}

struct Release<'a> {
    tx: &'a Tx<'a>,
    signers: &'a Signers,
    now: Timestamp,
}

impl Release<'_> {
    fn root(&self) -> Result<(), PlatformError> {
        if !are_in_force(self.tx, self.signers)? {
            return Err(PlatformError::OtherKeys);
        }
        match self.tx.stand(Role::Root)? {
            Some(stand) if self.now < stand.renew_at => Ok(()),
            Some(stand) => self.keep_root(stand.version + 1, &[&self.signers.root]),
            None => self.keep_root(1, &[&self.signers.root]),
        }
    }

    fn keep_root(&self, version: u64, keys: &[&SigningKey]) -> Result<(), PlatformError> {
        let [root, targets, snapshot, timestamp] = keyrings(self.signers);
        let expires = self.until(ROOT_LIFE);
        let metadata = Root { role: Role::Root, version, expires, root, targets, snapshot, timestamp };
        self.keep(&metadata, keys, ROOT_LIFE).map(drop)
    }

    /// A platform that published before there were metadata has a catalogue, but no file of it.
    fn catalogue_of_before(&self) -> Result<(), PlatformError> {
        let (name, version) = (catalogue()?, self.tx.catalogue_version()?);
        if version == 0 || self.tx.target(&name, version)?.is_some() {
            return Ok(());
        }
        Ok(self.tx.keep_target(&name, version, &publish::bundle(self.tx)?)?)
    }

    fn targets(&self) -> Result<Described, PlatformError> {
        let files = self.tx.newest_targets()?;
        let described = |(name, version): (Key, u64)| {
            let content = self.tx.target(&name, version)?.ok_or(StoreError::Unreadable("a file"))?;
            Ok((name, Described::of(version, content.as_bytes())))
        };
        if let Some(stand) = self.current::<Targets>(&self.signers.targets)? {
            let had: Targets = content(&stand.envelope)?;
            let is_same =
                had.targets.iter().map(|(name, file)| (name.clone(), file.version)).eq(files.clone());
            if is_same {
                return Ok(stand.envelope.described(stand.version));
            }
        }
        let targets = files.into_iter().map(described).collect::<Result<_, PlatformError>>()?;
        let (version, expires) = (self.next(Role::Targets)?, self.until(TARGETS_LIFE));
        let metadata = Targets { role: Role::Targets, version, expires, targets };
        self.keep(&metadata, &[&self.signers.targets], TARGETS_LIFE)
    }

    fn snapshot(&self, targets: Described) -> Result<Described, PlatformError> {
        if let Some(stand) = self.current::<Snapshot>(&self.signers.snapshot)?
            && content::<Snapshot>(&stand.envelope)?.targets == targets
        {
            return Ok(stand.envelope.described(stand.version));
        }
        let (version, expires) = (self.next(Role::Snapshot)?, self.until(TARGETS_LIFE));
        let metadata = Snapshot { role: Role::Snapshot, version, expires, targets };
        self.keep(&metadata, &[&self.signers.snapshot], TARGETS_LIFE)
    }

    fn timestamp(&self, snapshot: Described) -> Result<u64, PlatformError> {
        if let Some(stand) = self.current::<Newest>(&self.signers.timestamp)?
            && content::<Newest>(&stand.envelope)?.snapshot == snapshot
        {
            return Ok(stand.version);
        }
        let (version, expires) = (self.next(Role::Timestamp)?, self.until(TIMESTAMP_LIFE));
        let metadata = Newest { role: Role::Timestamp, version, expires, signed_at: self.now, snapshot };
        self.keep(&metadata, &[&self.signers.timestamp], TIMESTAMP_LIFE)?;
        Ok(version)
    }

    /// The newest metadata of a role, where they are not due and this key has signed them.
    fn current<T: Metadata>(&self, key: &SigningKey) -> Result<Option<Stand>, PlatformError> {
        let key = key.verifying_key();
        let is_ours = |stand: &Stand| stand.envelope.signatures.iter().any(|one| one.key == key);
        Ok(self.tx.stand(T::ROLE)?.filter(|stand| self.now < stand.renew_at && is_ours(stand)))
    }

    fn next(&self, role: Role) -> Result<u64, PlatformError> {
        Ok(self.tx.stand(role)?.map_or(0, |stand| stand.version) + 1)
    }

    fn keep<T: Metadata>(
        &self,
        metadata: &T,
        keys: &[&SigningKey],
        life: SignedDuration,
    ) -> Result<Described, PlatformError> {
        let (version, envelope) = (metadata.head().version, Envelope::sign(metadata, keys)?);
        let described = envelope.described(version);
        self.tx.keep_metadata(T::ROLE, &Stand { version, envelope, renew_at: self.until(life / 2) })?;
        Ok(described)
    }

    fn until(&self, life: SignedDuration) -> Timestamp {
        self.now.saturating_add(life).unwrap_or(self.now)
    }
}

fn content<T: Metadata>(envelope: &Envelope) -> Result<T, PlatformError> {
    Ok(serde_json::from_str(&envelope.payload).map_err(|_| StoreError::Unreadable("metadata"))?)
}

/// Of root, targets, snapshot and timestamp.
fn keyrings(signers: &Signers) -> [Keyring; 4] {
    [&signers.root, &signers.targets, &signers.snapshot, &signers.timestamp]
        .map(|key| Keyring { keys: vec![key.verifying_key()], threshold: 1 })
}

/// The name of the target that is the catalogue.
pub fn catalogue() -> Result<Key, PlatformError> {
    Ok(Key::try_from(CATALOGUE)?)
}
