//! A backup of a running platform becomes another one.

use kiosk_platform::{Platform, PlatformError};

use crate::world::{ALICE, World};

stories! {
    a_backup_holds_everything,
    a_restored_platform_knows_its_terminals_and_their_items,
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
