use kiosk_platform::{Draft, PlatformError};
use kiosk_protocol::catalogue::CatalogueBundle;
use kiosk_protocol::ids::Key;
use kiosk_protocol::item::{Content, Verdict};

use crate::world::{ALICE, Terminal, World};

stories! {
    the_catalogue_is_sent_when_it_is_news,
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

async fn bundle(terminal: &Terminal, have: u64) -> Option<CatalogueBundle> {
    let answer = terminal.get(&format!("/v1/catalogue?have={have}")).await;
    if answer.status() == 304 { None } else { Some(answer.json().await.unwrap()) }
}

async fn the_catalogue_is_sent_when_it_is_news(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let first = bundle(&terminal, 0).await.unwrap();
    let first = first.verify(&terminal.answer.catalogue_key, 0).unwrap();
    assert_eq!((first.version, first.packages.len()), (1, 2));
    assert!(bundle(&terminal, 1).await.is_none());
    world.platform().publish(&[unheard_of(1)]).unwrap();
    assert_eq!(terminal.changes("").await.catalogue_version, 2);
    let second = bundle(&terminal, 1).await.unwrap();
    let second = second.verify(&terminal.answer.catalogue_key, 1).unwrap();
    assert_eq!((second.version, second.packages.len()), (2, 3));
    world.platform().withdraw(&Key::try_from("unheard-of").unwrap()).unwrap();
    let third = bundle(&terminal, 2).await.unwrap();
    assert_eq!(third.verify(&terminal.answer.catalogue_key, 2).unwrap().packages, first.packages);
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
