//! What was published and is trusted, for how long the terminal has run since it was signed, and the files that came with it.

use std::time::Duration;

use kiosk_protocol::trust::Trusted;
use rusqlite::Connection;

use crate::db;
use crate::downlink;
use crate::error::StoreError;
use crate::writer::Origin;

/// The cursor that holds what is trusted, as JSON.
const TRUST: &str = "trust";
/// The cursor that holds for how long the terminal has run since, seconds.
const RUN: &str = "trust/run-s";

/// What is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptTrust {
    /// As it was verified.
    pub trusted: Trusted,
    /// For how long the terminal has run since it was taken, as far as was kept.
    pub run: Duration,
}

pub(crate) fn trusted(connection: &Connection) -> Result<Option<KeptTrust>, StoreError> {
    let Some(json) = db::value(connection, TRUST)? else { return Ok(None) };
    let trusted = serde_json::from_str(&json).map_err(|_| StoreError::unreadable("what is trusted"))?;
    let run_s = db::value(connection, RUN)?.and_then(|text| text.parse().ok()).unwrap_or(0);
    Ok(Some(KeptTrust { trusted, run: Duration::from_secs(run_s) }))
}

/// Keeps what is trusted from now on, and with it the catalogue it names, where that is another one.
pub(crate) fn keep(
    connection: &Connection,
    origin: &Origin,
    trusted: &Trusted,
    catalogue: Option<(u64, &str)>,
) -> Result<(), StoreError> {
    if let Some((version, json)) = catalogue {
        downlink::put_catalogue(connection, origin, version, json)?;
    }
    db::put_value(connection, TRUST, &serde_json::to_string(trusted).map_err(|_| StoreError::Internal)?)?;
    keep_run(connection, Duration::ZERO)
}

pub(crate) fn keep_run(connection: &Connection, run: Duration) -> Result<(), StoreError> {
    db::put_value(connection, RUN, &run.as_secs().to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use jiff::Timestamp;
    use kiosk_protocol::catalogue::{CatalogueBundle, Signed};
    use kiosk_protocol::crypto::Suite;
    use kiosk_protocol::trust::{Described, Keyring, Newest, Role, Root, Snapshot, Targets};

    use super::*;
    use crate::testing::Bench;

    /// Only the versions matter here; who calls has verified it.
    fn trusted_at(version: u64) -> Trusted {
        let (expires, signed_at) = (Timestamp::MAX, Timestamp::UNIX_EPOCH);
        let ring = || Keyring { keys: Vec::new(), threshold: 1 };
        let named = Described::of(version, b"");
        Trusted {
            root: Root {
                role: Role::Root,
                version,
                expires,
                root: ring(),
                targets: ring(),
                snapshot: ring(),
                timestamp: ring(),
            },
            newest: Newest { role: Role::Timestamp, version, expires, signed_at, snapshot: named },
            snapshot: Snapshot { role: Role::Snapshot, version, expires, targets: named },
            targets: Targets { role: Role::Targets, version, expires, targets: BTreeMap::new() },
        }
    }

    fn bundle(name: &str) -> CatalogueBundle {
        let index =
            Signed { suite: Suite::Sm2Sm3, payload: name.to_owned(), signature: "made up".to_owned() };
        CatalogueBundle { index, packages: vec![] }
    }

    #[test]
    fn what_is_trusted_and_its_catalogue_are_kept_together() {
        let bench = Bench::new();
        let store = bench.open();
        assert_eq!(store.trusted().unwrap(), None);
        store.keep_trusted(&trusted_at(3), Some((3, bundle("three")))).unwrap();
        // An older catalogue is refused, and with it what named it.
        assert!(store.keep_trusted(&trusted_at(4), Some((2, bundle("two")))).is_err());
        drop(store);
        let store = bench.open();
        assert_eq!(store.trusted().unwrap().unwrap().trusted, trusted_at(3));
        assert_eq!(store.catalogue().unwrap(), Some(bundle("three")));
        store.keep_trusted(&trusted_at(4), None).unwrap();
        assert_eq!(store.trusted().unwrap().unwrap().trusted.newest.version, 4);
        assert_eq!(store.catalogue().unwrap(), Some(bundle("three")));
    }

    #[test]
    fn the_time_it_ran_starts_anew_with_what_is_newer() {
        let bench = Bench::new();
        let store = bench.open();
        store.keep_trusted(&trusted_at(1), None).unwrap();
        store.keep_trust_run(Duration::from_secs(7200)).unwrap();
        drop(store);
        let store = bench.open();
        assert_eq!(store.trusted().unwrap().unwrap().run, Duration::from_secs(7200));
        store.keep_trusted(&trusted_at(2), None).unwrap();
        assert_eq!(store.trusted().unwrap().unwrap().run, Duration::ZERO);
    }
}
