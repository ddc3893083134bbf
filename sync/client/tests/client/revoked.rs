//! What the platform revokes: cards by a list of its own, and the terminal's own rights by its word.

use kiosk_client::sync::OfflineReason;
use kiosk_client::{LinkState, TransportError};
use kiosk_protocol::crypto::SigningKey;
use kiosk_store::{KeptRevocations, Store};

use super::offering::{PATIENCE, Platform, meanwhile, open, reopened, start, until};
use super::published::{Published, published, revoking};
use super::runner::{ask, rating};

const ONE: &str = r#"{"cards":["TS000001"]}"#;
const TWO: &str = r#"{"cards":["TS000001","TS000002"]}"#;

fn kept(store: &Store) -> KeptRevocations {
    store.revocations().unwrap()
}

/// Meets a platform that offers this as news; what is kept once it was dealt with.
async fn after(store: &Store, offer: Published, key: &SigningKey) -> KeptRevocations {
    let platform = Platform::offering_this(9, offer);
    let (mut handle, run) = start(store, &platform, key);
    until(&mut platform.offers.subscribe(), |offers| *offers >= 1).await;
    let id = store.submit(rating(), Vec::new()).unwrap().id;
    handle.wake();
    meanwhile(|| store.backlog().unwrap() == 0).await;
    until(&mut handle.link, |link| *link == LinkState::Online).await;
    assert!(id.seq > 0);
    handle.stop();
    tokio::time::timeout(PATIENCE, run).await.unwrap().unwrap();
    kept(store)
}

#[tokio::test]
async fn a_list_is_taken_kept_and_replaced_by_a_newer_one() {
    let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
    let store = open(&dir);
    let first = after(&store, revoking(3, (1, ONE), &key), &key).await;
    assert_eq!(first.version, 1);
    assert!(first.list.has_card("TS000001") && !first.list.has_card("TS000002"));
    let second = after(&store, revoking(4, (2, TWO), &key), &key).await;
    assert!(second.version == 2 && second.list.has_card("TS000002"));
    drop(store);
    assert_eq!(kept(&reopened(&dir).await), second, "over a restart");
}

#[tokio::test]
async fn an_older_list_one_of_a_stranger_other_bytes_and_nonsense_are_kept_away() {
    let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
    let store = open(&dir);
    let good = after(&store, revoking(3, (2, TWO), &key), &key).await;
    let mut other_bytes = revoking(4, (3, ONE), &key);
    other_bytes.others[0].1 = TWO.as_bytes().to_vec();
    let attacks = [
        revoking(4, (1, ONE), &key),
        revoking(4, (3, ONE), &SigningKey::generate().unwrap()),
        other_bytes,
        revoking(4, (3, r#"{"cards":["a name"]}"#), &key),
        revoking(4, (3, &format!("{{\"cards\":[]}}{}", " ".repeat(300 * 1024))), &key),
    ];
    for attack in attacks {
        assert_eq!(after(&store, attack, &key).await, good);
        let trusted = store.trusted().unwrap().unwrap().trusted;
        assert_eq!(trusted.newest.version, 3, "nothing of that state was taken");
    }
}

#[tokio::test]
async fn a_state_without_a_list_revokes_nothing_and_readmits_nobody() {
    let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
    let store = open(&dir);
    assert_eq!(after(&store, published(3, &key), &key).await, KeptRevocations::default());
    let list = after(&store, revoking(4, (1, ONE), &key), &key).await;
    assert_eq!(after(&store, published(5, &key), &key).await, list);
}

#[tokio::test]
async fn a_catalogue_that_cannot_be_used_holds_up_no_revocation() {
    let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
    let store = open(&dir);
    let mut offer = revoking(3, (1, ONE), &key);
    offer.catalogue[20] ^= 1;
    assert!(after(&store, offer, &key).await.list.has_card("TS000001"));
    assert_eq!(store.trusted().unwrap(), None, "the rest was refused");
}

#[tokio::test]
async fn a_terminal_whose_rights_were_taken_keeps_its_data_and_knows_it_over_a_restart() {
    let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
    let (store, platform) = (open(&dir), Platform::offering(3, &key));
    *platform.refuses.lock().unwrap() = Some(TransportError::Suspended);
    store.submit(rating(), Vec::new()).unwrap();
    let (mut handle, run) = start(&store, &platform, &key);
    assert!(until(&mut handle.suspended, |suspended| *suspended).await);
    assert!(store.suspension().unwrap().is_some());
    assert_eq!(store.backlog().unwrap(), 1, "nothing is given up");
    handle.stop();
    tokio::time::timeout(PATIENCE, run).await.unwrap().unwrap();

    // Without the network it stays so; an ordinary refusal changes nothing either.
    for refusal in [None, Some(TransportError::Unauthorised)] {
        let silent = Platform::silent();
        *silent.refuses.lock().unwrap() = refusal;
        let (mut handle, run) = start(&store, &silent, &key);
        until(&mut handle.suspended, |suspended| *suspended).await;
        let has_tried = |link: &LinkState| matches!(link, LinkState::Offline { why, .. } if *why != OfflineReason::Starting);
        until(&mut handle.link, has_tried).await;
        assert!(store.suspension().unwrap().is_some());
        handle.stop();
        tokio::time::timeout(PATIENCE, run).await.unwrap().unwrap();
    }

    let (mut handle, _run) = start(&store, &Platform::offering(3, &key), &key);
    until(&mut handle.suspended, |suspended| *suspended).await;
    until(&mut handle.suspended, |suspended| !*suspended).await;
    meanwhile(|| store.backlog().unwrap() == 0).await;
    assert_eq!(store.suspension(), Ok(None));
}

#[tokio::test]
async fn a_question_of_a_resident_finds_out_too() {
    let (dir, key) = (tempfile::tempdir().unwrap(), SigningKey::generate().unwrap());
    let (store, platform) = (open(&dir), Platform::offering(3, &key));
    let (mut handle, _run) = start(&store, &platform, &key);
    until(&mut handle.link, |link| *link == LinkState::Online).await;
    *platform.refuses.lock().unwrap() = Some(TransportError::Suspended);
    assert!(handle.ask(ask()).await.is_err());
    assert!(until(&mut handle.suspended, |suspended| *suspended).await);
}
