//! What was kept cannot be changed or removed, whoever writes to the database.

use std::collections::BTreeSet;

use crate::world::World;

stories! {
    partitioned too:
    what_was_kept_stays_as_it_was,
    every_table_is_append_only_or_changes_by_design,
}

/// The tables that are only added to, with one column and the number of all.
const APPEND_ONLY: [(&str, &str, usize); 16] = [
    ("items", "terminal", 7),
    ("quarantine", "terminal", 7),
    ("alarms", "terminal", 5),
    ("cases", "terminal", 11),
    ("case_steps", "terminal", 5),
    ("case_changes", "terminal", 6),
    ("case_files", "terminal", 6),
    ("ratings", "terminal", 5),
    ("accesses", "terminal", 8),
    ("pages", "number", 3),
    ("journals", "terminal", 4),
    ("heads", "terminal", 5),
    ("packages", "service", 4),
    ("catalogues", "version", 2),
    ("metadata", "role", 4),
    ("target_files", "name", 3),
];
/// Those whose rows change; `README.md` says why.
const CHANGED: [&str; 9] = [
    "tickets",
    "terminals",
    "case_numbers",
    "consumers",
    "commands",
    "files",
    "file_chunks",
    "configuration_reports",
    "schema_version",
];

async fn what_was_kept_stays_as_it_was(world: World) {
    for (table, column, columns) in APPEND_ONLY {
        // Both databases make a number, a text or bytes of it, as the column wants.
        let row = vec!["'77'"; columns].join(", ");
        world.change(&format!("INSERT INTO {table} VALUES ({row})")).await;
        let mut changes = vec![
            format!("UPDATE {table} SET {column} = '78' WHERE {column} = '77'"),
            format!("DELETE FROM {table} WHERE {column} = '77'"),
        ];
        if world.is_on_postgres() {
            changes.push(format!("TRUNCATE {table}"));
        }
        for change in &changes {
            // A partition refuses under its own name.
            let said = world.try_change(change).await.unwrap_err();
            assert!(said.starts_with(table) && said.ends_with(" is append-only"), "{change}: {said}");
        }
        world.unguard(table).await;
        assert_eq!(world.try_change(&changes[0]).await, Ok(1), "{table}: something else refused");
    }
    world.stop().await;
}

async fn every_table_is_append_only_or_changes_by_design(world: World) {
    let sorted = APPEND_ONLY.iter().map(|(table, _, _)| *table).chain(CHANGED);
    let sorted: BTreeSet<String> = sorted.map(str::to_owned).collect();
    let is_own = |table: &String| !table.starts_with("sqlite_");
    let found: BTreeSet<String> = world.tables().await.into_iter().filter(is_own).collect();
    let new: Vec<_> = found.difference(&sorted).collect();
    assert!(new.is_empty(), "say whether these are append-only: {new:?}");
    world.stop().await;
}
