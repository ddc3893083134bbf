//! The configuration twin: what is desired is published and signed, what is reported is kept, and both stand side by side.

use jiff::Timestamp;
use kiosk_platform::{PlatformError, Standing, TerminalRow, Versions};
use kiosk_protocol::configuration::{ConfigurationFile, Reach, target};
use kiosk_protocol::ids::{Key, TerminalId};
use kiosk_protocol::trust;
use kiosk_protocol::wire::{ConfigurationReport, RefusedConfiguration};

use crate::world::{Terminal, World, problem};

stories! {
    what_is_set_is_published_and_told_back_with_what_differs,
    ones_own_keys_win_and_are_given_to_no_other_terminal,
    versions_only_go_up,
    what_cannot_be_is_not_published,
    a_refusal_is_shown_by_name_until_the_next_word,
    a_report_is_bounded_and_needs_the_terminals_certificate,
    changed_keys_sign_the_configuration_too,
}

fn id(terminal: &str) -> TerminalId {
    TerminalId::try_from(terminal.to_owned()).unwrap()
}

/// What a terminal gets that trusts nothing yet; nothing where no such file is named.
async fn taken(terminal: &Terminal, of: Reach) -> Option<ConfigurationFile> {
    let me = (of == Reach::Own).then(|| terminal.answer.terminal.clone());
    let offered = terminal.get("/v1/metadata?root=0").await.json().await.unwrap();
    let trusted = trust::first(&terminal.answer.catalogue_key, &offered, Timestamp::now()).unwrap();
    let name = target(me.as_ref()).unwrap();
    let file = *trusted.targets.file(name.as_str())?;
    let bytes = terminal.get(&format!("/v1/targets/{name}/{}", file.version)).await.bytes().await.unwrap();
    assert!(file.is(&bytes), "length and digest");
    Some(ConfigurationFile::parse(&bytes, file.version, me.as_ref()).unwrap())
}

fn report(all: u64, own: u64) -> ConfigurationReport {
    let at = "2026-11-29T08:00:00Z".parse().unwrap();
    ConfigurationReport { software: "0.1.0".to_owned(), all, own, refused: Vec::new(), at }
}

async fn tell(terminal: &Terminal, report: &ConfigurationReport) -> reqwest::Response {
    terminal.post("/v1/configuration/report", serde_json::to_vec(report).unwrap()).await
}

fn row(world: &World, terminal: &str) -> TerminalRow {
    let rows = world.platform().terminals().unwrap();
    rows.into_iter().find(|row| row.terminal == id(terminal)).unwrap()
}

/// Key, what is meant and what is in force, as JSON.
fn differs(row: &TerminalRow) -> Vec<[String; 3]> {
    let word = |value: &Option<serde_json::Value>| value.as_ref().map_or("-".to_owned(), ToString::to_string);
    row.differs.iter().map(|one| [one.key.clone(), word(&one.desired), word(&one.in_force)]).collect()
}

async fn what_is_set_is_published_and_told_back_with_what_differs(world: World) {
    let terminal = world.terminal("230202-0001").await;
    assert_eq!(taken(&terminal, Reach::All).await, None);
    assert_eq!(row(&world, "230202-0001").standing, Standing::Silent);
    let before = terminal.changes("").await.metadata_version;
    assert_eq!(world.platform().configure(None, r#"{"idle_s": 90, "log": "warn"}"#).unwrap(), 1);
    assert_eq!(
        terminal.changes("").await.metadata_version,
        before + 1,
        "terminals are told that there is news"
    );
    let file = taken(&terminal, Reach::All).await.unwrap();
    assert_eq!((file.version, file.set.idle_s), (1, Some(90)));
    assert_eq!(world.platform().configurations().unwrap(), [file]);

    assert_eq!(tell(&terminal, &report(0, 0)).await.status(), 204);
    let behind = row(&world, "230202-0001");
    assert_eq!((behind.standing, behind.behind), (Standing::Behind, 1));
    let keys = [["idle_s", "90", "-"], ["log", "\"warn\"", "-"]];
    assert_eq!(differs(&behind), keys.map(|key| key.map(str::to_owned)));
    tell(&terminal, &report(1, 0)).await;
    let well = row(&world, "230202-0001");
    assert_eq!((well.standing, well.behind, differs(&well)), (Standing::InForce, 0, vec![]));
    assert_eq!(well.reported.unwrap().report, report(1, 0));

    world.platform().configure(None, r#"{"idle_s": 120}"#).unwrap();
    let behind = row(&world, "230202-0001");
    assert_eq!(behind.desired, Versions { all: 2, own: 0 });
    assert_eq!(differs(&behind), [["idle_s", "120", "90"].map(str::to_owned)], "the other key stayed");
    tell(&terminal, &report(9, 0)).await;
    assert_eq!(row(&world, "230202-0001").standing, Standing::Ahead);
    world.stop().await;
}

async fn ones_own_keys_win_and_are_given_to_no_other_terminal(world: World) {
    let (first, second) = (world.terminal("230202-0001").await, world.terminal("230202-0002").await);
    let platform = world.platform();
    platform.configure(None, r#"{"idle_s": 90}"#).unwrap();
    platform.configure(Some(&id("230202-0001")), r#"{"idle_s": 150}"#).unwrap();
    assert_eq!(taken(&first, Reach::Own).await.unwrap().set.idle_s, Some(150));
    assert_eq!(taken(&second, Reach::Own).await, None);
    let path = "/v1/targets/configuration.230202-0001/1";
    assert_eq!(first.get(path).await.status(), 200);
    assert_eq!(problem(second.get(path).await).await, (404, "not-published".to_owned()));
    tell(&first, &report(1, 0)).await;
    tell(&second, &report(1, 0)).await;
    let behind = row(&world, "230202-0001");
    assert_eq!(
        (behind.standing, differs(&behind)),
        (Standing::Behind, vec![["idle_s", "150", "90"].map(str::to_owned)])
    );
    assert_eq!(row(&world, "230202-0002").standing, Standing::InForce);
    let nobody = platform.configure(Some(&id("230202-0003")), r#"{"idle_s": 150}"#);
    assert!(matches!(nobody, Err(PlatformError::NoTerminal(_))), "{nobody:?}");
    world.stop().await;
}

async fn versions_only_go_up(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let (platform, one) = (world.platform(), id("230202-0001"));
    let set = |keys: &str| platform.configure(Some(&one), keys).unwrap();
    assert_eq!([set(r#"{"idle_s": 90, "warning_s": 40}"#), set(r#"{"idle_s": 100}"#)], [1, 2]);
    assert_eq!(set(r#"{"idle_s": 100}"#), 2, "nothing was changed");
    assert_eq!(platform.unconfigure(Some(&one), &["idle_s".to_owned()]).unwrap(), 3);
    assert_eq!(taken(&terminal, Reach::Own).await.unwrap().set.entries().len(), 1);
    assert_eq!(platform.unconfigure(Some(&one), &[]).unwrap(), 4);
    let empty = taken(&terminal, Reach::Own).await.unwrap();
    assert_eq!(
        (empty.version, empty.set.entries().len()),
        (4, 0),
        "it is still named, so that no old one comes back"
    );
    assert_eq!(set(r#"{"idle_s": 90, "warning_s": 40}"#), 5);
    assert_eq!(set(r#"{"idle_s": null}"#), 6);
    assert_eq!(taken(&terminal, Reach::Own).await.unwrap().set.entries().len(), 1);
    // What a terminal was told of stays to be had.
    assert_eq!(terminal.get("/v1/targets/configuration.230202-0001/1").await.status(), 200);
    world.stop().await;
}

async fn what_cannot_be_is_not_published(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let platform = world.platform();
    platform.configure(None, r#"{"idle_s": 90}"#).unwrap();
    let version = terminal.changes("").await.metadata_version;
    for (keys, name) in [
        (r#"{"shell": 1}"#, "unknown-key"),
        (r#"{"idle_s": 5}"#, "out-of-range"),
        ("[]", "form"),
        (r#"{"log": 1}"#, "value"),
    ] {
        match platform.configure(None, keys) {
            Err(PlatformError::BadConfiguration(bad)) => assert_eq!(bad.name(), name, "{keys}"),
            other => panic!("{keys}: {other:?}"),
        }
    }
    let unset = platform.unconfigure(None, &["notice".to_owned()]);
    assert!(matches!(unset, Err(PlatformError::NotSet(_))), "{unset:?}");
    assert_eq!(terminal.changes("").await.metadata_version, version);
    assert_eq!(taken(&terminal, Reach::All).await.unwrap().version, 1);
    world.stop().await;
}

async fn a_refusal_is_shown_by_name_until_the_next_word(world: World) {
    let terminal = world.terminal("230202-0001").await;
    world.platform().configure(None, r#"{"idle_s": 90}"#).unwrap();
    let why = Key::try_from("unknown-key").unwrap();
    let refused =
        RefusedConfiguration { of: Reach::All, version: 1, why, reason: "unknown key idle_s".to_owned() };
    tell(&terminal, &ConfigurationReport { refused: vec![refused.clone()], ..report(0, 0) }).await;
    let shown = row(&world, "230202-0001");
    assert_eq!(shown.standing, Standing::Refused);
    assert_eq!(shown.reported.unwrap().report.refused, [refused]);
    tell(&terminal, &report(1, 0)).await;
    assert_eq!(row(&world, "230202-0001").standing, Standing::InForce);
    world.stop().await;
}

async fn a_report_is_bounded_and_needs_the_terminals_certificate(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let stranger = world.stranger().post(world.url("/v1/configuration/report")).json(&report(0, 0));
    assert_eq!(problem(stranger.send().await.unwrap()).await.0, 401);
    let long = ConfigurationReport { software: "x".repeat(65), ..report(0, 0) };
    let beyond = report(u64::MAX, 0);
    for bad in [long, beyond] {
        assert_eq!(problem(tell(&terminal, &bad).await).await, (400, "bad-request".to_owned()));
    }
    assert_eq!(row(&world, "230202-0001").standing, Standing::Silent);
    world.stop().await;
}

async fn changed_keys_sign_the_configuration_too(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let platform = world.platform();
    platform.configure(None, r#"{"idle_s": 90}"#).unwrap();
    platform.rotate_keys().unwrap();
    assert_eq!(taken(&terminal, Reach::All).await.unwrap().version, 1);
    platform.configure(None, r#"{"idle_s": 91}"#).unwrap();
    assert_eq!(taken(&terminal, Reach::All).await.unwrap().version, 2);
    world.stop().await;
}
