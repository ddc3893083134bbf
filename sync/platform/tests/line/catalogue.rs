use jiff::Timestamp;
use kiosk_platform::{Draft, PlatformError};
use kiosk_protocol::catalogue::{Catalogue, CatalogueBundle};
use kiosk_protocol::ids::Key;
use kiosk_protocol::item::{Content, Verdict};
use kiosk_protocol::trust::{self, CATALOGUE, Trusted};

use crate::world::{ALICE, Terminal, World, problem};

stories! {
    the_catalogue_is_sent_when_it_is_news,
    a_timestamp_is_renewed_before_it_ends_and_names_the_same,
    changed_keys_are_followed_and_those_before_count_no_more,
    a_change_of_keys_that_was_cut_short_is_finished,
    a_package_must_be_newer_than_what_was_ever_published,
    a_service_unknown_to_the_build_takes_cases,
}

/// A service this crate has never heard of, of a department it has never heard of.
fn unheard_of(version: u32) -> Draft {
    let text = r#"{"zh-CN":"问","en":"q","ru":"в"}"#;
    let json = format!(
        r#"{{"id":"unheard-of","version":{version},"department":"elsewhere","identity_level":1,
        "offline":{{"policy":"queue"}},"icon":"talk","group":{text},"title":{text},"summary":{text},
        "guide":{{"time_limit":{text},"fee":{text},"materials":[],"basis":{text}}},"kind":"handling",
        "form":{{"pages":[{{"title":{text},"fields":[{{"key":"how-many","label":{text},"required":true,
        "input":{{"type":"digits","min":1,"max":3}}}}]}}]}},"receipt":{{"lines":[],"next":{text}}}}}"#
    );
    Draft { file: "unheard-of.json".to_owned(), json }
}

/// What a terminal trusts of what it is offered now, and the catalogue that is named.
async fn taken(terminal: &Terminal, had: Option<&Trusted>) -> (Trusted, Catalogue) {
    let root = had.map_or(0, |had| had.root.version);
    let offered = terminal.get(&format!("/v1/metadata?root={root}")).await.json().await.unwrap();
    let now = Timestamp::now();
    let trusted = match had {
        None => trust::first(&terminal.answer.catalogue_key, &offered, now).unwrap(),
        Some(had) => trust::next(had, &offered, now).unwrap(),
    };
    let file = *trusted.targets.file(CATALOGUE).unwrap();
    let bytes = terminal.get(&format!("/v1/targets/catalogue/{}", file.version)).await.bytes().await.unwrap();
    assert!(file.is(&bytes), "length and digest");
    let bundle: CatalogueBundle = serde_json::from_slice(&bytes).unwrap();
    (trusted, bundle.open(0).unwrap())
}

async fn the_catalogue_is_sent_when_it_is_news(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let (trusted, first) = taken(&terminal, None).await;
    assert_eq!((first.version, first.packages.len()), (1, 2));
    assert_eq!(terminal.changes("").await.metadata_version, trusted.newest.version);
    world.platform().publish(&[unheard_of(1)]).unwrap();
    assert_eq!(terminal.changes("").await.metadata_version, trusted.newest.version + 1);
    let (trusted, second) = taken(&terminal, Some(&trusted)).await;
    assert_eq!((second.version, second.packages.len()), (2, 3));
    // A terminal that asks for the file it was told of gets it, though there is a newer one.
    let old = terminal.get("/v1/targets/catalogue/1").await;
    assert_eq!(old.status(), 200);
    world.platform().withdraw(&Key::try_from("unheard-of").unwrap()).unwrap();
    let (_, third) = taken(&terminal, Some(&trusted)).await;
    assert_eq!((third.version, third.packages), (3, first.packages));
    for nothing in ["/v1/targets/catalogue/4", "/v1/targets/else/1", "/v1/targets/catalogue/-1"] {
        assert_eq!(problem(terminal.get(nothing).await).await, (404, "not-published".to_owned()));
    }
    world.stop().await;
}

async fn a_timestamp_is_renewed_before_it_ends_and_names_the_same(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let (trusted, _) = taken(&terminal, None).await;
    let version = trusted.newest.version;
    world.pass(35 * 3600);
    assert_eq!(terminal.changes("").await.metadata_version, version, "half of its life is not over");
    world.pass(2 * 3600);
    assert_eq!(terminal.changes("").await.metadata_version, version + 1);
    let (renewed, _) = taken(&terminal, Some(&trusted)).await;
    assert!(renewed.newest.expires > trusted.newest.expires);
    assert_eq!((renewed.snapshot, renewed.targets), (trusted.snapshot, trusted.targets));
    world.stop().await;
}

async fn changed_keys_are_followed_and_those_before_count_no_more(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let (trusted, _) = taken(&terminal, None).await;
    let old = std::fs::read(world.dir().join("targets.key")).unwrap();
    world.platform().rotate_keys().unwrap();
    let (rotated, catalogue) = taken(&terminal, Some(&trusted)).await;
    assert_eq!((rotated.root.version, catalogue.version), (2, 1));
    assert_ne!(rotated.root.targets, trusted.root.targets);
    world.platform().publish(&[unheard_of(1)]).unwrap();
    let (rotated, _) = taken(&terminal, Some(&rotated)).await;
    // One that is enrolled now begins at the new root; one that was away for long walks all of them.
    let newer = world.terminal("230202-0002").await;
    assert_ne!(newer.answer.catalogue_key, terminal.answer.catalogue_key);
    assert_eq!(taken(&newer, None).await.0, rotated);
    assert_eq!(taken(&terminal, None).await.0, rotated);
    // A folder with one of the old keys can publish nothing.
    std::fs::write(world.dir().join("targets.key"), old).unwrap();
    let refused = world.platform().publish(&[unheard_of(2)]);
    assert!(matches!(refused, Err(PlatformError::OtherKeys)), "{refused:?}");
    world.stop().await;
}

async fn a_change_of_keys_that_was_cut_short_is_finished(world: World) {
    let before = std::fs::read(world.dir().join("targets.key")).unwrap();
    world.platform().rotate_keys().unwrap();
    let after = std::fs::read(world.dir().join("targets.key")).unwrap();
    assert_ne!(before, after);
    // As a cut leaves it between the database and the last of the files.
    std::fs::rename(world.dir().join("targets.key"), world.dir().join("targets.key.next")).unwrap();
    std::fs::write(world.dir().join("targets.key"), before).unwrap();
    world.platform().rotate_keys().unwrap();
    assert_eq!(std::fs::read(world.dir().join("targets.key")).unwrap(), after, "no third key was made");
    world.platform().publish(&[unheard_of(1)]).unwrap();
    world.stop().await;
}

async fn a_package_must_be_newer_than_what_was_ever_published(world: World) {
    let platform = world.platform();
    platform.publish(&[unheard_of(3)]).unwrap();
    platform.withdraw(&Key::try_from("unheard-of").unwrap()).unwrap();
    let again = platform.publish(&[unheard_of(3)]);
    assert!(matches!(again, Err(PlatformError::NotNewer { offered: 3, published: 3, .. })));
    let broken = Draft { file: "x.json".to_owned(), json: "{}".to_owned() };
    assert!(platform.publish(&[unheard_of(4), broken]).is_err());
    assert_eq!(platform.publish(&[unheard_of(4)]).unwrap(), 4);
    world.stop().await;
}

async fn a_service_unknown_to_the_build_takes_cases(world: World) {
    world.platform().publish(&[unheard_of(1)]).unwrap();
    let terminal = world.terminal("230202-0001").await;
    let mut case = terminal.case("unheard-of", ALICE, &[("how-many", "7")]);
    if let Content::Case { department, .. } = &mut case {
        *department = Key::try_from("elsewhere").unwrap();
    }
    // Filled in by version 1, sent after version 2 was published.
    world.platform().publish(&[unheard_of(2)]).unwrap();
    let verdicts = terminal.send(vec![terminal.item(1, case)]).await;
    assert!(matches!(verdicts[0], Verdict::Accepted { case_number: Some(_) }), "{verdicts:?}");
    world.pass(3600);
    assert_eq!(terminal.changes("").await.changes.len(), 2);
    world.stop().await;
}
