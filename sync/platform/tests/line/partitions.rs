//! PostgreSQL: what grows is partitioned by the terminal, also of a platform that has a past. The stories of batches, files
//! and heads are told on partitions too.

use crate::world::{ALICE, World};

#[tokio::test]
async fn a_past_is_kept_when_it_is_partitioned() {
    let world = World::on_postgres().await;
    let (one, two) = (world.terminal("230202-0001").await, world.terminal("230202-0002").await);
    let (mine, theirs) = (one.item(1, one.withdrawal(ALICE)), two.item(1, two.withdrawal(ALICE)));
    let before = (one.send(vec![mine.clone()]).await, two.send(vec![theirs.clone(), mine.clone()]).await);
    world.change("SELECT partition_by_terminal(4)").await;
    assert_eq!(before, (one.send(vec![mine.clone()]).await, two.send(vec![theirs, mine]).await));
    assert_eq!(world.alarms(), ["foreign-item", "foreign-item"]);
    world.pass(60);
    assert_eq!(one.changes("").await.changes.len(), 3);
    assert_eq!(world.platform().cases().unwrap().len(), 2);
    world.stop().await;
}

#[tokio::test]
async fn each_terminal_has_one_partition_of_each_table_that_grows() {
    let world = World::partitioned().await;
    for name in 1..=9 {
        let terminal = world.terminal(&format!("230202-000{name}")).await;
        let items = [1, 2].map(|seq| terminal.item(seq, terminal.withdrawal(ALICE)));
        terminal.send(items.to_vec()).await;
    }
    for table in ["items", "case_changes", "case_steps"] {
        let homes =
            format!("SELECT terminal FROM {table} GROUP BY terminal HAVING count(DISTINCT tableoid) = 1");
        assert_eq!(world.try_change(&homes).await, Ok(9), "{table}");
        let used = format!("SELECT DISTINCT tableoid FROM {table}");
        assert!(world.try_change(&used).await.unwrap() > 1, "{table} is not partitioned");
    }
    world.stop().await;
}
