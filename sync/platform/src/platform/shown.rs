//! What a platform shows its operators.

use jiff::Timestamp;
use kiosk_protocol::configuration::ConfigurationFile;
use kiosk_protocol::crypto::VerifyingKey;
use kiosk_protocol::ids::{CaseNumber, Key, PageNumber, TerminalId};
use kiosk_protocol::item::{FileRef, Media};
use kiosk_protocol::journal::Countersigned;
use kiosk_protocol::revocation::Revocations;
use zeroize::Zeroizing;

use super::Platform;
use crate::error::PlatformError;
use crate::keys::Keys;
use crate::pages::{self, Facts};
use crate::revocations;
use crate::store::{AlarmRow, CaseRow, CommandRow, QuarantineRow, StoreError};
use crate::twin::{self, TerminalRow};

/// A file of a case. About a person: zeroed when dropped.
pub struct OpenFile {
    /// Which of the materials it is.
    pub material: Key,
    /// What it is.
    pub media: Media,
    /// The file.
    pub bytes: Zeroizing<Vec<u8>>,
}

impl Platform {
    /// All commands and what came of them, oldest first.
    ///
    /// # Errors
    /// The database fails.
    pub fn commands(&self) -> Result<Vec<CommandRow>, PlatformError> {
        Ok(self.store.read(|tx| tx.commands())?)
    }

    /// What is set from afar: for all terminals first, then for single ones.
    ///
    /// # Errors
    /// The database fails.
    pub fn configurations(&self) -> Result<Vec<ConfigurationFile>, PlatformError> {
        self.store.read(twin::desired)
    }

    /// All terminals, with what is meant for each and what is in force there.
    ///
    /// # Errors
    /// The database fails.
    pub fn terminals(&self) -> Result<Vec<TerminalRow>, PlatformError> {
        self.store.read(twin::terminals)
    }

    /// All cases, oldest first.
    ///
    /// # Errors
    /// The database fails.
    pub fn cases(&self) -> Result<Vec<CaseRow>, PlatformError> {
        Ok(self.store.read(|tx| tx.cases(Timestamp::now()))?)
    }

    /// The files of a case, their seals open, as far as they are here whole.
    ///
    /// # Errors
    /// The database or a seal fails.
    pub fn files(&self, number: &CaseNumber) -> Result<Vec<OpenFile>, PlatformError> {
        let unsealing = Keys::open(&self.dir)?.unsealing;
        let named = self.store.read(|tx| tx.files_of(number))?;
        let files = named.into_iter().map(|(terminal, FileRef { material, media, suite, digest })| {
            let whole = self.store.read(|tx| match tx.file(&terminal, &digest)? {
                Some(held) if held.is_whole() => tx.file_bytes(&terminal, &digest).map(Some),
                Some(_) | None => Ok::<_, StoreError>(None),
            })?;
            let Some(sealed) = whole else { return Ok(None) };
            let bytes = unsealing.open_file(suite, &sealed).map_err(|_| StoreError::Unreadable("a seal"))?;
            Ok(Some(OpenFile { material, media, bytes }))
        });
        files.filter_map(Result::transpose).collect()
    }

    /// The newest head of a terminal's journal.
    ///
    /// # Errors
    /// It showed none, or the database fails.
    pub fn head(&self, terminal: &TerminalId) -> Result<Countersigned, PlatformError> {
        let shown = self.store.read(|tx| tx.newest_head(terminal))?;
        shown.ok_or_else(|| PlatformError::NoHead(terminal.clone()))
    }

    /// What a terminal's journal is verified with in an epoch.
    ///
    /// # Errors
    /// It was not told, or the database fails.
    pub fn journal_key(&self, terminal: &TerminalId, epoch: u32) -> Result<VerifyingKey, PlatformError> {
        let key = self.store.read(|tx| tx.journal_key(terminal, epoch))?;
        key.ok_or_else(|| PlatformError::NoHead(terminal.clone()))
    }

    /// All alarms, oldest first: journals that went back or contradict themselves, items of others, damaged files.
    ///
    /// # Errors
    /// The database fails.
    pub fn alarms(&self) -> Result<Vec<AlarmRow>, PlatformError> {
        Ok(self.store.read(|tx| tx.alarms())?)
    }

    /// The list of what was revoked, and its version.
    ///
    /// # Errors
    /// The database fails.
    pub fn revocations(&self) -> Result<(u64, Revocations), PlatformError> {
        self.store.read(revocations::newest)
    }

    /// All that was put aside for a human, oldest first.
    ///
    /// # Errors
    /// The database fails.
    pub fn quarantine(&self) -> Result<Vec<QuarantineRow>, PlatformError> {
        Ok(self.store.read(|tx| tx.quarantined())?)
    }

    /// Reason and source of every fetch of personal data, oldest first.
    ///
    /// # Errors
    /// The database fails.
    pub fn accesses(&self) -> Result<Vec<(String, String)>, PlatformError> {
        Ok(self.store.read(|tx| tx.accesses())?)
    }

    /// The facts of the page whose file this is.
    ///
    /// # Errors
    /// The file is no page of this platform, or a byte of it was changed.
    pub fn verify_page(&self, file: &[u8]) -> Result<Facts, PlatformError> {
        pages::of_file(&self.store, &Keys::open(&self.dir)?.pages.verifying_key(), file)
    }

    /// The facts of the page with this number. They say nothing of the paper the number was read from.
    ///
    /// # Errors
    /// No page of this platform has it.
    pub fn verify_page_number(&self, number: &PageNumber) -> Result<Facts, PlatformError> {
        pages::of_number(&self.store, &Keys::open(&self.dir)?.pages.verifying_key(), number)
    }
}
