//! Commands: by cursor beside what became of cases; what came of each is kept once.

use jiff::{SignedDuration, Timestamp};
use kiosk_protocol::ids::{Key, TerminalId};
use kiosk_protocol::wire::{Change, Command, CommandResult, Outcome};
use uuid::Uuid;

use crate::world::{ALICE, Terminal, World, problem};

stories! {
    partitioned too:
    a_command_comes_by_cursor_until_something_came_of_it,
    the_first_result_counts_and_only_from_its_terminal,
    commands_and_cases_share_one_cursor,
    only_a_terminal_that_is_enrolled_can_be_asked,
}

fn queue(world: &World, terminal: &str, kind: &str) -> Uuid {
    let terminal = TerminalId::try_from(terminal.to_owned()).unwrap();
    let expires_at = Timestamp::now() + SignedDuration::from_hours(1);
    world.platform().command(&terminal, Key::try_from(kind).unwrap(), expires_at).unwrap()
}

fn commands(changes: &[Change]) -> Vec<&Command> {
    changes
        .iter()
        .filter_map(|change| match change {
            Change::Command(command) => Some(command),
            Change::Case { .. } => None,
        })
        .collect()
}

async fn tell(terminal: &Terminal, id: Uuid, outcome: Outcome) -> reqwest::Response {
    let result = CommandResult::new(outcome, "x");
    terminal.post(&format!("/v1/commands/{id}/result"), serde_json::to_vec(&result).unwrap()).await
}

async fn a_command_comes_by_cursor_until_something_came_of_it(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let id = queue(&world, "230202-0001", "report-status");
    let page = terminal.changes("").await;
    assert_eq!(commands(&page.changes)[0].id, id);
    assert!(terminal.changes(&page.cursor).await.changes.is_empty());
    assert_eq!(commands(&terminal.changes("").await.changes).len(), 1, "a lost page is asked for again");
    assert_eq!(tell(&terminal, id, Outcome::Done).await.status(), 204);
    assert!(terminal.changes("").await.changes.is_empty(), "a store made anew must not do it again");
    world.stop().await;
}

async fn the_first_result_counts_and_only_from_its_terminal(world: World) {
    let (one, two) = (world.terminal("230202-0001").await, world.terminal("230202-0002").await);
    let id = queue(&world, "230202-0001", "sync-now");
    assert!(two.changes("").await.changes.is_empty());
    let refused = tell(&two, id, Outcome::Done).await;
    assert_eq!(problem(refused).await, (404, "command-unknown".to_owned()));
    for outcome in [Outcome::Interrupted, Outcome::Done] {
        assert_eq!(tell(&one, id, outcome).await.status(), 204);
    }
    let rows = world.platform().commands().unwrap();
    let (result, _) = rows[0].result.clone().unwrap();
    assert_eq!((rows.len(), result.outcome), (1, Outcome::Interrupted));
    world.stop().await;
}

async fn commands_and_cases_share_one_cursor(world: World) {
    let terminal = world.terminal("230202-0001").await;
    queue(&world, "230202-0001", "sync-now");
    terminal.send(vec![terminal.item(1, terminal.withdrawal(ALICE))]).await;
    queue(&world, "230202-0001", "report-status");
    let page = terminal.changes("").await;
    let is_command = |change: &Change| matches!(change, Change::Command(_));
    assert_eq!(page.changes.iter().map(is_command).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(page.cursor, "c3");
    world.stop().await;
}

async fn only_a_terminal_that_is_enrolled_can_be_asked(world: World) {
    let nobody = TerminalId::try_from("230202-0009".to_owned()).unwrap();
    let kind = Key::try_from("sync-now").unwrap();
    assert!(world.platform().command(&nobody, kind, Timestamp::now()).is_err());
    world.stop().await;
}
