//! Enrolment over real TLS: who is trusted, what is kept, how each failure is named.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use super::peer::{Authority, Face, Peer, Request, http};
use kiosk_client::Identity;
use kiosk_client::enrol::{BadEnrolAnswer, EnrolError, enrol};

async fn platform(
    authority: &Authority,
    script: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static,
) -> Peer {
    let face = Face { signed_by: authority, shown: authority, name: "127.0.0.1", mutual: false };
    Peer::start(face, script).await
}

fn enrols(authority: &Arc<Authority>) -> impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static {
    let authority = Arc::clone(authority);
    move |request| http("200 OK", "", serde_json::to_vec(&authority.enrol(request)).unwrap())
}

fn is_empty(dir: &tempfile::TempDir) -> bool {
    std::fs::read_dir(dir).unwrap().next().is_none()
}

#[tokio::test]
async fn a_ticket_becomes_an_identity_that_is_never_overwritten() {
    let authority = Arc::new(Authority::new());
    let peer = platform(&authority, enrols(&authority)).await;
    let dir = tempfile::tempdir().unwrap();
    let identity = enrol(&peer.url, &authority.ticket(), None, dir.path()).await.unwrap();
    assert_eq!(Identity::load(dir.path()).unwrap(), identity);
    let mode = std::fs::metadata(dir.path().join("terminal.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let names = std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["ca.crt", "identity.json", "terminal.crt", "terminal.key"]);

    let again = enrol(&peer.url, &authority.ticket(), None, dir.path()).await;
    assert!(matches!(again, Err(EnrolError::AlreadyEnrolled(_))), "{again:?}");
    assert_eq!(peer.count(), 1, "the second ticket is not used up");
    assert_eq!(Identity::load(dir.path()).unwrap(), identity);
}

#[tokio::test]
async fn a_server_of_another_ca_learns_nothing() {
    let (ours, theirs) = (Arc::new(Authority::new()), Arc::new(Authority::new()));
    let dir = tempfile::tempdir().unwrap();
    let peer = platform(&theirs, enrols(&theirs)).await;
    let refused = enrol(&peer.url, &ours.ticket(), None, dir.path()).await;
    assert!(matches!(refused, Err(EnrolError::WrongCa)), "{refused:?}");
    assert_eq!(peer.count(), 0);

    // Showing our CA does not help who was not signed by it.
    let face = Face { signed_by: &theirs, shown: &ours, name: "127.0.0.1", mutual: false };
    let impostor = Peer::start(face, enrols(&theirs)).await;
    let refused = enrol(&impostor.url, &ours.ticket(), None, dir.path()).await;
    assert!(matches!(refused, Err(EnrolError::WrongCa)), "{refused:?}");
    assert_eq!(impostor.count(), 0);
    assert!(is_empty(&dir));
}

#[tokio::test]
async fn the_server_must_be_certified_for_its_address() {
    let authority = Arc::new(Authority::new());
    let face = Face { signed_by: &authority, shown: &authority, name: "elsewhere.test", mutual: false };
    let peer = Peer::start(face, enrols(&authority)).await;
    let dir = tempfile::tempdir().unwrap();
    let refused = enrol(&peer.url, &authority.ticket(), None, dir.path()).await;
    assert!(matches!(refused, Err(EnrolError::WrongName)), "{refused:?}");
    assert_eq!(peer.count(), 0);
}

#[tokio::test]
async fn a_certificate_for_another_key_or_by_another_ca_is_not_kept() {
    let (ours, theirs) = (Arc::new(Authority::new()), Arc::new(Authority::new()));
    let dir = tempfile::tempdir().unwrap();
    let answer = serde_json::to_vec(&ours.enrol_somebody_else()).unwrap();
    let peer = platform(&ours, move |_| http("200 OK", "", &answer)).await;
    let refused = enrol(&peer.url, &ours.ticket(), None, dir.path()).await;
    assert!(matches!(refused, Err(EnrolError::BadAnswer(BadEnrolAnswer::Key))), "{refused:?}");

    let peer = platform(&ours, enrols(&theirs)).await;
    let refused = enrol(&peer.url, &ours.ticket(), None, dir.path()).await;
    assert!(matches!(refused, Err(EnrolError::BadAnswer(BadEnrolAnswer::Ca))), "{refused:?}");
    assert!(is_empty(&dir));
}

#[tokio::test]
async fn each_refusal_has_its_name() {
    let authority = Authority::new();
    let dir = tempfile::tempdir().unwrap();
    let mut told = Vec::new();
    for kind in ["ticket-used", "ticket-expired", "ticket-unknown", "something-new"] {
        let problem =
            format!(r#"{{"type":"urn:hecheng:problem:{kind}","title":"","status":409}}"#).into_bytes();
        let peer = platform(&authority, move |_| http("409 Conflict", "", &problem)).await;
        let refused = enrol(&peer.url, &authority.ticket(), None, dir.path()).await.unwrap_err();
        told.push(refused.to_string());
    }
    assert_eq!(
        told,
        [
            "the ticket was used before",
            "the ticket has expired",
            "the platform does not know this ticket",
            "the platform refused: urn:hecheng:problem:something-new (409)",
        ]
    );
    assert!(is_empty(&dir));
}

#[tokio::test]
async fn nobody_there_and_no_address_are_told_apart() {
    let authority = Authority::new();
    let dir = tempfile::tempdir().unwrap();
    // Held, so that nobody else gets it; nobody listens.
    let held = tokio::net::TcpSocket::new_v4().unwrap();
    held.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let closed = held.local_addr().unwrap();
    let refused = enrol(&format!("https://{closed}"), &authority.ticket(), None, dir.path()).await;
    assert!(matches!(refused, Err(EnrolError::Unreachable)), "{refused:?}");
    for url in ["http://127.0.0.1:1", "127.0.0.1:1", ""] {
        let refused = enrol(url, &authority.ticket(), None, dir.path()).await;
        assert!(matches!(refused, Err(EnrolError::Url(_))), "{url}: {refused:?}");
    }
}
