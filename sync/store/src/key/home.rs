//! Where a terminal keeps its key: one file, in the plain or sealed by a chip.
//!
//! Which of the two it is, the file says itself: 32 bytes are a key, and what begins with a mark a chip must open. The
//! configuration says how the next key is kept. So a change of the key is also the way from one to the other: both lie under the same
//! names, one renaming swaps them, and there is no moment in which neither opens or one is looked for in the wrong place.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::disk::{self, beside};
use super::{KEY_BYTES, Key, KeyError, KeyPort, SealError, Sealer};

/// What a sealed key begins with. A file cut off within it is no key of either kind.
const SEALED_MARK: &[u8] = b"hecheng-kiosk sealed key 1\n";

/// How a key lies on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// In the plain: whoever has the disk can read the store.
    Plain,
    /// Sealed: whoever has the disk needs this machine, too.
    Sealed,
}

/// A key file that a chip may have sealed.
#[derive(Clone)]
pub struct KeyHome {
    /// The file, mode 0600.
    pub path: PathBuf,
    /// How keys are kept from now on.
    pub keep: Keep,
    /// What seals and unseals; a plain file does not touch it.
    pub sealer: Arc<dyn Sealer + Send + Sync>,
}

impl fmt::Debug for KeyHome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "KeyHome({}, {:?})", self.path.display(), self.keep)
    }
}

impl KeyHome {
    /// Makes a new key at set-up; on disk when this returns. Never overwrites one.
    pub fn create(&self) -> Result<(), KeyError> {
        self.make(&self.path).map(drop)
    }

    /// How the present key lies on the disk.
    pub fn kept(&self) -> Result<Keep, KeyError> {
        let bytes = disk::read(&self.path)?;
        match bytes.strip_prefix(SEALED_MARK) {
            Some(_) => Ok(Keep::Sealed),
            None => plain(&self.path, &bytes).map(|_| Keep::Plain),
        }
    }

    fn make(&self, path: &Path) -> Result<Key, KeyError> {
        let key = disk::random()?;
        match self.keep {
            Keep::Plain => disk::write_new(path, &*key)?,
            Keep::Sealed => disk::write_new(path, &self.sealed(&key).map_err(|error| refused(path, error))?)?,
        }
        Ok(key)
    }

    /// The chip gives it back once before anything depends on that.
    fn sealed(&self, key: &Key) -> Result<Vec<u8>, SealError> {
        let sealed = self.sealer.seal(key)?;
        if self.sealer.unseal(&sealed)? != *key {
            return Err(SealError::Refused("it gives back another key than it sealed".to_owned()));
        }
        Ok([SEALED_MARK, &sealed].concat())
    }

    fn read(&self, path: &Path) -> Result<Key, KeyError> {
        let bytes = disk::read(path)?;
        match bytes.strip_prefix(SEALED_MARK) {
            Some(sealed) => self.sealer.unseal(sealed).map_err(|error| refused(path, error)),
            None => plain(path, &bytes),
        }
    }
}

/// The key that lies there in the plain.
pub(super) fn plain(path: &Path, bytes: &[u8]) -> Result<Key, KeyError> {
    <[u8; KEY_BYTES]>::try_from(bytes).map(Zeroizing::new).map_err(|_| KeyError::Size(path.to_owned()))
}

fn refused(path: &Path, source: SealError) -> KeyError {
    KeyError::Seal { path: path.to_owned(), source }
}

impl KeyPort for KeyHome {
    fn key(&self) -> Result<Key, KeyError> {
        self.read(&self.path)
    }

    /// A file that was cut off while it was written was never used.
    fn next(&self) -> Result<Option<Key>, KeyError> {
        match self.read(&beside(&self.path)) {
            Ok(key) => Ok(Some(key)),
            Err(
                KeyError::Missing(_) | KeyError::Size(_) | KeyError::Seal { source: SealError::Damaged, .. },
            ) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn renew(&self) -> Result<Key, KeyError> {
        disk::clear_beside(&self.path)?;
        self.make(&beside(&self.path))
    }

    fn advance(&self) -> Result<(), KeyError> {
        disk::advance(&self.path)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::KeyFile;

    /// A chip that is not there.
    struct None;

    impl Sealer for None {
        fn seal(&self, _: &Key) -> Result<Vec<u8>, SealError> {
            Err(SealError::Lockout)
        }

        fn unseal(&self, _: &[u8]) -> Result<Key, SealError> {
            Err(SealError::Lockout)
        }
    }

    fn home(folder: &Path, keep: Keep) -> KeyHome {
        KeyHome { path: folder.join("store.key"), keep, sealer: Arc::new(None) }
    }

    #[test]
    fn a_plain_key_is_the_key_file_of_old_and_needs_no_chip() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::create(folder.path().join("store.key")).unwrap();
        for keep in [Keep::Plain, Keep::Sealed] {
            let home = home(folder.path(), keep);
            assert_eq!((home.key(), home.kept()), (file.key(), Ok(Keep::Plain)));
        }
        let home = home(folder.path(), Keep::Plain);
        let next = home.renew().unwrap();
        assert_eq!(file.next(), Ok(Some(next.clone())));
        home.advance().unwrap();
        assert_eq!(file.key(), Ok(next));
    }

    #[test]
    fn a_chip_that_refuses_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let home = home(folder.path(), Keep::Sealed);
        let refusal = KeyError::Seal { path: home.path.clone(), source: SealError::Lockout };
        assert_eq!(home.create(), Err(refusal));
        assert!(home.renew().is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
