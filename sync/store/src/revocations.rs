//! What the platform revoked, as it was published last. A list is kept for itself and never goes back, so that a card that was
//! refused here once is not let in by an older list.

use kiosk_protocol::revocation::Revocations;
use kiosk_protocol::trail::TrailEvent;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::db;
use crate::error::StoreError;
use crate::journal;
use crate::writer::Origin;

/// The name of the value that is the list.
const LIST: &str = "revocations";

/// The list in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRevocations {
    /// Its version; 0 where none came yet.
    pub version: u64,
    /// What it says.
    pub list: Revocations,
}

impl Store {
    /// What the platform revoked, as far as it came here.
    pub fn revocations(&self) -> Result<KeptRevocations, StoreError> {
        self.writer.call(|db| kept(db.connection))
    }

    /// Keeps a newer list of that; the same version changes nothing, an older one is refused. The caller has verified it.
    pub fn keep_revocations(&self, version: u64, list: Revocations) -> Result<(), StoreError> {
        self.writer.call(|db| db.write(|change, origin| keep(change, origin, version, list)))
    }
}

fn kept(connection: &Connection) -> Result<KeptRevocations, StoreError> {
    let Some(json) = db::value(connection, LIST)? else { return Ok(KeptRevocations::default()) };
    serde_json::from_str(&json).map_err(|_| StoreError::unreadable("the list of revocations"))
}

/// Keeps a newer list; the same version changes nothing, an older one is refused.
fn keep(connection: &Connection, origin: &Origin, version: u64, list: Revocations) -> Result<(), StoreError> {
    let have = kept(connection)?.version;
    if version < have {
        return Err(StoreError::OlderRevocations { have, offered: version });
    }
    if version == have {
        return Ok(());
    }
    let json = serde_json::to_string(&KeptRevocations { version, list }).map_err(|_| StoreError::Internal)?;
    db::put_value(connection, LIST, &json)?;
    journal::append(connection, origin, origin.now()?, &[TrailEvent::RevocationsChanged { version }])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::Bench;

    fn list(card: &str) -> Revocations {
        Revocations { cards: [card.to_owned().try_into().unwrap()].into() }
    }

    #[test]
    fn a_list_outlives_a_restart_and_never_goes_back() {
        let bench = Bench::new();
        let store = bench.open();
        assert_eq!(store.revocations(), Ok(KeptRevocations::default()));
        store.keep_revocations(3, list("T3")).unwrap();
        store.keep_revocations(3, list("T4")).unwrap();
        let older = store.keep_revocations(2, Revocations::default());
        assert_eq!(older, Err(StoreError::OlderRevocations { have: 3, offered: 2 }));
        drop(store);
        let store = bench.open();
        assert_eq!(store.revocations(), Ok(KeptRevocations { version: 3, list: list("T3") }));
        assert!(store.keep_revocations(2, Revocations::default()).is_err());
        assert_eq!(store.verify_journal().unwrap().rows, 1);
        store.keep_revocations(4, Revocations::default()).unwrap();
        assert_eq!(store.revocations().unwrap().version, 4);
    }
}
