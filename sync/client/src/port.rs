//! The port to the store: what the sync needs of it. All calls block.

use std::time::Duration;

use jiff::Timestamp;
use kiosk_protocol::catalogue::CatalogueBundle;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::ItemId;
use kiosk_protocol::item::Item;
use kiosk_protocol::journal::Countersigned;
use kiosk_protocol::revocation::Revocations;
use kiosk_protocol::trust::Trusted;
use kiosk_protocol::wire::{Change, Command, CommandResult, HeadReport, ItemAnswer, Place};
use kiosk_store::{KeptConfiguration, KeptTrust, News, Store, StoreError, WaitingFile};
use uuid::Uuid;

/// The store could not do it; the call is made again later.
#[derive(Debug, thiserror::Error)]
#[error("the store failed")]
pub struct StoreFault(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// The outbox, the cursor, what is published, the files and the journal's head.
pub trait SyncStore: Send + Sync + 'static {
    /// Unsettled items whose time has come, oldest first, in order within their lane; at least one
    /// where there is one, however large.
    fn due(&self, now: Timestamp, items_max: usize, bytes_max: usize) -> Result<Vec<Item>, StoreFault>;
    /// Keeps the verdicts; once it returns they are on disk.
    fn settle(&self, answers: &[ItemAnswer]) -> Result<(), StoreFault>;
    /// Keeps the items back until then and remembers why.
    fn postpone(&self, ids: &[ItemId], until: Timestamp, reason: &str) -> Result<(), StoreFault>;
    /// When the next item is due.
    fn next_due(&self) -> Result<Option<Timestamp>, StoreFault>;
    /// Where the downlink stands.
    fn cursor(&self) -> Result<Option<String>, StoreFault>;
    /// Keeps changes and cursor in one transaction.
    fn apply_changes(&self, changes: &[Change], cursor: &str) -> Result<(), StoreFault>;
    /// The catalogue kept.
    fn catalogue(&self) -> Result<Option<CatalogueBundle>, StoreFault>;
    /// What is trusted; nothing before the first.
    fn trusted(&self) -> Result<Option<KeptTrust>, StoreFault>;
    /// Keeps what was verified, and the files it names where those are others, in one transaction.
    fn keep_trusted(&self, trusted: &Trusted, news: News) -> Result<(), StoreFault>;
    /// What was set from afar and is in force.
    fn configurations(&self) -> Result<Vec<KeptConfiguration>, StoreFault>;
    /// Keeps for how long this terminal has run since.
    fn keep_trust_run(&self, run: Duration) -> Result<(), StoreFault>;
    /// The oldest command that waits.
    fn next_command(&self) -> Result<Option<Command>, StoreFault>;
    /// Marks a command as begun; false where it was before.
    fn begin_command(&self, id: Uuid) -> Result<bool, StoreFault>;
    /// Keeps what came of a command. A result that is there stays.
    fn finish_command(&self, id: Uuid, result: &CommandResult) -> Result<(), StoreFault>;
    /// Ends what was begun when the terminal went down.
    fn interrupt_commands(&self) -> Result<(), StoreFault>;
    /// The oldest result the platform was not told.
    fn untold_result(&self) -> Result<Option<(Uuid, CommandResult)>, StoreFault>;
    /// The platform has the result.
    fn result_told(&self, id: Uuid) -> Result<(), StoreFault>;
    /// The files the platform does not have yet.
    fn files(&self) -> Result<Vec<WaitingFile>, StoreFault>;
    /// Bytes of a file from the offset on, so many.
    fn read_file(&self, file: &Digest, offset: u64, bytes: usize) -> Result<Vec<u8>, StoreFault>;
    /// Removes a file the platform confirmed whole.
    fn remove_file(&self, file: &Digest) -> Result<(), StoreFault>;
    /// Where the journal stands, signed; nothing where the platform countersigned that already.
    fn head_to_show(&self) -> Result<Option<HeadReport>, StoreFault>;
    /// Where it stood at an earlier row, signed; nothing where there is no such row.
    fn head_at(&self, seq: u64) -> Result<Option<HeadReport>, StoreFault>;
    /// Keeps a countersignature by the platform of the enrolment; whether it is one.
    fn keep_countersigned(&self, shown: &Countersigned) -> Result<bool, StoreFault>;
    /// Goes on in this epoch.
    fn begin_epoch(&self, epoch: u32) -> Result<(), StoreFault>;
    /// The version of the list of revocations that is kept; 0 where there is none.
    fn revocations_version(&self) -> Result<u64, StoreFault>;
    /// Keeps a newer list of revocations that was verified.
    fn keep_revocations(&self, version: u64, list: Revocations) -> Result<(), StoreFault>;
    /// Whether the platform said last that this terminal has no rights.
    fn is_suspended(&self) -> Result<bool, StoreFault>;
    /// Keeps what it says now.
    fn keep_suspended(&self, is_suspended: bool) -> Result<(), StoreFault>;
}

impl From<StoreError> for StoreFault {
    fn from(error: StoreError) -> Self {
        Self(error.into())
    }
}

impl SyncStore for Store {
    fn due(&self, now: Timestamp, items_max: usize, bytes_max: usize) -> Result<Vec<Item>, StoreFault> {
        Ok(Store::due(self, now, items_max, bytes_max)?)
    }

    fn settle(&self, answers: &[ItemAnswer]) -> Result<(), StoreFault> {
        Ok(Store::settle(self, answers)?)
    }

    fn postpone(&self, ids: &[ItemId], until: Timestamp, reason: &str) -> Result<(), StoreFault> {
        Ok(Store::postpone(self, ids, until, reason)?)
    }

    fn next_due(&self) -> Result<Option<Timestamp>, StoreFault> {
        Ok(Store::next_due(self)?)
    }

    fn cursor(&self) -> Result<Option<String>, StoreFault> {
        Ok(Store::cursor(self)?)
    }

    fn apply_changes(&self, changes: &[Change], cursor: &str) -> Result<(), StoreFault> {
        Ok(Store::apply_changes(self, changes, cursor)?)
    }

    fn catalogue(&self) -> Result<Option<CatalogueBundle>, StoreFault> {
        Ok(Store::catalogue(self)?)
    }

    fn trusted(&self) -> Result<Option<KeptTrust>, StoreFault> {
        Ok(Store::trusted(self)?)
    }

    fn keep_trusted(&self, trusted: &Trusted, news: News) -> Result<(), StoreFault> {
        Ok(Store::keep_trusted(self, trusted, news)?)
    }

    fn configurations(&self) -> Result<Vec<KeptConfiguration>, StoreFault> {
        Ok(Store::configurations(self)?)
    }

    fn keep_trust_run(&self, run: Duration) -> Result<(), StoreFault> {
        Ok(Store::keep_trust_run(self, run)?)
    }

    fn next_command(&self) -> Result<Option<Command>, StoreFault> {
        Ok(Store::next_command(self)?)
    }

    fn begin_command(&self, id: Uuid) -> Result<bool, StoreFault> {
        Ok(Store::begin_command(self, id)?)
    }

    fn finish_command(&self, id: Uuid, result: &CommandResult) -> Result<(), StoreFault> {
        Ok(Store::finish_command(self, id, result)?)
    }

    fn interrupt_commands(&self) -> Result<(), StoreFault> {
        Ok(Store::interrupt_commands(self)?)
    }

    fn untold_result(&self) -> Result<Option<(Uuid, CommandResult)>, StoreFault> {
        Ok(Store::untold_result(self)?)
    }

    fn result_told(&self, id: Uuid) -> Result<(), StoreFault> {
        Ok(Store::result_told(self, id)?)
    }

    fn files(&self) -> Result<Vec<WaitingFile>, StoreFault> {
        Ok(Store::files(self)?)
    }

    fn read_file(&self, file: &Digest, offset: u64, bytes: usize) -> Result<Vec<u8>, StoreFault> {
        Ok(Store::read_file(self, file, offset, bytes)?)
    }

    fn remove_file(&self, file: &Digest) -> Result<(), StoreFault> {
        Ok(Store::remove_file(self, file)?)
    }

    fn head_to_show(&self) -> Result<Option<HeadReport>, StoreFault> {
        let behind = Store::last_shown(self)?.map(|row| Place { seq: row.seq, hash: row.head });
        Ok(Store::head_to_show(self)?.map(|head| HeadReport { key: self.journal_key(), head, behind }))
    }

    fn head_at(&self, seq: u64) -> Result<Option<HeadReport>, StoreFault> {
        let head = Store::head_at(self, seq)?;
        Ok(head.map(|head| HeadReport { key: self.journal_key(), head, behind: None }))
    }

    fn keep_countersigned(&self, shown: &Countersigned) -> Result<bool, StoreFault> {
        Ok(Store::keep_countersigned(self, shown)?)
    }

    fn begin_epoch(&self, epoch: u32) -> Result<(), StoreFault> {
        Ok(Store::begin_epoch(self, epoch)?)
    }

    fn revocations_version(&self) -> Result<u64, StoreFault> {
        Ok(Store::revocations(self)?.version)
    }

    fn keep_revocations(&self, version: u64, list: Revocations) -> Result<(), StoreFault> {
        Ok(Store::keep_revocations(self, version, list)?)
    }

    fn is_suspended(&self) -> Result<bool, StoreFault> {
        Ok(Store::suspension(self)?.is_some())
    }

    fn keep_suspended(&self, is_suspended: bool) -> Result<(), StoreFault> {
        Ok(Store::keep_suspended(self, is_suspended)?)
    }
}
