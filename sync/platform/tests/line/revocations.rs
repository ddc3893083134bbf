use jiff::Timestamp;
use kiosk_platform::PlatformError;
use kiosk_protocol::revocation::{CardSerial, Revocations};
use kiosk_protocol::trust::{self, REVOCATIONS, Trusted, Untrusted};

use crate::world::{Terminal, World, problem};

stories! {
    a_card_that_is_revoked_is_told_to_every_terminal_in_a_signed_file,
    an_older_list_is_refused_by_whoever_saw_a_newer_one,
    a_suspended_terminal_is_refused_at_once_and_readmitted_by_the_same_key,
    a_list_outlives_a_change_of_keys,
}

fn card(serial: &str) -> CardSerial {
    CardSerial::try_from(serial.to_owned()).unwrap()
}

async fn trusted(terminal: &Terminal, had: Option<&Trusted>) -> Trusted {
    let root = had.map_or(0, |had| had.root.version);
    let offered = terminal.get(&format!("/v1/metadata?root={root}")).await.json().await.unwrap();
    match had {
        None => trust::first(&terminal.answer.catalogue_key, &offered, Timestamp::now()).unwrap(),
        Some(had) => trust::next(had, &offered, Timestamp::now()).unwrap(),
    }
}

/// The list that is named, byte for byte as it was signed.
async fn list(terminal: &Terminal, trusted: &Trusted) -> Revocations {
    let named = *trusted.targets.file(REVOCATIONS).unwrap();
    let file = terminal.get(&format!("/v1/targets/{REVOCATIONS}/{}", named.version)).await;
    let bytes = file.bytes().await.unwrap();
    assert!(named.is(&bytes), "length and digest");
    Revocations::parse(&bytes).unwrap()
}

async fn a_card_that_is_revoked_is_told_to_every_terminal_in_a_signed_file(world: World) {
    let (one, other) = (world.terminal("230202-0001").await, world.terminal("230202-0002").await);
    let before = trusted(&one, None).await;
    assert!(before.targets.file(REVOCATIONS).is_none());
    assert_eq!(world.platform().revoke_card(&card("TS000001")).unwrap(), 1);
    assert_eq!(world.platform().revoke_card(&card("TS000001")).unwrap(), 1, "it is on the list");
    assert_eq!(one.changes("").await.metadata_version, before.newest.version + 1);
    for terminal in [&one, &other] {
        assert!(list(terminal, &trusted(terminal, None).await).await.has_card("TS000001"));
    }
    let after = trusted(&one, Some(&before)).await;
    assert_eq!(after.targets.file(trust::CATALOGUE), before.targets.file(trust::CATALOGUE));
    assert_eq!(world.platform().readmit_card(&card("TS000001")).unwrap(), 2);
    assert!(!list(&one, &trusted(&one, Some(&after)).await).await.has_card("TS000001"));
    let refused = world.platform().readmit_card(&card("TS000001"));
    assert!(matches!(refused, Err(PlatformError::NotRevoked(_))), "{refused:?}");
    assert_eq!(world.platform().revocations().unwrap(), (2, Revocations::default()));
    world.stop().await;
}

async fn an_older_list_is_refused_by_whoever_saw_a_newer_one(world: World) {
    let terminal = world.terminal("230202-0001").await;
    world.platform().revoke_card(&card("TS000001")).unwrap();
    let old = terminal.get("/v1/metadata?root=1").await.json().await.unwrap();
    let first = trusted(&terminal, None).await;
    world.platform().revoke_card(&card("TS000002")).unwrap();
    let second = trusted(&terminal, Some(&first)).await;
    let refused = trust::next(&second, &old, Timestamp::now());
    assert!(matches!(refused, Err(Untrusted::Rollback { .. })), "{refused:?}");
    world.stop().await;
}

async fn a_suspended_terminal_is_refused_at_once_and_readmitted_by_the_same_key(world: World) {
    let terminal = world.terminal("230202-0007").await;
    let name = &terminal.answer.terminal;
    world.platform().revoke(name).unwrap();
    let refused = (403, "terminal-revoked".to_owned());
    assert_eq!(problem(terminal.get("/v1/sync/changes").await).await, refused);
    assert_eq!(problem(terminal.get("/v1/metadata").await).await, refused);
    world.platform().readmit(name).unwrap();
    assert_eq!(terminal.get("/v1/sync/changes").await.status(), 200);
    let again = world.platform().readmit(name);
    assert!(matches!(again, Err(PlatformError::NotRevoked(_))), "{again:?}");
    world.stop().await;
}

async fn a_list_outlives_a_change_of_keys(world: World) {
    let terminal = world.terminal("230202-0001").await;
    world.platform().revoke_card(&card("TS000001")).unwrap();
    let before = trusted(&terminal, None).await;
    world.platform().rotate_keys().unwrap();
    let after = trusted(&terminal, Some(&before)).await;
    assert_eq!(after.root.version, 2);
    assert!(list(&terminal, &after).await.has_card("TS000001"));
    world.stop().await;
}
