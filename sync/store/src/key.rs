//! The key of the store: a port, and the key file behind it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rand::TryRng;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

/// Bytes of the key: AES-256, as SQLCipher uses it.
pub const KEY_BYTES: usize = 32;
/// Owner reads and writes, nobody else anything.
const MODE_PRIVATE: u32 = 0o600;
/// Every right of group and others.
const MODE_OTHERS: u32 = 0o077;

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
    /// `KeyFile::create` never overwrites a key: the store behind it would be lost.
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
    /// It is not a plain file of 32 bytes. Cure: bring the right file back; a set-up that was cut off is made again.
    #[error("key file {} is not a file of {KEY_BYTES} bytes", .0.display())]
    Size(PathBuf),
    /// The file system refused.
    #[error("key file {}: {kind}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        kind: io::ErrorKind,
    },
    /// This kind of key cannot be changed.
    #[error("the store's key cannot be changed here")]
    Fixed,
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    Random,
}

/// A key in a file of 32 bytes that only its owner may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFile {
    /// The file.
    pub path: PathBuf,
}

impl KeyFile {
    /// Makes a new key at set-up: random, mode 0600, on disk when this returns. Never overwrites one.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self, KeyError> {
        let path = path.into();
        make(&path)?;
        Ok(Self { path })
    }

    /// Where the next key lies: beside it, so that one renaming puts it in its place.
    fn beside(&self) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".next");
        name.into()
    }
}

fn make(path: &Path) -> Result<Key, KeyError> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    SysRng.try_fill_bytes(key.as_mut_slice()).map_err(|_| KeyError::Random)?;
    write_new(path, &*key).map_err(|error| refused(path, &error))?;
    Ok(key)
}

impl KeyPort for KeyFile {
    fn key(&self) -> Result<Key, KeyError> {
        read(&self.path)
    }

    /// A file that was cut off while it was written was never used.
    fn next(&self) -> Result<Option<Key>, KeyError> {
        match read(&self.beside()) {
            Ok(key) => Ok(Some(key)),
            Err(KeyError::Missing(_) | KeyError::Size(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn renew(&self) -> Result<Key, KeyError> {
        let beside = self.beside();
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(refused(&beside, &error)),
            Ok(()) | Err(_) => make(&beside),
        }
    }

    fn advance(&self) -> Result<(), KeyError> {
        let moved = fs::rename(self.beside(), &self.path).and_then(|()| sync_parent(&self.path));
        moved.map_err(|error| refused(&self.path, &error))
    }
}

fn read(path: &Path) -> Result<Key, KeyError> {
    let mut file = File::open(path).map_err(|error| refused(path, &error))?;
    let about = file.metadata().map_err(|error| refused(path, &error))?;
    if about.mode() & MODE_OTHERS != 0 {
        return Err(KeyError::OpenToOthers { path: path.to_owned(), mode: about.mode() & 0o7777 });
    }
    if !about.is_file() || about.len() != KEY_BYTES as u64 {
        return Err(KeyError::Size(path.to_owned()));
    }
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    file.read_exact(key.as_mut_slice()).map_err(|error| refused(path, &error))?;
    Ok(key)
}

fn write_new(path: &Path, key: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(MODE_PRIVATE).open(path)?;
    file.write_all(key)?;
    file.sync_all()?;
    sync_parent(path)
}

/// A new name is on disk only when its directory is.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        Some(_) | None => File::open(".")?.sync_all(),
    }
}

fn refused(path: &Path, error: &io::Error) -> KeyError {
    let path = path.to_owned();
    #[expect(clippy::wildcard_enum_match_arm, reason = "a foreign list that grows with the library")]
    match error.kind() {
        io::ErrorKind::NotFound => KeyError::Missing(path),
        io::ErrorKind::AlreadyExists => KeyError::Exists(path),
        kind => KeyError::Io { path, kind },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn fresh() -> (tempfile::TempDir, KeyFile) {
        let directory = tempfile::tempdir().unwrap();
        let file = KeyFile::create(directory.path().join("key")).unwrap();
        (directory, file)
    }

    #[test]
    fn a_new_key_is_random_private_and_read_back() {
        let ((_one, file), (_two, other)) = (fresh(), fresh());
        assert_eq!(fs::metadata(&file.path).unwrap().mode() & 0o7777, MODE_PRIVATE);
        assert_eq!(file.key().unwrap().as_slice(), fs::read(&file.path).unwrap());
        assert_ne!(file.key().unwrap(), other.key().unwrap());
    }

    #[test]
    fn a_key_is_never_overwritten() {
        let (_directory, file) = fresh();
        let before = file.key().unwrap();
        assert_eq!(KeyFile::create(&file.path), Err(KeyError::Exists(file.path.clone())));
        assert_eq!(file.key().unwrap(), before);
    }

    #[test]
    fn a_next_key_lies_beside_until_it_takes_the_place() {
        let (directory, file) = fresh();
        let old = file.key().unwrap();
        assert_eq!(file.next(), Ok(None));
        let (first, second) = (file.renew().unwrap(), file.renew().unwrap());
        assert!(first != second && second != old);
        assert_eq!((file.key().unwrap(), file.next().unwrap()), (old, Some(second.clone())));
        file.advance().unwrap();
        assert_eq!((file.key().unwrap(), file.next()), (second, Ok(None)));
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        fs::write(file.beside(), "cut off").unwrap();
        fs::set_permissions(file.beside(), fs::Permissions::from_mode(MODE_PRIVATE)).unwrap();
        assert_eq!(file.next(), Ok(None));
    }

    #[test]
    fn a_key_others_may_read_is_refused_with_the_cure() {
        let (_directory, file) = fresh();
        for mode in [0o640, 0o604, 0o620] {
            fs::set_permissions(&file.path, fs::Permissions::from_mode(mode)).unwrap();
            let error = file.key().unwrap_err();
            assert_eq!(error, KeyError::OpenToOthers { path: file.path.clone(), mode });
            assert!(error.to_string().contains("chmod 600"), "{error}");
        }
    }

    #[test]
    fn a_file_that_is_no_key_is_refused() {
        let (_directory, file) = fresh();
        for size in [0, 31, 33] {
            fs::write(&file.path, vec![7; size]).unwrap();
            assert_eq!(file.key(), Err(KeyError::Size(file.path.clone())));
        }
        fs::remove_file(&file.path).unwrap();
        assert_eq!(file.key(), Err(KeyError::Missing(file.path.clone())));
    }
}
