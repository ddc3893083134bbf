//! A printer of whole pages: an IPP server (RFC 8010, RFC 8011) on loopback that takes its time over each sheet and keeps
//! what it printed as files. It can show the states other programs' printers never do: stopped, jammed, doors open.
//!
//! [`model`] is pure, `codec` and `operations` turn messages into its calls, [`reply`] spoils what goes back, [`socket`] holds
//! plug and HTTP.

mod codec;
mod model;
mod operations;
mod pages;
mod reply;
mod socket;
mod state;

pub(crate) use codec::question;
pub use model::{Job, JobState, PagePrinter, Sheets};
pub use pages::PrintedJob;
pub use reply::{Reply, replayed, reply};
pub use socket::Socket;
pub use state::PagePrinterState;
