//! What terminals are told is revoked: technicians' cards, in a file of its own among those that are published. The newest file
//! is the register; there is no other place.

use jiff::Timestamp;
use kiosk_protocol::ids::Key;
use kiosk_protocol::limits::CARDS_REVOKED_MAX;
use kiosk_protocol::revocation::{CardSerial, Revocations};
use kiosk_protocol::trust::REVOCATIONS;

use crate::error::PlatformError;
use crate::keys::Signers;
use crate::release;
use crate::store::{Scope, Store, StoreError, Tx};

/// Revokes a card. Answers the version of the list in force; a card that is on it changes nothing.
pub fn revoke_card(
    store: &Store,
    signers: &Signers,
    card: &CardSerial,
    now: Timestamp,
) -> Result<u64, PlatformError> {
    change(store, signers, now, |list| Ok(list.cards.insert(card.clone())))
}

/// Takes a card off the list.
pub fn readmit_card(
    store: &Store,
    signers: &Signers,
    card: &CardSerial,
    now: Timestamp,
) -> Result<u64, PlatformError> {
    change(store, signers, now, |list| match list.cards.remove(card) {
        true => Ok(true),
        false => Err(PlatformError::NotRevoked(card.to_string())),
    })
}

/// The newest list and its version; an empty one of version 0 where nothing was ever revoked.
pub fn newest(tx: &Tx) -> Result<(u64, Revocations), PlatformError> {
    let name = Key::try_from(REVOCATIONS)?;
    let version =
        tx.newest_targets()?.into_iter().find_map(|(target, version)| (target == name).then_some(version));
    let Some(version) = version else { return Ok((0, Revocations::default())) };
    let unreadable = || StoreError::Unreadable("the list of revocations");
    let json = tx.target(&name, version)?.ok_or_else(unreadable)?;
    Ok((version, Revocations::parse(json.as_bytes()).map_err(|_| unreadable())?))
}

/// Publishes the list anew where it was changed, signed with all that stands above it.
fn change(
    store: &Store,
    signers: &Signers,
    now: Timestamp,
    change: impl Fn(&mut Revocations) -> Result<bool, PlatformError>,
) -> Result<u64, PlatformError> {
    store.write(Scope::Catalogue, |tx| {
        let (version, mut list) = newest(tx)?;
        if !change(&mut list)? {
            return Ok(version);
        }
        if list.cards.len() > CARDS_REVOKED_MAX {
            return Err(PlatformError::TooMuch("cards that are revoked"));
        }
        let json =
            serde_json::to_string(&list).map_err(|_| StoreError::Unreadable("the list of revocations"))?;
        tx.keep_target(&Key::try_from(REVOCATIONS)?, version + 1, &json)?;
        release::renew(tx, signers, now)?;
        Ok(version + 1)
    })
}
