//! The terminal's end of the line: drains the outbox, asks, pulls changes and catalogues, enrols.
//!
//! ```text
//! kiosk-store ──SyncStore──► Runner ──Transport──► platform
//!                              │ plans with sync::Machine (pure, virtual time)
//!                              └─Handle──► link, catalogue, ask, wake
//! ```
//!
//! * [`enrol::enrol`] turns a ticket into an [`identity::Identity`]: the key is made here and never leaves.
//! * [`sync::Machine`] decides what to do next; it knows no clock, network, store or random source.
//! * [`Runner`] carries the decisions out, one request at a time. An item leaves the outbox only when
//!   its verdict is on disk; whatever was lost on the way is sent again under the same identity.
//! * Files of cases lie in the store, sealed, until the platform has all of them; they take turns with items.
//! * [`renewal::Renewer`] renews the certificate from its half life on, beside the sync.
//! * What a city sets from afar comes with what is published, and is told back once it is in force or refused.
//! * [`Handle::ask`] asks for a resident, at once, beside the sync. Nothing of it is stored.
//!
//! Neither logs nor errors carry personal data: no body, no answer and no parser's message goes there.

pub mod deadlines;
pub mod enrol;
mod files;
pub mod http;
pub mod identity;
mod port;
pub mod renewal;
mod runner;
pub mod sync;
mod tls;
mod transport;

pub use http::{HttpTransport, Look, Offer};
pub use identity::Identity;
pub use port::{StoreFault, SyncStore};
pub use runner::{AskError, Clock, Configured, Handle, LinkState, Me, Orders, Runner, SystemClock, Worker};
pub use transport::{Answer, Chunk, Transport, TransportError};
