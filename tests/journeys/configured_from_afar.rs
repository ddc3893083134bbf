//! What a city sets reaches a running terminal, is in force, and is told back, on the real programs.

use kiosk_tests::deadlines::{FOUND, poll};
use kiosk_tests::world::{DisplayChoice, Plan, World};
use serde_json::Value;

/// Waits until the glass shows this screen.
fn comes_to(world: &World, screen: &str) {
    let shown = || world.glass.read().ok()?.screen().map(str::to_owned);
    let is_there = || (shown().as_deref() == Some(screen)).then_some(());
    poll(FOUND, is_there).unwrap_or_else(|| panic!("not {screen}: {:?}", shown()));
}

fn row(world: &World) -> Value {
    world.platform.terminals().unwrap().remove(0)
}

#[test]
fn a_terminal_is_closed_and_opened_again_and_the_platform_knows() {
    let out = tempfile::tempdir().unwrap();
    let plan = Plan { logs: out.path().to_owned(), display: DisplayChoice::Own, keep: false };
    let mut world = World::start(&plan).unwrap();
    comes_to(&world, "attract");
    let keys = out.path().join("keys.json");
    let set = |world: &World, json: &str| {
        std::fs::write(&keys, json).unwrap();
        world.platform.configure(&keys).unwrap();
    };
    set(
        &world,
        r#"{"closed": {"zh-CN": "检修中", "en": "Being serviced", "ru": "Обслуживание"}, "log": "debug"}"#,
    );
    comes_to(&world, "out-of-service");
    let is_told = || (row(&world)["standing"] == "in_force").then_some(());
    poll(FOUND, is_told).expect("the platform is not told");
    let told = row(&world);
    assert_eq!((&told["reported"]["all"], &told["desired"]["all"]), (&Value::from(1), &Value::from(1)));
    assert_eq!(told["reported"]["software"], env!("CARGO_PKG_VERSION"));

    world.terminal.kill();
    world.terminal.start(&world.glass).unwrap();
    comes_to(&world, "out-of-service");
    set(&world, r#"{"closed": null}"#);
    comes_to(&world, "attract");
}
