//! Keys on the disk: read and written whole, by their owner alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rand::TryRng;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

use super::{KEY_BYTES, Key, KeyError};
use crate::limits::SEALED_BYTES_MAX;

/// Owner reads and writes, nobody else anything.
pub(super) const MODE_PRIVATE: u32 = 0o600;
/// Every right of group and others.
const MODE_OTHERS: u32 = 0o077;

/// A new key.
pub(super) fn random() -> Result<Key, KeyError> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    SysRng.try_fill_bytes(key.as_mut_slice()).map_err(|_| KeyError::Random)?;
    Ok(key)
}

/// Where the next key lies: beside it, so that one renaming puts it in its place.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(".next");
    name.into()
}

/// What lies there. A key nobody else could have read.
pub(super) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let file = File::open(path).map_err(|error| refused(path, &error))?;
    let about = file.metadata().map_err(|error| refused(path, &error))?;
    if about.mode() & MODE_OTHERS != 0 {
        return Err(KeyError::OpenToOthers { path: path.to_owned(), mode: about.mode() & 0o7777 });
    }
    if !about.is_file() || about.len() > SEALED_BYTES_MAX {
        return Err(KeyError::Size(path.to_owned()));
    }
    // Room at once: what grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(SEALED_BYTES_MAX as usize));
    file.take(SEALED_BYTES_MAX).read_to_end(&mut bytes).map_err(|error| refused(path, &error))?;
    Ok(bytes)
}

/// Writes what is not there yet; on disk when this returns.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(MODE_PRIVATE).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        sync_parent(path)
    };
    write().map_err(|error| refused(path, &error))
}

/// Takes away what lies beside, if anything does.
pub(super) fn clear_beside(path: &Path) -> Result<(), KeyError> {
    match fs::remove_file(beside(path)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(refused(&beside(path), &error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Puts what lies beside in the place; on disk when this returns.
pub(super) fn advance(path: &Path) -> Result<(), KeyError> {
    let moved = fs::rename(beside(path), path).and_then(|()| sync_parent(path));
    moved.map_err(|error| refused(path, &error))
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
