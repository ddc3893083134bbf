//! What to do next, as a pure machine. Time comes in as the duration since the start, on a clock that
//! never jumps; chance comes in as a seeded generator.

mod link;
mod machine;
mod settings;
mod suspicion;
mod uploads;

pub use link::{Link, OfflineReason};
pub use machine::{Blame, Machine, Step};
pub use settings::Settings;
pub(crate) use settings::jitter;
pub use uploads::Part;

#[cfg(test)]
mod blame_tests;
#[cfg(test)]
mod file_tests;
#[cfg(test)]
mod gather_tests;
#[cfg(test)]
mod reach_tests;
#[cfg(test)]
mod tests;
