//! The signed service catalogue: which packages are in force.

use serde::{Deserialize, Serialize};

use crate::crypto::{BadSignature, Digest, SigningKey, Suite, VerifyingKey};
use crate::ids::Key;
use crate::service::{BadPackage, ServicePackage};

/// JSON text with a signature over exactly these bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Signed {
    /// The algorithms.
    pub suite: Suite,
    /// What is signed.
    pub payload: String,
    /// As `SigningKey::sign` writes it.
    pub signature: String,
}

impl Signed {
    /// Signs the text.
    pub fn new(payload: String, key: &SigningKey) -> Result<Self, BadSignature> {
        let signature = key.sign(payload.as_bytes())?;
        Ok(Self { suite: Suite::Sm2Sm3, payload, signature })
    }

    /// The text, once its signature fits.
    pub fn verified(&self, key: &VerifyingKey) -> Result<&str, BadSignature> {
        let Suite::Sm2Sm3 = self.suite;
        key.verify(self.payload.as_bytes(), &self.signature)?;
        Ok(&self.payload)
    }
}

/// Which packages are in force. The version counts up with every publication and never goes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// Counts up by one from 1.
    pub version: u64,
    /// When it was published.
    pub published_at: jiff::Timestamp,
    /// The packages, in the order of the home screen.
    pub packages: Vec<IndexEntry>,
}

/// One package in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexEntry {
    /// The service.
    pub id: Key,
    /// Its package's version.
    pub version: u32,
    /// Digest of the signed payload of its package.
    pub digest: Digest,
}

/// What a terminal downloads and keeps: the index and its packages, each signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CatalogueBundle {
    /// A signed `Index`.
    pub index: Signed,
    /// Signed `ServicePackage`s, in the order of the index.
    pub packages: Vec<Signed>,
}

/// A catalogue that was opened whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Catalogue {
    /// The index's version.
    pub version: u64,
    /// When it was published.
    pub published_at: jiff::Timestamp,
    /// In the order of the home screen.
    pub packages: Vec<ServicePackage>,
}

/// Why a catalogue is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCatalogue {
    /// The index is not JSON of its schema.
    #[error("not a catalogue index: {0}")]
    Index(String),
    /// The version is older than the one in force.
    #[error("version {offered} is older than {in_force}, which is in force")]
    GoesBack {
        /// The version that was offered.
        offered: u64,
        /// The version in force.
        in_force: u64,
    },
    /// Index and packages do not belong together.
    #[error("index and packages do not belong together")]
    Mixed,
    /// A package is not usable.
    #[error("a package of the catalogue is not usable: {0}")]
    Package(#[from] BadPackage),
}

impl CatalogueBundle {
    /// Opens a bundle whose bytes are those of a target that is trusted (`trust`): digests, order, packages, and that the
    /// version does not go back behind `in_force` (0 where there is none). The signatures in it say who made each part;
    /// what makes it trusted is the target's digest.
    pub fn open(&self, in_force: u64) -> Result<Catalogue, BadCatalogue> {
        let index: Index = serde_json::from_str(&self.index.payload)
            .map_err(|error| BadCatalogue::Index(error.to_string()))?;
        if index.version < in_force {
            return Err(BadCatalogue::GoesBack { offered: index.version, in_force });
        }
        if index.packages.len() != self.packages.len() {
            return Err(BadCatalogue::Mixed);
        }
        let pairs = index.packages.iter().zip(&self.packages);
        let packages = pairs.map(|(entry, signed)| open_package(entry, signed));
        let packages = packages.collect::<Result<_, _>>()?;
        Ok(Catalogue { version: index.version, published_at: index.published_at, packages })
    }
}

fn open_package(entry: &IndexEntry, signed: &Signed) -> Result<ServicePackage, BadCatalogue> {
    let payload = &signed.payload;
    if Digest::of(payload.as_bytes()) != entry.digest {
        return Err(BadCatalogue::Mixed);
    }
    let package = ServicePackage::parse(payload)?;
    if package.id != entry.id || package.version != entry.version {
        return Err(BadCatalogue::Mixed);
    }
    Ok(package)
}
