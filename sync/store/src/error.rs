//! What can go wrong in the store.

use kiosk_protocol::limits::{CATALOGUE_BYTES_MAX, FILE_BYTES_MAX};
use rusqlite::ErrorCode;

use crate::key::KeyError;
use crate::limits::{ITEM_BYTES_MAX, TECHNICIANS_MAX, TRAIL_EVENTS_MAX};

/// Why a call failed. Unless said otherwise, nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The key does not open the file, or its first page is damaged. Cure: bring the key file that
    /// belongs to this store; without it the store cannot be read by anybody.
    #[error("the key does not open the store")]
    WrongKey,
    /// The key could not be had.
    #[error("no key for the store")]
    Key(#[from] KeyError),
    /// Another process, or another handle of this one, has the store open. Cure: stop `kiosk run` first.
    #[error("the store is in use by another process")]
    InUse,
    /// The disk is full. Cure: free space; the store goes on by itself.
    #[error("the disk is full")]
    Full,
    /// The disk or the file cannot be written. Cure: check the mount and the owner of the directory.
    #[error("the store is read-only")]
    ReadOnly,
    /// The file is damaged, or holds what this program never writes. Cure: replace the disk and enrol anew.
    #[error("the store is damaged: {0}")]
    Corrupt(String),
    /// The disk failed. The store goes on by itself once the disk does. Cure: check the disk and its cable.
    #[error("input/output error: {0}")]
    Io(String),
    /// The disk failed while a change was being completed. It may be kept or not; whoever handed it over asks the store
    /// again, or hands the same case over once more. Cure: as for `Io`.
    #[error("a change may be kept or not: {0}")]
    InDoubt(String),
    /// A newer program wrote the store. Cure: install that version again.
    #[error("the store has schema {found}, this program knows {known}")]
    NewerSchema {
        /// What the file has.
        found: u32,
        /// The newest this program knows.
        known: u32,
    },
    /// The program was linked with a database library that must not be used. Cure: build it as the workspace does.
    #[error("unfit database library: {0}")]
    Library(String),
    /// An item, trail or catalogue over its limit.
    #[error("too big: {0}")]
    TooBig(TooBig),
    /// The catalogue offered is older than the one in force; it stays.
    #[error("catalogue {offered} is older than {have}")]
    OlderCatalogue {
        /// The version in force.
        have: u64,
        /// The version offered.
        offered: u64,
    },
    /// The configuration offered is older than the one in force; it stays.
    #[error("configuration {offered} is older than {have}")]
    OlderConfiguration {
        /// The version in force.
        have: u64,
        /// The version offered.
        offered: u64,
    },
    /// The list of revocations offered is older than the one in force; it stays.
    #[error("revocations {offered} are older than {have}")]
    OlderRevocations {
        /// The version in force.
        have: u64,
        /// The version offered.
        offered: u64,
    },
    /// Another call did not end in time: its disk stands still. Trying again later is safe.
    #[error("the store is busy with another call")]
    Busy,
    /// A defect of this program; the store goes on with the next call.
    #[error("internal error of the store")]
    Internal,
    /// Anything else, in the library's words.
    #[error("store error: {0}")]
    Unknown(String),
}

/// What was over its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooBig {
    /// The body of an item.
    #[error("an item has at most {ITEM_BYTES_MAX} bytes")]
    Item,
    /// A file of a case.
    #[error("a file has 1 to {FILE_BYTES_MAX} bytes")]
    File,
    /// The events of one call.
    #[error("a call has at most {TRAIL_EVENTS_MAX} trail events")]
    Trail,
    /// A catalogue.
    #[error("a catalogue has at most {CATALOGUE_BYTES_MAX} bytes")]
    Catalogue,
    /// The roster of technicians.
    #[error("a roster has at most {TECHNICIANS_MAX} technicians")]
    Roster,
    /// A number that does not fit the database's 63 bits.
    #[error("number out of range")]
    Number,
}

/// `SQLITE_IOERR_SHMSIZE`: the shared-memory file of the WAL could not grow, which is a full disk.
const IOERR_SHMSIZE: i32 = rusqlite::ffi::SQLITE_IOERR_SHMSIZE;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let text = error.to_string();
        let Some(failure) = error.sqlite_error() else { return Self::of_rust_side(&error, text) };
        #[expect(clippy::wildcard_enum_match_arm, reason = "a foreign list that grows with SQLite")]
        match failure.code {
            ErrorCode::DiskFull => Self::Full,
            _ if failure.extended_code == IOERR_SHMSIZE => Self::Full,
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Self::ReadOnly,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::ConstraintViolation => {
                Self::Corrupt(text)
            }
            ErrorCode::SystemIoFailure | ErrorCode::CannotOpen => Self::Io(text),
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::InUse,
            _ => Self::Unknown(text),
        }
    }
}

impl StoreError {
    /// Errors of reading a row: a value of another type or range than is ever written.
    fn of_rust_side(error: &rusqlite::Error, text: String) -> Self {
        let is_odd_value = matches!(
            error,
            rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::InvalidColumnType(..)
        );
        if is_odd_value { Self::Corrupt(text) } else { Self::Unknown(text) }
    }

    /// An error of the file system around the database.
    pub(crate) fn of_file(error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        #[expect(clippy::wildcard_enum_match_arm, reason = "a foreign list that grows with the library")]
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full,
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => Self::ReadOnly,
            _ => Self::Io(error.to_string()),
        }
    }

    /// The same error at the end of a transaction. A log that is full lacks the mark that makes the change count; of any
    /// other failure nobody knows what reached the disk.
    pub(crate) fn of_commit(self) -> Self {
        let is_unknown = matches!(self, Self::Io(_) | Self::Corrupt(_) | Self::Unknown(_));
        if is_unknown { Self::InDoubt(self.to_string()) } else { self }
    }

    /// Whether it may have left the connection unusable, though the disk be well again.
    pub(crate) fn is_of_connection(&self) -> bool {
        let failed = matches!(self, Self::Io(_) | Self::InDoubt(_) | Self::Corrupt(_) | Self::Unknown(_));
        failed || matches!(self, Self::ReadOnly | Self::WrongKey)
    }

    /// A stored text that does not parse.
    pub(crate) fn unreadable(what: &str) -> Self {
        Self::Corrupt(format!("{what} cannot be read"))
    }
}
