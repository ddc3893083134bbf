//! What is kept on a terminal and sent to the platform: items.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::codes::RatingLevel;
use crate::crypto::{Digest, OpenError, ReadySeal, Sealed, SealingKey, Suite, UnsealingKey};
use crate::ids::{CaseNumber, ItemId, Key};
use crate::service::{Language, Values};

/// An item as it is stored and sent: its identity, its exact bytes, and their digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Item {
    /// Made before the first send.
    pub id: ItemId,
    /// JSON of an `ItemBody`, byte for byte as stored.
    pub body: String,
    /// Digest of `body`.
    pub hash: Digest,
}

/// What an item says. Nothing here names a person but what is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemBody {
    /// UUIDv7 of the item.
    pub uuid: Uuid,
    /// Items of one lane arrive in order; lanes do not wait for each other.
    pub lane: Uuid,
    /// The terminal's clock when it was accepted.
    pub created_at: jiff::Timestamp,
    /// What it is.
    pub content: Content,
}

/// The kinds of items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// A submitted form.
    Case {
        /// The case; also its lane.
        case: Uuid,
        /// The service.
        service: Key,
        /// Version of the package the form was filled in by.
        version: u32,
        /// The department.
        department: Key,
        /// The language the resident used.
        language: Language,
        /// A sealed `CaseFile`.
        file: Sealed,
        /// What belongs to it and is sent beside it, at most `limits::CASE_FILES_MAX`; the department gets the case
        /// once the platform has all of them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<FileRef>,
    },
    /// A rating (好差评) of a visit, and of the case of that visit where there was one.
    Rating {
        /// The visit.
        visit: Uuid,
        /// The case.
        case: Option<Uuid>,
        /// The level.
        level: RatingLevel,
    },
}

/// A photo, scan or PDF of a case, named by its sealed bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    /// Which of the materials it is.
    pub material: Key,
    /// What it is once its seal is open.
    pub media: Media,
    /// The algorithms of its seal.
    pub suite: Suite,
    /// Digest of the sealed bytes: its name at both ends.
    pub digest: Digest,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Media {
    /// A photo.
    Jpeg,
    /// A scan.
    Png,
    /// A document.
    Pdf,
}

/// The personal part of a case; only ever kept sealed.
#[derive(Clone)]
pub struct CaseFile {
    /// Who applies.
    pub applicant: Person,
    /// What was filled in.
    pub values: Values,
}

/// A person as an identity card names them.
#[derive(Clone)]
pub struct Person {
    /// Name.
    pub name: crate::Private,
    /// Citizen identification number, GB 11643.
    pub number: crate::Private,
}

/// How a case file stands inside its seal.
#[derive(Serialize, Deserialize, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
struct PlainFile {
    name: String,
    number: String,
    values: Vec<(String, String)>,
}

impl CaseFile {
    /// Seals the file for the platform. The plain bytes are zeroed.
    pub fn seal(&self, key: &SealingKey) -> Result<Sealed, OpenError> {
        self.seal_with(key.ready()?)
    }

    /// The same with a seal that was made ready before.
    pub fn seal_with(&self, seal: ReadySeal) -> Result<Sealed, OpenError> {
        use secrecy::ExposeSecret;
        let values = self.values.iter();
        let plain = PlainFile {
            name: self.applicant.name.expose_secret().to_owned(),
            number: self.applicant.number.expose_secret().to_owned(),
            values: values.map(|(key, value)| (key.to_string(), value.to_owned())).collect(),
        };
        let json = zeroize::Zeroizing::new(serde_json::to_vec(&plain).map_err(|_| OpenError)?);
        seal.close(&json)
    }

    /// Opens a sealed file; on the platform only.
    pub fn open(sealed: &Sealed, key: &UnsealingKey) -> Result<Self, OpenError> {
        let json = key.open(sealed)?;
        let mut plain: PlainFile = serde_json::from_slice(&json).map_err(|_| OpenError)?;
        let applicant = Person {
            name: std::mem::take(&mut plain.name).into(),
            number: std::mem::take(&mut plain.number).into(),
        };
        let pair =
            |(key, value): (String, String)| Ok((Key::try_from(key).map_err(|_| OpenError)?, value.into()));
        let values =
            std::mem::take(&mut plain.values).into_iter().map(pair).collect::<Result<Values, _>>()?;
        Ok(Self { applicant, values })
    }
}

/// The platform's answer to one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Kept, now or earlier: sending again gives the same answer.
    Accepted {
        /// The national case number, for cases.
        case_number: Option<CaseNumber>,
    },
    /// Refused for good by a rule; nothing was lost, the reason is kept.
    Rejected {
        /// In the platform's words, without personal data.
        reason: String,
    },
    /// Kept as raw bytes for a human: the schema is unknown, or the identity was used for other bytes.
    Quarantined {
        /// In the platform's words, without personal data.
        reason: String,
    },
}
