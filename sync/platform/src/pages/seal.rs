//! Seals: the digest of a page's file and its facts, signed with SM2 and kept.

use jiff::Timestamp;
use kiosk_protocol::catalogue::Signed;
use kiosk_protocol::crypto::{BadSignature, Digest, SigningKey, VerifyingKey};
use kiosk_protocol::ids::{Key, PageNumber};
use serde::{Deserialize, Serialize};

use crate::error::PlatformError;
use crate::store::{Scope, Store, StoreError};

/// What is signed of a page. The person is a pseudonym.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The page's own number.
    pub number: PageNumber,
    /// Digest of its file.
    pub digest: Digest,
    /// The service that offers it.
    pub service: Key,
    /// Version of the package.
    pub version: u32,
    /// Pseudonym of the person.
    pub person: Digest,
    /// When it was issued.
    pub issued_at: Timestamp,
}

/// Why a page is not taken as genuine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotGenuine {
    /// No page of this platform has this number, or a file of these bytes.
    #[error("no page of this platform")]
    Unknown,
    /// The record was changed. Cure: restore the database from its backup, and look for who changed it.
    #[error("the record of the page was changed")]
    Record,
}

/// Why a page could not be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The signature failed.
    #[error("the page could not be signed")]
    Signature(#[from] BadSignature),
    /// The database failed.
    #[error("the page could not be kept")]
    Store(#[from] StoreError),
}

/// Signs the facts and keeps them.
pub fn seal(store: &Store, key: &SigningKey, facts: &Facts) -> Result<(), SealError> {
    let payload = serde_json::to_string(facts).map_err(|_| StoreError::Unreadable("a page"))?;
    let signed = Signed::new(payload, key)?;
    Ok(store.write(Scope::Own, |tx| tx.keep_page(&facts.number, &facts.digest, &signed))?)
}

/// Whether these bytes are a page of ours.
pub fn of_file(store: &Store, key: &VerifyingKey, file: &[u8]) -> Result<Facts, PlatformError> {
    let digest = Digest::of(file);
    let signed = store.read(|tx| tx.page_of_file(&digest))?;
    Ok(genuine(signed, key, |facts| facts.digest == digest)?)
}

/// Whether a page of ours has this number. That says nothing of the paper it was read from.
pub fn of_number(store: &Store, key: &VerifyingKey, number: &PageNumber) -> Result<Facts, PlatformError> {
    let signed = store.read(|tx| tx.page_numbered(number))?;
    Ok(genuine(signed, key, |facts| facts.number == *number)?)
}

/// A row whose columns were exchanged carries the signature of another page.
fn genuine(
    signed: Option<Signed>,
    key: &VerifyingKey,
    is_meant: impl Fn(&Facts) -> bool,
) -> Result<Facts, NotGenuine> {
    let signed = signed.ok_or(NotGenuine::Unknown)?;
    let payload = signed.verified(key).map_err(|_| NotGenuine::Record)?;
    let facts: Facts = serde_json::from_str(payload).map_err(|_| NotGenuine::Record)?;
    if is_meant(&facts) { Ok(facts) } else { Err(NotGenuine::Record) }
}
