//! The short form of the campaign that kills the process; the long one is `./x torture kill-store`.
#![allow(clippy::unwrap_used)]

use std::path::Path;

#[test]
fn a_killed_process_has_kept_what_it_said() {
    let program = Path::new(env!("CARGO_BIN_EXE_crash"));
    let outcome = kiosk_crash::kill::run(program, 60, 20_261_124).unwrap();
    assert_eq!(outcome.violations, Vec::<String>::new());
    assert_eq!(outcome.kills, 60);
    assert!(outcome.returned > 0, "it was never killed at work");
}
