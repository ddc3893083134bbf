//! The technician's commands, one file each.

pub mod devices;
pub mod doctor;
pub mod enrol;
pub mod journal;
pub mod published;
pub mod queue;
pub mod service;
pub mod store;
pub mod technician;

use std::io::Write;

use serde_json::Value;

use crate::control::{self, Question};
use crate::error::Failure;
use crate::setup::Setup;

/// Asks the running terminal, or the store itself where none runs.
fn ask_or_open(
    setup: &Setup,
    question: Question,
    read: impl FnOnce(&kiosk_store::Store) -> Result<Value, String>,
) -> Result<Value, Failure> {
    let running = control::ask(&setup.paths.control, &question).map_err(Failure::Control)?;
    let answer = match running {
        Some(answer) => answer,
        None => read(&setup.open_store(&setup.identity()?)?).map_err(Failure::Refused)?,
    };
    match answer.get("error") {
        Some(error) => Err(Failure::Refused(error.to_string())),
        None => Ok(answer),
    }
}

/// Writes to standard output; a reader that went away is not an error worth reporting.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
