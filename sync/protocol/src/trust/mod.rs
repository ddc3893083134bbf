//! What terminals may trust of what the platform publishes: metadata of four roles, after The Update Framework (TUF 1.0.33),
//! signed with SM2.
//!
//! *Root* says which keys count, *targets* which files are in force (name, length, digest), *snapshot* which targets, and
//! *timestamp*, which ends after days, which snapshot. So an old state of anything, a state nobody renews, parts of two
//! states, and bytes without an end are all refused (`Untrusted`), each by its name. A terminal keeps what it trusts
//! (`Trusted`) with its versions and ends, and takes new metadata whole or not at all (`verify`).

mod freshness;
mod verify;

#[cfg(test)]
mod tests;

pub use freshness::Freshness;
pub use verify::{Untrusted, first, next};

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::crypto::{BadSignature, Digest, SigningKey, Suite, VerifyingKey};
use crate::ids::Key;

/// The target that is the catalogue: a `CatalogueBundle` in JSON.
pub const CATALOGUE: &str = "catalogue";
/// The target that is the configuration of all terminals; one terminal's has its id behind a dot (`configuration::target`).
pub const CONFIGURATION: &str = "configuration";
/// The target that is the list of what was revoked: `Revocations` in JSON.
pub const REVOCATIONS: &str = "revocations";

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Which keys count. Its key may lie elsewhere, as it signs only when keys change.
    Root,
    /// Which files are in force.
    Targets,
    /// Which targets are in force, so that no parts of two states go together.
    Snapshot,
    /// Which snapshot is the newest. Ends soon, so that a state nobody renews shows.
    Timestamp,
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Root => "root",
            Self::Targets => "targets",
            Self::Snapshot => "snapshot",
            Self::Timestamp => "timestamp",
        })
    }
}

/// Metadata of a role in JSON, with signatures over exactly these bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// The algorithms.
    pub suite: Suite,
    /// What is signed.
    pub payload: String,
    /// At most `limits::ROLE_KEYS_MAX`.
    #[cfg_attr(feature = "openapi", schema(max_items = 16))]
    pub signatures: Vec<RoleSignature>,
}

/// One signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RoleSignature {
    /// Whose.
    pub key: VerifyingKey,
    /// As `SigningKey::sign` writes it.
    pub signature: String,
}

impl Envelope {
    /// Signs metadata with all of these keys.
    pub fn sign(metadata: &impl Metadata, keys: &[&SigningKey]) -> Result<Self, BadSignature> {
        let payload = serde_json::to_string(metadata).map_err(|_| BadSignature)?;
        let sign = |key: &&SigningKey| {
            Ok(RoleSignature { key: key.verifying_key(), signature: key.sign(payload.as_bytes())? })
        };
        let signatures = keys.iter().map(sign).collect::<Result<_, BadSignature>>()?;
        Ok(Self { suite: Suite::Sm2Sm3, payload, signatures })
    }

    /// Length and digest of the payload, for the role above.
    pub fn described(&self, version: u64) -> Described {
        Described::of(version, self.payload.as_bytes())
    }
}

/// What all metadata have.
pub trait Metadata: Serialize + DeserializeOwned {
    /// Whose metadata these are.
    const ROLE: Role;
    /// What stands in the metadata.
    fn head(&self) -> Head;
}

/// What all metadata say first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Whose they are.
    pub role: Role,
    /// Counts up with each publication.
    pub version: u64,
    /// From then on they count no more.
    pub expires: Timestamp,
}

/// Keys of a role, and how many of them must have signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keyring {
    /// At most `limits::ROLE_KEYS_MAX`.
    pub keys: Vec<VerifyingKey>,
    /// At least one.
    pub threshold: u32,
}

/// A file: which version, how long, and its digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Described {
    /// Never goes back.
    pub version: u64,
    /// Its length; nothing longer is read.
    pub bytes: u64,
    /// SM3 of its bytes.
    pub digest: Digest,
}

impl Described {
    /// Describes these bytes.
    pub fn of(version: u64, bytes: &[u8]) -> Self {
        Self { version, bytes: bytes.len() as u64, digest: Digest::of(bytes) }
    }

    /// Whether these bytes are the file. The length comes first: nothing longer is hashed.
    pub fn is(&self, bytes: &[u8]) -> bool {
        self.bytes == bytes.len() as u64 && self.digest == Digest::of(bytes)
    }
}

/// Which keys count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "see `Head` and `Role`")]
pub struct Root {
    pub role: Role,
    pub version: u64,
    pub expires: Timestamp,
    pub root: Keyring,
    pub targets: Keyring,
    pub snapshot: Keyring,
    pub timestamp: Keyring,
}

/// Which files are in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "see `Head`")]
pub struct Targets {
    pub role: Role,
    pub version: u64,
    pub expires: Timestamp,
    /// By their names.
    pub targets: BTreeMap<Key, Described>,
}

/// Which targets are in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "see `Head`")]
pub struct Snapshot {
    pub role: Role,
    pub version: u64,
    pub expires: Timestamp,
    /// The metadata of the role below.
    pub targets: Described,
}

/// Which snapshot is the newest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "see `Head`")]
pub struct Newest {
    pub role: Role,
    pub version: u64,
    pub expires: Timestamp,
    /// The platform's clock: it is at least so late.
    pub signed_at: Timestamp,
    /// The metadata of the role below.
    pub snapshot: Described,
}

macro_rules! metadata {
    ($($type:ident: $role:ident),*) => {$(
        impl Metadata for $type {
            const ROLE: Role = Role::$role;
            fn head(&self) -> Head {
                Head { role: self.role, version: self.version, expires: self.expires }
            }
        }
    )*};
}

metadata! { Root: Root, Targets: Targets, Snapshot: Snapshot, Newest: Timestamp }

/// What a terminal is offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Offered {
    /// Roots behind the one the terminal has, in order; at most `limits::ROOTS_MAX`.
    #[cfg_attr(feature = "openapi", schema(max_items = 64))]
    pub roots: Vec<Envelope>,
    /// The newest `Newest`.
    pub timestamp: Envelope,
    /// The `Snapshot` it names.
    pub snapshot: Envelope,
    /// The `Targets` that names.
    pub targets: Envelope,
}

/// What was verified whole, and is kept: newer metadata are measured by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trusted {
    /// Whose signatures count.
    pub root: Root,
    /// Until when, and as of when.
    pub newest: Newest,
    /// What goes together.
    pub snapshot: Snapshot,
    /// What is in force.
    pub targets: Targets,
}

impl Targets {
    /// A file that is in force.
    pub fn file(&self, name: &str) -> Option<&Described> {
        self.targets.iter().find_map(|(key, file)| (key.as_str() == name).then_some(file))
    }
}
