//! `kiosk doctor`: whether the terminal is ready to serve, each line with its cure.

use serde_json::json;

use super::say;
use crate::doctor::{self, Check, Level};
use crate::error::Failure;
use crate::setup::Setup;

/// Runs the command: exit code 0 where all is well, 1 where something wants attention, 2 where something fails.
pub fn run(setup: &Setup, as_json: bool) -> Result<(), Failure> {
    let checks = doctor::examine(setup)?;
    let worst = checks.iter().map(|check| check.level).max().unwrap_or(Level::Ok);
    if as_json {
        say(&json!({ "verdict": worst, "checks": checks }).to_string());
    } else {
        checks.iter().for_each(|check| say(&line(check)));
    }
    let count = |level| checks.iter().filter(|check| check.level == level).count();
    match worst {
        Level::Ok => Ok(()),
        Level::Warn => Err(Failure::Warned(format!("{} warnings", count(Level::Warn)))),
        Level::Fail => {
            let (failures, warnings) = (count(Level::Fail), count(Level::Warn));
            Err(Failure::NotReady(format!("{failures} failures, {warnings} warnings")))
        }
    }
}

fn line(check: &Check) -> String {
    let cure = check.cure.as_ref().map(|cure| format!("; {cure}")).unwrap_or_default();
    format!("{:<4} {:<22} {}{cure}", check.level.word(), check.name, check.says)
}
