//! Renewal of the terminal's certificate, with the same key: from its half life on, and for a while after its end.
//!
//! The new certificate lies beside the old one until the platform has answered to it; then it takes its place in one step.
//! `Machine` decides, `Renewer` does.

mod machine;
mod renewer;

pub use machine::{Machine, Step, Validity};
pub use renewer::Renewer;

#[cfg(test)]
mod tests;
