//! What was revoked: the list the trusted targets name is fetched and kept before anything else of a new state, and for itself.
//! So a catalogue that cannot be used holds up no revocation.

use kiosk_protocol::limits::REVOCATIONS_BYTES_MAX;
use kiosk_protocol::revocation::Revocations;
use kiosk_protocol::trust::{REVOCATIONS, Trusted};

use super::Worker;
use super::catalogue::{Refused, Taken};

impl Worker {
    /// Takes the list these targets name, where it is newer than the one that is kept.
    pub(super) async fn take_revocations(&self, trusted: &Trusted) -> Taken<()> {
        let Some(named) = trusted.targets.file(REVOCATIONS) else { return Ok(Ok(())) };
        let version = named.version;
        if self.stored(|store| store.revocations_version()).await? >= version {
            return Ok(Ok(()));
        }
        if named.bytes > REVOCATIONS_BYTES_MAX as u64 {
            return Ok(Err(Refused::Endless(REVOCATIONS, "more than a list has")));
        }
        let bytes = match self.download(REVOCATIONS, REVOCATIONS, named).await? {
            Ok(bytes) if named.is(&bytes) => bytes,
            Ok(_) => return Ok(Err(Refused::NotTheFile(REVOCATIONS))),
            Err(error) => return Ok(Err(error)),
        };
        let list = match Revocations::parse(&bytes) {
            Ok(list) => list,
            Err(error) => return Ok(Err(error.into())),
        };
        tracing::info!(version, cards = list.cards.len(), "revocations in force");
        self.stored(move |store| store.keep_revocations(version, list)).await?;
        Ok(Ok(()))
    }
}
