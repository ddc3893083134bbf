//! The short form of the campaign that kills a terminal's store and client; the long one is `./x torture kill-store`.
#![allow(clippy::unwrap_used)]

use std::process::Command;

/// The campaign with so many kills, and what it printed.
fn campaign(arguments: &[&str]) -> (bool, String) {
    let mut torture = Command::new(env!("CARGO_BIN_EXE_torture"));
    let output = torture.arg("kill-store").args(["--seed", "20261124"]).args(arguments).output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn what_a_killed_terminal_said_is_at_the_platform_once() {
    let (passed, text) = campaign(&["--cases", "40"]);
    assert!(passed, "{text}");
    assert!(text.contains("kill-store: 40 cases, 0 violations"), "{text}");
    let never = text.lines().find(|line| line.trim_start().starts_with("0 "));
    assert_eq!(never, None, "something never came up:\n{text}");
}

#[test]
fn a_store_that_is_put_back_behind_a_kill_is_found_out() {
    let (passed, text) = campaign(&["--cases", "40", "--planted", "store-put-back"]);
    assert!(!passed, "{text}");
    // Whichever the first kill takes back: an item, or steps alone.
    let lost = ["was said to be stored, and the store does not know it", "steps of the trail it shows"];
    assert!(lost.iter().any(|lost| text.contains(lost)), "{text}");
}

#[test]
fn a_platform_that_loses_an_item_is_found_out() {
    let (passed, text) = campaign(&["--cases", "40", "--planted", "platform-forgets"]);
    assert!(!passed, "{text}");
    assert!(text.contains("and the platform never had it"), "{text}");
}
