//! Renewal: the same key, the old certificate until its end, and a grace behind it that is good for nothing else.

use kiosk_protocol::wire::{EnrolRequest, RenewAnswer, RenewRequest};
use rcgen::{CertificateParams, KeyPair};
use reqwest::Response;

use crate::world::{Terminal, World, problem};

stories! {
    a_renewed_certificate_works_and_the_old_one_still_does,
    an_ended_certificate_is_good_for_its_renewal_alone,
    beyond_the_grace_nothing_is_answered,
    another_key_or_terminal_gets_none,
    a_suspended_terminal_gets_none,
    who_was_enrolled_again_since_gets_none,
    a_terminal_enrolled_before_keys_were_kept_renews,
}

const NAME: &str = "230202-0001";

async fn enrolled(world: &World) -> (Terminal, KeyPair) {
    let key = KeyPair::generate().unwrap();
    let request = EnrolRequest { code: world.ticket(NAME), csr_pem: csr(&key), journal_key: None };
    (world.terminal_by(request, &key).await, key)
}

fn csr(key: &KeyPair) -> String {
    CertificateParams::default().serialize_request(key).unwrap().pem().unwrap()
}

/// The same terminal with a certificate that ends so many days from now.
fn showing(world: &World, terminal: &Terminal, key: &KeyPair, days: i64) -> Terminal {
    let certificate = world.certificate(&terminal.answer.terminal, key, days);
    world.showing(terminal.answer.clone(), &certificate, key)
}

async fn renew(terminal: &Terminal, key: &KeyPair) -> Response {
    let request = RenewRequest { csr_pem: csr(key) };
    terminal.post("/v1/certs/renew", serde_json::to_vec(&request).unwrap()).await
}

async fn renewed(world: &World, terminal: &Terminal, key: &KeyPair) -> Terminal {
    let answer: RenewAnswer = renew(terminal, key).await.json().await.unwrap();
    world.showing(terminal.answer.clone(), &answer.certificate_pem, key)
}

fn refused(status: u16, kind: &str) -> (u16, String) {
    (status, kind.to_owned())
}

async fn a_renewed_certificate_works_and_the_old_one_still_does(world: World) {
    let (old, key) = enrolled(&world).await;
    let new = renewed(&world, &old, &key).await;
    for terminal in [&new, &old] {
        assert_eq!(terminal.get("/v1/sync/changes").await.status(), 200);
    }
    // An answer that was lost is asked for again.
    assert_eq!(renewed(&world, &old, &key).await.get("/v1/sync/changes").await.status(), 200);
    world.stop().await;
}

async fn an_ended_certificate_is_good_for_its_renewal_alone(world: World) {
    let (terminal, key) = enrolled(&world).await;
    let ended = showing(&world, &terminal, &key, -29);
    for path in ["/v1/sync/changes", "/v1/metadata"] {
        assert_eq!(problem(ended.get(path).await).await, refused(403, "certificate-ended"), "{path}");
    }
    for path in ["/v1/sync/batches", "/v1/sync/head", "/v1/ask"] {
        let answer = ended.post(path, b"{}".to_vec()).await;
        assert_eq!(problem(answer).await, refused(403, "certificate-ended"), "{path}");
    }
    let new = renewed(&world, &ended, &key).await;
    assert_eq!(new.get("/v1/sync/changes").await.status(), 200);
    world.stop().await;
}

async fn beyond_the_grace_nothing_is_answered(world: World) {
    let (terminal, key) = enrolled(&world).await;
    let ended = showing(&world, &terminal, &key, -31);
    let answer = ended.client.get(world.url("/v1/health")).send().await;
    assert!(answer.is_err(), "{answer:?}");
    world.stop().await;
}

async fn another_key_or_terminal_gets_none(world: World) {
    let (terminal, key) = enrolled(&world).await;
    let other = KeyPair::generate().unwrap();
    assert_eq!(problem(renew(&terminal, &other).await).await, refused(400, "bad-csr"));
    // Of our authority, for a key that was never enrolled.
    let stranger = showing(&world, &terminal, &other, 1);
    assert_eq!(problem(renew(&stranger, &other).await).await, refused(403, "certificate-replaced"));
    let mut nobody = terminal;
    nobody.client = world.stranger();
    assert_eq!(problem(renew(&nobody, &key).await).await, refused(401, "certificate-missing"));
    world.stop().await;
}

async fn a_suspended_terminal_gets_none(world: World) {
    let (terminal, key) = enrolled(&world).await;
    world.platform().revoke(&terminal.answer.terminal).unwrap();
    for days in [1, -1] {
        let terminal = showing(&world, &terminal, &key, days);
        assert_eq!(problem(renew(&terminal, &key).await).await, refused(403, "terminal-revoked"));
    }
    world.stop().await;
}

async fn who_was_enrolled_again_since_gets_none(world: World) {
    let (old, key) = enrolled(&world).await;
    let (new, _) = enrolled(&world).await;
    assert_eq!(problem(renew(&old, &key).await).await, refused(403, "certificate-replaced"));
    assert_eq!(new.get("/v1/sync/changes").await.status(), 200);
    world.stop().await;
}

async fn a_terminal_enrolled_before_keys_were_kept_renews(world: World) {
    let (old, key) = enrolled(&world).await;
    world.change("UPDATE terminals SET key_digest = NULL").await;
    let another = showing(&world, &old, &key, 90);
    assert_eq!(
        problem(another.get("/v1/sync/changes").await).await,
        refused(403, "certificate-replaced"),
        "the one certificate counts"
    );
    let new = renewed(&world, &old, &key).await;
    assert_eq!(new.get("/v1/sync/changes").await.status(), 200);
    world.stop().await;
}
