//! Bytes to types and back; no input or output here.

pub mod command;
mod condition;
mod input;
mod job;
mod layout;
mod qr;
mod raster;
mod repertoire;
mod text;

pub use condition::Condition;
pub use input::{Classifier, Input};
pub use job::Job;
