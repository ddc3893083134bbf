//! How old what the platform published is: read from what the store trusts, by a time no clock that is set back turns back.

use jiff::Timestamp;
use kiosk_protocol::limits::STALE_MAX;
use kiosk_protocol::trust::Freshness;
use kiosk_store::{KeptRevocations, KeptTrust, Store, StoreError};
use serde_json::{Value, json};

/// As JSON, seen now.
pub fn read(store: &Store) -> Result<Value, String> {
    let words = |error: StoreError| error.to_string();
    let (kept, revoked) = (store.trusted().map_err(words)?, store.revocations().map_err(words)?);
    Ok(told(kept.as_ref(), &revoked, Timestamp::now()))
}

/// `freshness` is `fresh`, `stale` or `outdated`; `ends` says until when the metadata of each role count.
fn told(kept: Option<&KeptTrust>, revoked: &KeptRevocations, wall: Timestamp) -> Value {
    let revoked = json!({ "version": revoked.version, "cards": revoked.list.cards.len() });
    let Some(KeptTrust { trusted, run }) = kept else {
        return json!({ "freshness": "outdated", "as_of": null, "revocations": revoked });
    };
    let freshness = match Freshness::of(Some(trusted), trusted.time(wall, *run)) {
        Freshness::Fresh => "fresh",
        Freshness::Stale { .. } => "stale",
        Freshness::Outdated => "outdated",
    };
    let end = trusted.newest.expires;
    json!({
        "freshness": freshness,
        "as_of": trusted.newest.signed_at,
        "stale_since": end,
        "outdated_since": end.saturating_add(STALE_MAX).unwrap_or(Timestamp::MAX),
        "ends": {
            "root": trusted.root.expires,
            "targets": trusted.targets.expires,
            "snapshot": trusted.snapshot.expires,
            "timestamp": end,
        },
        "revocations": revoked,
    })
}

#[cfg(test)]
pub mod testing {
    //! What a store trusts, of some age.
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;
    use std::time::Duration;

    use kiosk_protocol::trust::{Described, Keyring, Newest, Role, Root, Snapshot, Targets, Trusted};

    use super::*;

    const DAY: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

    /// As it is told so many days after the newest timestamp was signed, which ended after three; of the other roles' metadata
    /// `left` days are left then.
    pub fn told_after(days: i32, left: i32, now: Timestamp) -> Value {
        let (signed_at, expires) = (now - DAY * days, now + DAY * left);
        let (ring, named) = (Keyring { keys: Vec::new(), threshold: 1 }, Described::of(7, b""));
        let [root, targets, snapshot, timestamp] = [(); 4].map(|()| ring.clone());
        let root = Root { role: Role::Root, version: 1, expires, root, targets, snapshot, timestamp };
        let newest = Newest {
            role: Role::Timestamp,
            version: 7,
            expires: signed_at + DAY * 3,
            signed_at,
            snapshot: named,
        };
        let snapshot = Snapshot { role: Role::Snapshot, version: 7, expires, targets: named };
        let targets = Targets { role: Role::Targets, version: 7, expires, targets: BTreeMap::new() };
        let trusted = Trusted { root, newest, snapshot, targets };
        let kept = KeptTrust { trusted, run: Duration::ZERO };
        told(Some(&kept), &KeptRevocations::default(), now)
    }

    /// As it is told where nothing came yet.
    pub fn told_of_nothing() -> Value {
        told(None, &KeptRevocations::default(), Timestamp::now())
    }
}
