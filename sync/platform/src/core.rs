//! A platform without its line: what a server does with a batch and with a poll. For campaigns in virtual time, which
//! carry requests themselves.

use kiosk_protocol::crypto::{Digest, SealingKey, VerifyingKey};
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::wire::file::checksum;
use kiosk_protocol::wire::{Batch, BatchAnswer, Changes, HeadAnswer, HeadReport, Problem};

use crate::heads;

use crate::server::{Centre, Terminal, changes, files, ingested};

/// The inside of one server.
pub struct Core(pub(crate) Centre);

impl Core {
    /// What terminals seal personal fields with.
    pub fn sealing_key(&self) -> SealingKey {
        self.0.keys.unsealing.sealing_key()
    }

    /// What terminals verify countersignatures with.
    pub fn heads_key(&self) -> VerifyingKey {
        self.0.keys.heads.verifying_key()
    }

    /// Answers a batch of a terminal.
    ///
    /// # Errors
    /// As the call `/v1/sync/batches`, once the body is read.
    pub fn batch(&self, terminal: &TerminalId, epoch: u32, batch: &Batch) -> Result<BatchAnswer, Problem> {
        let terminal = Terminal { id: terminal.clone(), epoch };
        ingested(&self.0, &terminal, &batch.items).map_err(Problem::from)
    }

    /// Answers a head of a terminal's journal.
    ///
    /// # Errors
    /// As the call `/v1/sync/head`.
    pub fn head(
        &self,
        terminal: &TerminalId,
        epoch: u32,
        report: &HeadReport,
    ) -> Result<HeadAnswer, Problem> {
        let terminal = Terminal { id: terminal.clone(), epoch };
        heads::weigh(&self.0, &terminal, report).map_err(Problem::from)
    }

    /// Answers a poll of a terminal.
    ///
    /// # Errors
    /// As the call `/v1/sync/changes`.
    pub fn changes(
        &self,
        terminal: &TerminalId,
        epoch: u32,
        cursor: Option<&str>,
    ) -> Result<Changes, Problem> {
        let terminal = Terminal { id: terminal.clone(), epoch };
        changes(&self.0, &terminal, cursor).map_err(Problem::from)
    }

    /// Begins a file, or finds it begun; answers how much of it is here.
    ///
    /// # Errors
    /// As the call `PUT /v1/files/{digest}`.
    pub fn begin_file(&self, terminal: &TerminalId, file: &Digest, bytes: u64) -> Result<u64, Problem> {
        files::begun(&self.0, terminal, file, bytes).map(|began| began.held.received).map_err(Problem::from)
    }

    /// How much of a file is here.
    ///
    /// # Errors
    /// As the call `HEAD /v1/files/{digest}`.
    pub fn file_offset(&self, terminal: &TerminalId, file: &Digest) -> Result<u64, Problem> {
        files::held(&self.0, terminal, file).map(|held| held.received).map_err(Problem::from)
    }

    /// Keeps a chunk that came with this checksum; answers how much of the file is here.
    ///
    /// # Errors
    /// As the call `PATCH /v1/files/{digest}`.
    pub fn chunk(
        &self,
        terminal: &TerminalId,
        file: &Digest,
        offset: u64,
        chunk: &[u8],
        claimed: &str,
    ) -> Result<u64, Problem> {
        if claimed != checksum(chunk) {
            return Err(files::mismatch().into());
        }
        let held = files::grown(&self.0, terminal, file, offset, chunk);
        held.map(|held| held.received).map_err(Problem::from)
    }
}
