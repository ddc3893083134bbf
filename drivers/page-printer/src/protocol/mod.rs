//! IPP messages: bytes to types and back. No clock, no socket; every reader takes any bytes.

mod answer;
mod gate;
mod job;
mod printer;
pub mod raster;
mod reason;
mod request;

pub use answer::{Answer, NoAnswer};
pub use job::{Job, JobState, Judgement, judge};
pub use printer::{Printer, PrinterState};
pub use reason::{Reason, Reasons};
pub use request::{Form, Requests, Ticket};
