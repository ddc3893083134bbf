//! A key that lies in the plain.

use std::path::{Path, PathBuf};

use super::disk::{self, beside};
use super::{Key, KeyError, KeyPort};

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
}

fn make(path: &Path) -> Result<Key, KeyError> {
    let key = disk::random()?;
    disk::write_new(path, &*key)?;
    Ok(key)
}

fn read(path: &Path) -> Result<Key, KeyError> {
    super::home::plain(path, &disk::read(path)?)
}

impl KeyPort for KeyFile {
    fn key(&self) -> Result<Key, KeyError> {
        read(&self.path)
    }

    /// A file that was cut off while it was written was never used.
    fn next(&self) -> Result<Option<Key>, KeyError> {
        match read(&beside(&self.path)) {
            Ok(key) => Ok(Some(key)),
            Err(KeyError::Missing(_) | KeyError::Size(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn renew(&self) -> Result<Key, KeyError> {
        disk::clear_beside(&self.path)?;
        make(&beside(&self.path))
    }

    fn advance(&self) -> Result<(), KeyError> {
        disk::advance(&self.path)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    use super::super::disk::MODE_PRIVATE;
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
        fs::write(beside(&file.path), "cut off").unwrap();
        fs::set_permissions(beside(&file.path), fs::Permissions::from_mode(MODE_PRIVATE)).unwrap();
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
