use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384};

use crate::world::{World, problem};

stories! {
    a_ticket_makes_a_terminal_once,
    a_ticket_is_good_for_72_hours,
    a_key_of_another_kind_leaves_the_ticket_unused,
    enrolling_again_raises_the_epoch_and_ends_the_old_certificate,
    without_a_certificate_only_enrolment_answers,
    a_revoked_terminal_is_refused_on_its_open_connection,
    revoking_voids_the_tickets_given_before_and_no_others,
    a_ticket_of_a_terminal_that_never_was_can_be_voided,
}

fn refused(status: u16, kind: &str) -> (u16, String) {
    (status, kind.to_owned())
}

async fn a_ticket_makes_a_terminal_once(world: World) {
    let code = world.ticket("230202-0007");
    let key = KeyPair::generate().unwrap();
    let answer = world.enrol(&code, &key).await;
    assert_eq!(answer.status(), 200);
    let answer: kiosk_protocol::wire::EnrolAnswer = answer.json().await.unwrap();
    assert_eq!((answer.terminal.to_string().as_str(), answer.epoch), ("230202-0007", 1));
    assert_eq!(problem(world.enrol(&code, &key).await).await, refused(409, "ticket-used"));
    assert_eq!(problem(world.enrol("000000000000", &key).await).await, refused(404, "ticket-unknown"));
    world.stop().await;
}

async fn a_ticket_is_good_for_72_hours(world: World) {
    let (code, late) = (world.ticket("230202-0007"), world.ticket("230202-0008"));
    world.pass(71 * 3600);
    let key = KeyPair::generate().unwrap();
    assert_eq!(world.enrol(&code, &key).await.status(), 200);
    // Tickets go by the clock of whoever makes them, which runs on meanwhile.
    world.pass(2 * 3600);
    assert_eq!(problem(world.enrol(&late, &key).await).await, refused(410, "ticket-expired"));
    world.stop().await;
}

async fn a_key_of_another_kind_leaves_the_ticket_unused(world: World) {
    let code = world.ticket("230202-0007");
    let other = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    assert_eq!(problem(world.enrol(&code, &other).await).await, refused(400, "bad-csr"));
    assert_eq!(world.enrol(&code, &KeyPair::generate().unwrap()).await.status(), 200);
    world.stop().await;
}

async fn enrolling_again_raises_the_epoch_and_ends_the_old_certificate(world: World) {
    let old = world.terminal("230202-0007").await;
    let new = world.terminal("230202-0007").await;
    assert_eq!((old.answer.epoch, new.answer.epoch), (1, 2));
    let answer = old.get("/v1/sync/changes").await;
    assert_eq!(problem(answer).await, refused(403, "certificate-replaced"));
    assert_eq!(new.get("/v1/sync/changes").await.status(), 200);
    world.stop().await;
}

async fn without_a_certificate_only_enrolment_answers(world: World) {
    let stranger = world.stranger();
    for path in ["/v1/sync/changes", "/v1/metadata"] {
        let answer = stranger.get(world.url(path)).send().await.unwrap();
        assert_eq!(problem(answer).await, refused(401, "certificate-missing"), "{path}");
    }
    for path in ["/v1/sync/batches", "/v1/ask"] {
        let answer = stranger.post(world.url(path)).send().await.unwrap();
        assert_eq!(problem(answer).await, refused(401, "certificate-missing"), "{path}");
    }
    assert_eq!(stranger.get(world.url("/v1/health")).send().await.unwrap().status(), 204);
    world.stop().await;
}

async fn a_revoked_terminal_is_refused_on_its_open_connection(world: World) {
    let terminal = world.terminal("230202-0007").await;
    assert_eq!(terminal.get("/v1/sync/changes").await.status(), 200);
    world.platform().revoke(&terminal.answer.terminal).unwrap();
    let answer = terminal.get("/v1/sync/changes").await;
    assert_eq!(problem(answer).await, refused(403, "terminal-revoked"));
    world.stop().await;
}

async fn revoking_voids_the_tickets_given_before_and_no_others(world: World) {
    let terminal = world.terminal("230202-0007").await;
    let (before, neighbour) = (world.ticket("230202-0007"), world.ticket("230202-0008"));
    world.platform().revoke(&terminal.answer.terminal).unwrap();
    let key = KeyPair::generate().unwrap();
    assert_eq!(problem(world.enrol(&before, &key).await).await, refused(410, "ticket-void"));
    let answer = terminal.get("/v1/sync/changes").await;
    assert_eq!(problem(answer).await, refused(403, "terminal-revoked"));
    assert_eq!(world.enrol(&neighbour, &key).await.status(), 200);
    let again = world.terminal("230202-0007").await;
    assert_eq!(again.get("/v1/sync/changes").await.status(), 200);
    world.stop().await;
}

async fn a_ticket_of_a_terminal_that_never_was_can_be_voided(world: World) {
    let code = world.ticket("230202-0007");
    let terminal = kiosk_protocol::ids::TerminalId::try_from("230202-0007".to_owned()).unwrap();
    world.platform().revoke(&terminal).unwrap();
    let key = KeyPair::generate().unwrap();
    assert_eq!(problem(world.enrol(&code, &key).await).await, refused(410, "ticket-void"));
    assert!(world.platform().revoke(&terminal).is_err(), "nothing is left to take");
    world.stop().await;
}
