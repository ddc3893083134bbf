//! The short form of the campaign that kills a terminal's store and client; the long one is `./x torture kill-store`.
#![allow(clippy::unwrap_used)]

use std::process::Command;

#[test]
fn what_a_killed_terminal_said_is_at_the_platform_once() {
    let mut torture = Command::new(env!("CARGO_BIN_EXE_torture"));
    let output = torture.args(["kill-store", "--cases", "40", "--seed", "20261124"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("kill-store: 40 cases, 0 violations"), "{text}");
    let never = text.lines().find(|line| line.trim_start().starts_with("0 "));
    assert_eq!(never, None, "something never came up:\n{text}");
}
