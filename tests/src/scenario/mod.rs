//! Scenarios: what a tester writes, line by line, and how it is played.
//!
//! The format is described in `tests/field/README.md`.

mod page;
mod parse;
mod play;
mod step;
mod words;

pub use parse::{BadScenario, parse};
pub use play::{Told, Unmet, play};
pub use step::{Action, Case, Expectation, Scenario, Step, Wanted};
