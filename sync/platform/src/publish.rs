//! Publishing: packages are checked, signed and put in force; the catalogue's version only goes up.

use jiff::Timestamp;
use kiosk_protocol::catalogue::{Index, IndexEntry, Signed};
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::Key;
use kiosk_protocol::limits::CATALOGUE_BYTES_MAX;
use kiosk_protocol::service::{ServicePackage, Work};

use crate::case_number::CODE_CHARS;
use crate::error::PlatformError;
use crate::keys::Signers;
use crate::limits::{PACKAGE_BYTES_MAX, PACKAGES_MAX};
use crate::pages;
use crate::release;
use crate::store::{Scope, Store, Tx};

/// A package's name for the operator (its file) and its JSON.
pub struct Draft {
    /// The file.
    pub file: String,
    /// Its content.
    pub json: String,
}

/// Publishes all packages as one new catalogue, or none of them. Answers its version.
pub fn publish(
    store: &Store,
    signers: &Signers,
    drafts: &[Draft],
    now: Timestamp,
) -> Result<u64, PlatformError> {
    let parsed = drafts.iter().map(|draft| Ok((draft, parse(draft)?)));
    let parsed = parsed.collect::<Result<Vec<_>, PlatformError>>()?;
    store.write(Scope::Catalogue, |tx| {
        let mut entries = in_force(tx)?;
        for (draft, package) in &parsed {
            let entry = add(tx, signers, draft, package, now)?;
            put(&mut entries, entry);
        }
        put_in_force(tx, signers, entries, now)
    })
}

/// Takes a service out of the catalogue. Its packages stay, for cases that are on their way.
pub fn withdraw(
    store: &Store,
    signers: &Signers,
    service: &Key,
    now: Timestamp,
) -> Result<u64, PlatformError> {
    store.write(Scope::Catalogue, |tx| {
        let mut entries = in_force(tx)?;
        let before = entries.len();
        entries.retain(|entry| entry.id != *service);
        if entries.len() == before {
            return Err(PlatformError::NotInForce(service.clone()));
        }
        put_in_force(tx, signers, entries, now)
    })
}

fn parse(draft: &Draft) -> Result<ServicePackage, PlatformError> {
    if draft.json.len() > PACKAGE_BYTES_MAX {
        return Err(PlatformError::TooMuch("size of a package"));
    }
    let package = ServicePackage::parse(&draft.json)
        .map_err(|source| PlatformError::Package { file: draft.file.clone(), source })?;
    match &package.national_code {
        Some(code) if code.chars().count() != CODE_CHARS => Err(PlatformError::NationalCode(package.id)),
        Some(_) | None => check_template(package),
    }
}

fn check_template(package: ServicePackage) -> Result<ServicePackage, PlatformError> {
    match &package.work {
        Work::Query { page: Some(offer), .. } if pages::template(&offer.template).is_none() => {
            Err(PlatformError::NoTemplate(offer.template.clone()))
        }
        Work::Query { .. } | Work::Handling { .. } => Ok(package),
    }
}

fn in_force(tx: &Tx) -> Result<Vec<IndexEntry>, PlatformError> {
    Ok(tx.index()?.map(|index| index.packages).unwrap_or_default())
}

fn add(
    tx: &Tx,
    signers: &Signers,
    draft: &Draft,
    package: &ServicePackage,
    now: Timestamp,
) -> Result<IndexEntry, PlatformError> {
    let published = tx.newest_version(&package.id)?.unwrap_or(0);
    if package.version <= published {
        let (service, offered) = (package.id.clone(), package.version);
        return Err(PlatformError::NotNewer { service, offered, published });
    }
    let signed = Signed::new(draft.json.clone(), &signers.targets)?;
    tx.keep_package(package, &signed, now)?;
    let digest = Digest::of(draft.json.as_bytes());
    Ok(IndexEntry { id: package.id.clone(), version: package.version, digest })
}

/// A service keeps its place on the home screen.
fn put(entries: &mut Vec<IndexEntry>, entry: IndexEntry) {
    match entries.iter_mut().find(|old| old.id == entry.id) {
        Some(old) => *old = entry,
        None => entries.push(entry),
    }
}

fn put_in_force(
    tx: &Tx,
    signers: &Signers,
    packages: Vec<IndexEntry>,
    published_at: Timestamp,
) -> Result<u64, PlatformError> {
    if packages.len() > PACKAGES_MAX {
        return Err(PlatformError::TooMuch("packages in force"));
    }
    let version = tx.catalogue_version()? + 1;
    let index = Index { version, published_at, packages };
    let json = serde_json::to_string(&index);
    let json = json.map_err(|_| crate::store::StoreError::Unreadable("a catalogue"))?;
    tx.keep_index(version, &Signed::new(json, &signers.targets)?)?;
    tx.keep_target(&release::catalogue()?, version, &bundle(tx)?)?;
    release::renew(tx, signers, published_at)?;
    Ok(version)
}

/// The catalogue in force as terminals get it, byte for byte.
pub fn bundle(tx: &Tx) -> Result<String, PlatformError> {
    let unreadable = || crate::store::StoreError::Unreadable("a catalogue");
    let json = serde_json::to_string(&tx.bundle()?.ok_or_else(unreadable)?).map_err(|_| unreadable())?;
    if json.len() > CATALOGUE_BYTES_MAX {
        Err(PlatformError::TooMuch("size of the catalogue"))
    } else {
        Ok(json)
    }
}
