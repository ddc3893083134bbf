//! A backup of a running platform becomes another one.

use std::path::Path;

use kiosk_platform::{Platform, PlatformError};
use kiosk_protocol::item::Verdict;

use crate::program::{Program, run};
use crate::world::{ALICE, World};

stories! {
    a_backup_holds_everything,
    a_restored_platform_knows_its_terminals_and_their_items,
    a_key_that_is_gone_is_named_and_comes_from_a_backup_alone,
    the_program_backs_up_while_it_serves_and_restores,
}

async fn a_backup_holds_everything(world: World) {
    let terminal = world.terminal("230202-0001").await;
    terminal.send(vec![terminal.item(1, terminal.withdrawal(ALICE)), terminal.raw(2, "\0".to_owned())]).await;
    let out = tempfile::tempdir().unwrap();
    let (backup, home) = (out.path().join("backup"), out.path().join("home"));
    world.platform().back_up(&backup).unwrap();
    let again = world.platform().back_up(&backup);
    assert!(again.is_err(), "a backup is not overwritten");
    let restored = Platform::restore(&backup, &home, world.another_database().await).unwrap();
    assert_eq!(restored.cases().unwrap(), world.platform().cases().unwrap());
    assert_eq!(restored.quarantine().unwrap(), world.platform().quarantine().unwrap());
    let twice = Platform::restore(&backup, &home, None);
    assert!(matches!(twice, Err(PlatformError::Exists(_))));
    world.stop().await;
}

async fn a_restored_platform_knows_its_terminals_and_their_items(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let item = terminal.item(1, terminal.withdrawal(ALICE));
    let first = terminal.send(vec![item.clone()]).await;
    let out = tempfile::tempdir().unwrap();
    let (backup, home) = (out.path().join("backup"), out.path().join("home"));
    world.platform().back_up(&backup).unwrap();
    Platform::restore(&backup, &home, world.another_database().await).unwrap();
    let running = Platform::serve(&home, Default::default()).await.unwrap();
    let there = terminal.at(&format!("https://{}", running.addr));
    assert_eq!(there.send(vec![item]).await, first);
    running.stop().await.unwrap();
    world.stop().await;
}

async fn a_key_that_is_gone_is_named_and_comes_from_a_backup_alone(world: World) {
    let out = tempfile::tempdir().unwrap();
    let (backup, home) = (out.path().join("backup"), out.path().join("home"));
    world.platform().back_up(&backup).unwrap();
    Platform::restore(&backup, &home, world.another_database().await).unwrap();
    for key in ["heads.key", "pages.key", "timestamp.key"] {
        std::fs::remove_file(home.join(key)).unwrap();
        let refused = Platform::serve(&home, Default::default()).await.err();
        let Some(PlatformError::Keys(cause)) = refused else { panic!("{refused:?}") };
        assert!(cause.to_string().contains(key), "{cause}");
        assert!(!home.join(key).exists(), "terminals know no other");
        std::fs::copy(backup.join(key), home.join(key)).unwrap();
    }
    Platform::serve(&home, Default::default()).await.unwrap().stop().await.unwrap();
    world.stop().await;
}

async fn the_program_backs_up_while_it_serves_and_restores(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let items = vec![terminal.item(1, terminal.withdrawal(ALICE)), terminal.raw(2, "{}".to_owned())];
    let server = Program::start(world.dir());
    let answered = terminal.at(&server.url).send(items.clone()).await;
    let out = tempfile::tempdir().unwrap();
    let (backup, home) = (out.path().join("backup"), out.path().join("home"));
    let done = |words: &[&str], folder: &Path, more: &[&str]| {
        let output = run(words, folder, more);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let backup_name = backup.to_str().unwrap();
    done(&["backup", "--dir"], world.dir(), &[backup_name]);
    let database = world.another_database().await;
    let named = database.as_deref().map_or(vec![backup_name], |url| vec![backup_name, "--database", url]);
    done(&["restore", "--dir"], &home, &named);
    let again = run(&["restore", "--dir"], &home, &named);
    assert_eq!(again.status.code(), Some(2), "no platform is overwritten");
    let told = |list: &str, dir: &Path| done(&[list, "--json", "--dir"], dir, &[]);
    assert_eq!(told("quarantine", &home), told("quarantine", world.dir()));
    let [Verdict::Accepted { case_number: Some(number) }, Verdict::Quarantined { .. }] = &answered[..] else {
        panic!("{answered:?}");
    };
    assert!(told("cases", &home).contains(&number.0));
    let restored = Program::start(&home);
    assert_eq!(terminal.at(&restored.url).send(items).await, answered);
    world.stop().await;
}
