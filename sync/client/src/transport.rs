//! The port to the platform.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use kiosk_protocol::crypto::Digest;
use kiosk_protocol::trust::{Described, Offered};
use kiosk_protocol::wire::{
    Ask, Batch, BatchAnswer, Changes, CommandResult, ConfigurationReport, HeadAnswer, HeadReport, Problem,
    Reply,
};
use uuid::Uuid;

/// An answer to come.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, TransportError>> + Send + 'a>>;

/// What carries requests to the platform. Every call ends by its own deadline; it does not retry.
pub trait Transport: Send + Sync + 'static {
    /// Sends a batch.
    fn batch<'a>(&'a self, batch: &'a Batch) -> Answer<'a, BatchAnswer>;
    /// Fetches what changed since the cursor; everything where there is none.
    fn changes<'a>(&'a self, cursor: Option<&'a str>) -> Answer<'a, Changes>;
    /// Fetches what is published, with the roots behind version `root` (0 where none is trusted yet).
    fn metadata(&self, root: u64) -> Answer<'_, Offered>;
    /// Fetches a file that is published. What is longer than it says is not read.
    fn target<'a>(&'a self, name: &'a str, file: &'a Described) -> Answer<'a, Vec<u8>>;
    /// Shows where the journal stands.
    fn head<'a>(&'a self, report: &'a HeadReport) -> Answer<'a, HeadAnswer>;
    /// Tells what came of a command.
    fn command_result<'a>(&'a self, id: &'a Uuid, result: &'a CommandResult) -> Answer<'a, ()>;
    /// Tells what is in force of what was set from afar.
    fn configuration_report<'a>(&'a self, report: &'a ConfigurationReport) -> Answer<'a, ()>;
    /// Asks.
    fn ask<'a>(&'a self, ask: &'a Ask) -> Answer<'a, Reply>;
    /// Asks how much of a file the platform has; nothing where it was never begun there.
    fn file_offset<'a>(&'a self, file: &'a Digest) -> Answer<'a, Option<u64>>;
    /// Begins a file of so many bytes, or finds it begun; tells how much of it the platform has.
    fn begin_file<'a>(&'a self, file: &'a Digest, bytes: u64) -> Answer<'a, u64>;
    /// Sends a chunk; tells how much of its file the platform has now, also where the chunk does not fit there.
    fn chunk<'a>(&'a self, chunk: &'a Chunk) -> Answer<'a, u64>;
}

/// A piece of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The file.
    pub file: Digest,
    /// Where the piece begins.
    pub offset: u64,
    /// The piece.
    pub bytes: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No connection, or it broke. Cure: cable, router, platform.
    #[error("the platform cannot be reached")]
    Unreachable,
    /// Somebody answered who is not the platform. Cure: address, intercepting proxy, clock.
    #[error("the server is not the platform this terminal was enrolled at")]
    Untrusted,
    /// Connected, but no answer by the deadline.
    #[error("the platform did not answer in time")]
    TimedOut,
    /// The platform will not do this.
    #[error("the platform refused: {kind} ({status})", kind = .0.kind, status = .0.status)]
    Refused(Problem),
    /// The platform is busy; ask again after this time.
    #[error("the platform is busy for {} s", .0.as_secs())]
    RetryAfter(Duration),
    /// The platform does not accept this terminal. Cure: enrol again, or reactivate the terminal.
    #[error("the platform does not accept this terminal")]
    Unauthorised,
    /// The platform took this terminal's rights, or gave them to another key. Cure: its operator readmits it, or a new ticket.
    #[error("the platform took this terminal's rights")]
    Suspended,
    /// The answer is not what the protocol says.
    #[error("the platform's answer is unusable: {0}")]
    BadAnswer(&'static str),
}
