//! All parts at once over real TLS: enrol, submit, accepted once, result by cursor, catalogue.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use kiosk_client::enrol::enrol;
use kiosk_client::sync::Settings;
use kiosk_client::{HttpTransport, LinkState, Runner};
use kiosk_protocol::crypto::SigningKey;
use kiosk_protocol::ids::{CaseNumber, ItemId};
use kiosk_protocol::item::Verdict;
use kiosk_protocol::limits::BATCH_UNPACKED_BYTES_MAX;
use kiosk_protocol::wire::{Batch, BatchAnswer, CaseState, Change, Changes, ItemAnswer};
use uuid::Uuid;

use super::offering::{PATIENCE, meanwhile, open, until};
use super::peer::{Authority, Face, Peer, Request, http};
use super::published::published;
use super::runner::rating;

/// How often each item arrived; the first answer is lost on the way.
#[derive(Default)]
struct Arrivals(Mutex<HashMap<ItemId, u32>>);

impl Arrivals {
    fn take(&self, request: &Request) -> Vec<u8> {
        let json = zstd::bulk::decompress(&request.body, BATCH_UNPACKED_BYTES_MAX).unwrap();
        let batch: Batch = serde_json::from_slice(&json).unwrap();
        let mut arrivals = self.0.lock().unwrap();
        let is_first = arrivals.is_empty();
        for item in &batch.items {
            *arrivals.entry(item.id.clone()).or_default() += 1;
        }
        if is_first {
            return Vec::new();
        }
        let verdict = Verdict::Accepted { case_number: None };
        let answer = |id| ItemAnswer { id, verdict: verdict.clone() };
        let answers = batch.items.into_iter().map(|item| answer(item.id)).collect();
        ok(&BatchAnswer { answers, server_time: Timestamp::UNIX_EPOCH })
    }
}

fn ok(answer: &impl serde::Serialize) -> Vec<u8> {
    http("200 OK", "", serde_json::to_vec(answer).unwrap())
}

fn changes(request: &Request) -> Vec<u8> {
    let is_known = request.head.contains("?cursor=c1 ");
    let change = Change::Case {
        case: Uuid::nil(),
        case_number: CaseNumber("synthetic-1".to_owned()),
        state: CaseState::Granted,
        at: Timestamp::UNIX_EPOCH,
    };
    let changes = if is_known { Vec::new() } else { vec![change] };
    let cursor = "c1".to_owned();
    ok(&Changes { changes, cursor, more: false, metadata_version: 1, next_poll_ms: 200 })
}

#[tokio::test]
async fn an_item_survives_a_lost_answer_and_its_result_comes_back() {
    let (authority, arrivals) = (Arc::new(Authority::new()), Arc::new(Arrivals::default()));
    let key = SigningKey::generate().unwrap();
    let (offer, ca, arrived) = (published(1, &key), Arc::clone(&authority), Arc::clone(&arrivals));
    let script = move |request: &Request| match request.head.split([' ', '?']).nth(1).unwrap() {
        "/v1/enrol" => ok(&ca.enrol(request)),
        "/v1/sync/batches" => arrived.take(request),
        "/v1/sync/changes" => changes(request),
        "/v1/metadata" => ok(&offer.offered),
        "/v1/targets/catalogue/1" => http("200 OK", "", offer.catalogue.clone()),
        _ => http("404 Not Found", "", ""),
    };
    let face = Face { signed_by: &authority, shown: &authority, name: "127.0.0.1", mutual: false };
    let peer = Peer::start(face, script).await;
    let dir = tempfile::tempdir().unwrap();
    let identity = enrol(&peer.url, &authority.ticket(), None, &dir.path().join("identity")).await.unwrap();

    let store = open(&dir);
    let id = store.submit(rating(), Vec::new()).unwrap().id;
    let transport = Arc::new(HttpTransport::new(&peer.url, &identity).unwrap());
    let settings = Settings { spread: Duration::ZERO, ..Settings::default() };
    let (runner, mut handle) = Runner::new(Arc::new(store.clone()), transport, key.verifying_key(), settings);
    let run = tokio::spawn(runner.run());
    until(&mut handle.catalogue, Option::is_some).await;
    until(&mut handle.link, |link| *link == LinkState::Online).await;
    meanwhile(|| store.backlog().unwrap() == 0 && !store.case_states().unwrap().is_empty()).await;
    handle.stop();
    tokio::time::timeout(PATIENCE, run).await.unwrap().unwrap();
    assert_eq!(*arrivals.0.lock().unwrap(), HashMap::from([(id, 2)]));
    assert_eq!(store.case_states().unwrap()[0].state, CaseState::Granted);
    assert_eq!(store.cursor().unwrap(), Some("c1".to_owned()));
    assert_eq!(store.queue().unwrap()[0].attempts, 1);
}
