//! The key of the store: a port, and the files behind it.

mod disk;
mod file;
mod home;
mod seal;

use std::io;
use std::path::PathBuf;

use zeroize::Zeroizing;

pub(crate) use disk::sync_parent;
pub use file::KeyFile;
pub use home::{Keep, KeyHome};
pub use seal::{SealError, Sealer};

/// Bytes of the key: AES-256, as SQLCipher uses it.
pub const KEY_BYTES: usize = 32;

/// A raw key, zeroed when it is dropped.
pub type Key = Zeroizing<[u8; KEY_BYTES]>;

/// Where the key comes from, and how it is changed: `renew` puts the next one beside it, the database changes over to that one
/// in one transaction, `advance` puts it in the place of the old one. A cut in between leaves both, one of which opens.
pub trait KeyPort {
    /// The raw key of the store.
    fn key(&self) -> Result<Key, KeyError>;

    /// The key beside it, if a change was begun.
    fn next(&self) -> Result<Option<Key>, KeyError> {
        Ok(None)
    }

    /// Makes another next key, on disk when this returns. One that is there already must not open the store.
    fn renew(&self) -> Result<Key, KeyError> {
        Err(KeyError::Fixed)
    }

    /// Puts the next key in the place of the key, on disk when this returns.
    fn advance(&self) -> Result<(), KeyError> {
        Err(KeyError::Fixed)
    }
}

/// Why there is no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// There is no file. Cure: set the terminal up; a store that exists needs the file it was made with.
    #[error("key file {} is missing", .0.display())]
    Missing(PathBuf),
    /// A key is never overwritten: the store behind it would be lost.
    #[error("key file {} exists already", .0.display())]
    Exists(PathBuf),
    /// Others than the owner have rights on it. Cure: `chmod 600`.
    #[error("key file {} has mode {mode:o}, others could read it: run chmod 600 {}", path.display(), path.display())]
    OpenToOthers {
        /// The file.
        path: PathBuf,
        /// Its rights.
        mode: u32,
    },
    /// It is neither a file of 32 bytes nor a sealed key. Cure: bring the right file back; a set-up that was cut off is made again.
    #[error("key file {} is neither a file of {KEY_BYTES} bytes nor a sealed key", .0.display())]
    Size(PathBuf),
    /// The file system refused.
    #[error("key file {}: {kind}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        kind: io::ErrorKind,
    },
    /// The chip that seals the key does not do its part.
    #[error("key file {}", path.display())]
    Seal {
        /// The file.
        path: PathBuf,
        /// Why, with the cure.
        source: SealError,
    },
    /// This kind of key cannot be changed.
    #[error("the store's key cannot be changed here")]
    Fixed,
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    Random,
}
