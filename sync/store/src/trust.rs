//! What was published and is trusted, for how long the terminal has run since it was signed, and the files that came with it.

use std::time::Duration;

use kiosk_protocol::catalogue::CatalogueBundle;
use kiosk_protocol::trust::Trusted;
use rusqlite::Connection;

use crate::configuration::{self, KeptConfiguration};
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

/// Files that metadata name now and did not name before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct News {
    /// Another catalogue, and its version.
    pub catalogue: Option<(u64, CatalogueBundle)>,
    /// Other configurations.
    pub configurations: Vec<KeptConfiguration>,
}

pub(crate) fn trusted(connection: &Connection) -> Result<Option<KeptTrust>, StoreError> {
    let Some(json) = db::value(connection, TRUST)? else { return Ok(None) };
    let trusted = serde_json::from_str(&json).map_err(|_| StoreError::unreadable("what is trusted"))?;
    let run_s = db::value(connection, RUN)?.and_then(|text| text.parse().ok()).unwrap_or(0);
    Ok(Some(KeptTrust { trusted, run: Duration::from_secs(run_s) }))
}

/// Keeps what is trusted from now on, and with it the files it names, where those are others.
pub(crate) fn keep(
    connection: &Connection,
    origin: &Origin,
    trusted: &Trusted,
    catalogue: Option<(u64, &str)>,
    configurations: &[KeptConfiguration],
) -> Result<(), StoreError> {
    if let Some((version, json)) = catalogue {
        downlink::put_catalogue(connection, origin, version, json)?;
    }
    configurations.iter().try_for_each(|one| configuration::put(connection, origin, one))?;
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
    use kiosk_protocol::catalogue::Signed;
    use kiosk_protocol::crypto::Suite;
    use kiosk_protocol::ids::Key;
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

    fn catalogue(version: u64, name: &str) -> News {
        News { catalogue: Some((version, bundle(name))), ..News::default() }
    }

    fn configuration(version: u64, file: &str) -> KeptConfiguration {
        KeptConfiguration { target: Key::try_from("configuration").unwrap(), version, file: file.to_owned() }
    }

    fn configured(version: u64, file: &str) -> News {
        News { configurations: vec![configuration(version, file)], ..News::default() }
    }

    #[test]
    fn a_configuration_is_kept_recorded_and_never_goes_back() {
        let bench = Bench::new();
        let store = bench.open();
        assert_eq!(store.configurations().unwrap(), []);
        store.keep_trusted(&trusted_at(1), configured(3, "three")).unwrap();
        store.keep_trusted(&trusted_at(2), configured(3, "other three")).unwrap();
        let refused = store.keep_trusted(&trusted_at(3), configured(2, "two"));
        assert_eq!(refused, Err(StoreError::OlderConfiguration { have: 3, offered: 2 }));
        assert_eq!(store.trusted().unwrap().unwrap().trusted, trusted_at(2), "all of it or nothing");
        drop(store);
        let store = bench.open();
        assert_eq!(store.configurations().unwrap(), [configuration(3, "three")]);
        assert_eq!(store.verify_journal().unwrap().rows, 1);
        store.keep_trusted(&trusted_at(3), configured(4, "four")).unwrap();
        assert_eq!(store.configurations().unwrap(), [configuration(4, "four")]);
        assert_eq!(store.verify_journal().unwrap().rows, 2);
    }

    #[test]
    fn what_is_trusted_and_its_catalogue_are_kept_together() {
        let bench = Bench::new();
        let store = bench.open();
        assert_eq!(store.trusted().unwrap(), None);
        store.keep_trusted(&trusted_at(3), catalogue(3, "three")).unwrap();
        // An older catalogue is refused, and with it what named it.
        assert!(store.keep_trusted(&trusted_at(4), catalogue(2, "two")).is_err());
        drop(store);
        let store = bench.open();
        assert_eq!(store.trusted().unwrap().unwrap().trusted, trusted_at(3));
        assert_eq!(store.catalogue().unwrap(), Some(bundle("three")));
        store.keep_trusted(&trusted_at(4), News::default()).unwrap();
        assert_eq!(store.trusted().unwrap().unwrap().trusted.newest.version, 4);
        assert_eq!(store.catalogue().unwrap(), Some(bundle("three")));
    }

    #[test]
    fn the_time_it_ran_starts_anew_with_what_is_newer() {
        let bench = Bench::new();
        let store = bench.open();
        store.keep_trusted(&trusted_at(1), News::default()).unwrap();
        store.keep_trust_run(Duration::from_secs(7200)).unwrap();
        drop(store);
        let store = bench.open();
        assert_eq!(store.trusted().unwrap().unwrap().run, Duration::from_secs(7200));
        store.keep_trusted(&trusted_at(2), News::default()).unwrap();
        assert_eq!(store.trusted().unwrap().unwrap().run, Duration::ZERO);
    }
}
