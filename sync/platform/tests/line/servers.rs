//! Several servers on one database; the program itself killed, and stopped.

use std::collections::BTreeSet;
use std::path::Path;

use kiosk_platform::Platform;
use kiosk_protocol::item::{Item, Verdict};
use tokio::net::TcpStream;

use crate::program::Program;
use crate::world::{ALICE, Terminal, World};

stories! {
    one_killed_in_the_middle_loses_nothing,
    one_told_to_stop_answers_what_it_took,
}

/// Servers killed one after the other.
const ROUNDS: u64 = 6;
/// Long enough to be caught in the middle.
const ITEMS: u64 = 48;

fn copy_of(platform: &Path) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(platform).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), dir.path().join(file.file_name())).unwrap();
    }
    dir
}

fn cases(terminal: &Terminal, seqs: impl Iterator<Item = u64>) -> Vec<Item> {
    seqs.map(|seq| terminal.item(seq, terminal.withdrawal(ALICE))).collect()
}

fn numbers(verdicts: &[Verdict]) -> Vec<String> {
    let number = |verdict: &Verdict| {
        let Verdict::Accepted { case_number: Some(number) } = verdict else { panic!("{verdict:?}") };
        number.0.clone()
    };
    verdicts.iter().map(number).collect()
}

#[tokio::test]
async fn two_at_once_give_the_same_answers() {
    let world = World::on_postgres().await;
    let dir = copy_of(world.dir());
    let second = Platform::serve(dir.path(), world.options()).await.unwrap();
    let here = world.terminal("230202-0001").await;
    let there = here.at(&format!("https://{}", second.addr));
    let neighbour = world.terminal("230202-0002").await;
    for round in 0..4 {
        let batch = cases(&here, 1 + round * 8..1 + (round + 1) * 8);
        let beside = cases(&neighbour, 1 + round * 8..1 + (round + 1) * 8);
        let (one, two, _) =
            tokio::join!(here.send(batch.clone()), there.send(batch.clone()), neighbour.send(beside));
        assert_eq!(one, two);
        assert_eq!(here.send(batch).await, one);
    }
    world.pass(60);
    let (one, two) = (here.changes("").await, there.changes("").await);
    assert_eq!((one.changes.len(), one.cursor.as_str()), (32 * 3, "c96"));
    assert_eq!(one.changes, two.changes);
    let cases = world.platform().cases().unwrap();
    let different: BTreeSet<_> = cases.iter().map(|case| case.case_number.0.clone()).collect();
    assert_eq!((cases.len(), different.len()), (64, 64));
    second.stop().await.unwrap();
    world.stop().await;
}

async fn one_killed_in_the_middle_loses_nothing(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let (mut accepted, mut in_the_middle) = (BTreeSet::new(), 0);
    for round in 0..ROUNDS {
        let mut doomed = Program::start(world.dir());
        let batch = cases(&terminal, 1 + round * ITEMS..1 + (round + 1) * ITEMS);
        let there = terminal.at(&doomed.url);
        let sending = tokio::spawn({
            let batch = batch.clone();
            async move { there.try_send(batch).await }
        });
        in_the_middle += u32::from(world.sees_a_transaction(|| sending.is_finished()).await);
        doomed.kill();
        let first = sending.await.unwrap();
        let verdicts = terminal.send(batch).await;
        assert!(first.is_err() || first.is_ok_and(|first| first == verdicts), "an answer was changed");
        accepted.extend(numbers(&verdicts));
    }
    assert!(in_the_middle > 0, "no server was killed within a transaction");
    assert_eq!(accepted.len() as u64, ROUNDS * ITEMS, "each case has its own number");
    assert_eq!(world.platform().cases().unwrap().len() as u64, ROUNDS * ITEMS);
    assert_eq!(terminal.changes("").await.changes.len() as u64, ROUNDS * ITEMS);
    world.stop().await;
}

async fn one_told_to_stop_answers_what_it_took(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let mut in_the_middle = false;
    for round in 0..ROUNDS {
        if in_the_middle {
            break;
        }
        let mut server = Program::start(world.dir());
        let batch = cases(&terminal, 1 + round * ITEMS..1 + (round + 1) * ITEMS);
        let sending = tokio::spawn({
            let (there, batch) = (terminal.at(&server.url), batch.clone());
            async move { there.try_send(batch).await }
        });
        in_the_middle = world.sees_a_transaction(|| sending.is_finished()).await;
        server.ask_to_stop();
        let verdicts = sending.await.unwrap().unwrap();
        assert_eq!(server.ended().code(), Some(0));
        assert!(TcpStream::connect(server.address()).await.is_err(), "others are refused");
        assert_eq!(terminal.send(batch).await, verdicts, "what was answered is kept");
    }
    assert!(in_the_middle, "each was quicker than its signal");
    world.stop().await;
}
