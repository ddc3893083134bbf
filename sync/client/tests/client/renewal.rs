//! Renewal over real TLS: the new certificate takes the old one's place once it has worked, and not before.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use kiosk_client::enrol::enrol;
use kiosk_client::renewal::{Renewer, Step};
use kiosk_client::{HttpTransport, Identity};

use super::peer::{Authority, Face, Peer, Request, http};

/// What the platform does to a renewal and to a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Well,
    /// It renews, then it is away.
    AwayBehindRenewal,
    /// It renews, and does not take the new certificate.
    Forgetful,
    /// It issues for another key.
    Confused,
    /// It has taken the terminal's rights.
    Strict,
    /// It asks for half an hour.
    Busy,
}

/// An enrolled terminal and its platform.
struct World {
    dir: tempfile::TempDir,
    peer: Peer,
    mood: Arc<Mutex<Mood>>,
    identity: Identity,
    transport: Arc<HttpTransport>,
    /// How often the sync was told.
    renewed: Arc<AtomicU32>,
}

impl World {
    async fn new(mood: Mood) -> Self {
        let (authority, mood) = (Arc::new(Authority::new()), Arc::new(Mutex::new(mood)));
        let (ca, feels) = (Arc::clone(&authority), Arc::clone(&mood));
        let face = Face { signed_by: &authority, shown: &authority, name: "127.0.0.1", mutual: false };
        let script = move |request: &Request| answer(&ca, request, *feels.lock().unwrap());
        let peer = Peer::start(face, script).await;
        let dir = tempfile::tempdir().unwrap();
        let identity = enrol(&peer.url, &authority.ticket(), None, dir.path()).await.unwrap();
        let transport = Arc::new(HttpTransport::new(&peer.url, &identity).unwrap());
        Self { dir, peer, mood, identity, transport, renewed: Arc::default() }
    }

    fn feels(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn renewer(&self) -> Renewer {
        let transport = Arc::clone(&self.transport);
        let renewed = Arc::clone(&self.renewed);
        let renewed = move || {
            renewed.fetch_add(1, Ordering::SeqCst);
        };
        Renewer::new(&self.peer.url, self.dir.path(), self.identity.clone(), transport, renewed).unwrap()
    }

    fn certificate(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("terminal.crt")).unwrap()
    }

    fn next(&self) -> PathBuf {
        self.dir.path().join("terminal.next.crt")
    }
}

fn answer(ca: &Authority, request: &Request, mood: Mood) -> Vec<u8> {
    let is_renewal = request.head.starts_with("post /v1/certs/renew");
    match (request.head.split(' ').nth(1).unwrap(), mood) {
        ("/v1/enrol", _) => http("200 OK", "", serde_json::to_vec(&ca.enrol(request)).unwrap()),
        (_, Mood::Busy) => http("503 Service Unavailable", "Retry-After: 1800\r\n", ""),
        (_, Mood::Strict) => http("403 Forbidden", "", ""),
        (_, Mood::Confused) if is_renewal => {
            http("200 OK", "", serde_json::to_vec(&ca.renew_somebody_else()).unwrap())
        }
        _ if is_renewal => http("200 OK", "", serde_json::to_vec(&ca.renew(request)).unwrap()),
        (_, Mood::AwayBehindRenewal) => Vec::new(),
        (_, Mood::Forgetful) => http("403 Forbidden", "", ""),
        _ => http("404 Not Found", "", ""),
    }
}

#[tokio::test]
async fn a_new_certificate_takes_the_old_ones_place_and_the_line_shows_it() {
    let world = World::new(Mood::Well).await;
    let (old, mut renewer) = (world.certificate(), world.renewer());
    assert!(matches!(renewer.next(Timestamp::now()), Step::Wait(_)), "half of its life is not over");
    world.transport.look(None).await.unwrap();
    let before = world.peer.connections();
    renewer.perform(Step::Ask).await;
    assert!(world.next().exists());
    assert_eq!(world.certificate(), old, "it has not worked yet");
    assert_eq!(renewer.next(Timestamp::now()), Step::Prove);
    renewer.perform(Step::Prove).await;
    assert!(!world.next().exists());
    assert_ne!(world.certificate(), old);
    world.transport.look(None).await.unwrap();
    assert_eq!(world.peer.connections(), before + 2, "one for the proof, one that shows the new certificate");
    assert_eq!(world.renewed.load(Ordering::SeqCst), 1);
    assert_eq!(Identity::load(world.dir.path()).unwrap(), world.identity);
    assert!(matches!(renewer.next(Timestamp::now()), Step::Wait(_)));
}

#[tokio::test]
async fn a_new_certificate_that_cannot_be_tried_waits_beside_the_old_one_over_a_restart() {
    let world = World::new(Mood::AwayBehindRenewal).await;
    let (old, mut renewer) = (world.certificate(), world.renewer());
    renewer.perform(Step::Ask).await;
    renewer.perform(Step::Prove).await;
    assert_eq!(world.certificate(), old);
    assert!(world.next().exists());
    world.feels(Mood::Well);
    let mut renewer = world.renewer();
    assert_eq!(renewer.next(Timestamp::now()), Step::Prove);
    renewer.perform(Step::Prove).await;
    assert_ne!(world.certificate(), old);
}

#[tokio::test]
async fn a_new_certificate_that_is_not_taken_is_thrown_away_and_the_old_one_stays() {
    let world = World::new(Mood::Forgetful).await;
    let (old, mut renewer) = (world.certificate(), world.renewer());
    renewer.perform(Step::Ask).await;
    renewer.perform(Step::Prove).await;
    assert_eq!(world.certificate(), old);
    assert!(!world.next().exists());
    // As half of a file would be.
    std::fs::write(world.next(), "-----BEGIN CERT").unwrap();
    let mut renewer = world.renewer();
    renewer.perform(Step::Prove).await;
    assert_eq!((world.certificate(), world.next().exists()), (old, false));
}

#[tokio::test]
async fn a_certificate_for_another_key_or_none_at_all_changes_nothing() {
    let world = World::new(Mood::Confused).await;
    let (old, mut renewer) = (world.certificate(), world.renewer());
    for mood in [Mood::Confused, Mood::Strict] {
        world.feels(mood);
        renewer.perform(Step::Ask).await;
        assert_eq!((world.certificate(), world.next().exists()), (old.clone(), false), "{mood:?}");
    }
}

#[tokio::test]
async fn a_platform_that_asks_for_patience_gets_it() {
    let world = World::new(Mood::Well).await;
    let mut renewer = world.renewer();
    renewer.perform(Step::Ask).await;
    world.feels(Mood::Busy);
    renewer.perform(Step::Prove).await;
    assert!(world.next().exists());
    let Step::Wait(rest) = renewer.next(Timestamp::now()) else { panic!("tried at once") };
    assert!(rest.as_secs() >= 1790, "{rest:?}");
}
