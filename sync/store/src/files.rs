//! Files on their way to the platform: sealed bytes, one file each in the folder `files`, named by their digest.
//!
//! A file lies here from before its case is kept until the platform has all of it; that it lies here is all there is to
//! know. It is whole or absent after a power cut. Whoever keeps a case that names a file keeps the file first.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use kiosk_protocol::crypto::Digest;
use kiosk_protocol::limits::FILE_BYTES_MAX;

use crate::error::{StoreError, TooBig};
use crate::key::sync_parent;

/// The folder, in the store's directory.
pub const FILES_FOLDER: &str = "files";
/// Ends the name of a file that is being written; what a power cut left of one is removed when the folder is opened.
const DRAFT: &str = "tmp";

/// A file on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitingFile {
    /// Its name, the digest of its bytes.
    pub digest: Digest,
    /// Its length.
    pub bytes: u64,
}

/// The folder of files.
#[derive(Clone, Debug)]
pub(crate) struct Files(PathBuf);

impl Files {
    /// The folder, made where it is missing.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let folder = directory.join(FILES_FOLDER);
        let made = match DirBuilder::new().mode(0o700).create(&folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => remove_drafts(&folder),
            made => made.and_then(|()| sync_parent(&folder)),
        };
        made.map_err(|error| StoreError::of_file(&error))?;
        Ok(Self(folder))
    }

    /// Keeps sealed bytes; when this returns they are on disk.
    pub fn keep(&self, sealed: &[u8]) -> Result<Digest, StoreError> {
        if sealed.is_empty() || sealed.len() as u64 > FILE_BYTES_MAX {
            return Err(StoreError::TooBig(TooBig::File));
        }
        let digest = Digest::of(sealed);
        self.write(&digest, sealed).map_err(|error| StoreError::of_file(&error))?;
        Ok(digest)
    }

    fn write(&self, digest: &Digest, sealed: &[u8]) -> io::Result<()> {
        let draft = self.path(digest).with_extension(DRAFT);
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        file.write_all(sealed)?;
        file.sync_all()?;
        fs::rename(&draft, self.path(digest))?;
        sync_parent(&draft)
    }

    /// All files that wait, those longest here first as far as the clock can tell.
    pub fn waiting(&self) -> Result<Vec<WaitingFile>, StoreError> {
        let mut found = self.found().map_err(|error| StoreError::of_file(&error))?;
        found.sort();
        Ok(found.into_iter().map(|(_, digest, bytes)| WaitingFile { digest, bytes }).collect())
    }

    fn found(&self) -> io::Result<Vec<(std::time::SystemTime, Digest, u64)>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            // A draft, or nothing of ours.
            let Ok(digest) = Digest::try_from(name) else { continue };
            match entry.metadata() {
                Ok(about) => found.push((about.modified()?, digest, about.len())),
                // Removed while we looked.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// Bytes of a file from the offset on, so many.
    pub fn read(&self, digest: &Digest, offset: u64, bytes: usize) -> Result<Vec<u8>, StoreError> {
        let mut chunk = vec![0; bytes];
        let read = File::open(self.path(digest)).and_then(|file| file.read_exact_at(&mut chunk, offset));
        read.map_err(|error| StoreError::of_file(&error))?;
        Ok(chunk)
    }

    /// Removes a file the platform has. One that is gone already is as good.
    pub fn remove(&self, digest: &Digest) -> Result<(), StoreError> {
        match fs::remove_file(self.path(digest)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(StoreError::of_file(&error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.0.join(digest.to_string())
    }
}

/// What all files of a store take, bytes; what is being written counts.
pub(crate) fn bytes(directory: &Path) -> io::Result<u64> {
    let folder = match fs::read_dir(directory.join(FILES_FOLDER)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
        folder => folder?,
    };
    let mut bytes = 0;
    for entry in folder {
        match entry?.metadata() {
            Ok(about) => bytes += about.len(),
            // Removed while we looked.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(bytes)
}

fn remove_drafts(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == DRAFT) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::MetadataExt;

    use super::*;

    fn folder() -> (tempfile::TempDir, Files) {
        let directory = tempfile::tempdir().unwrap();
        let files = Files::open(directory.path()).unwrap();
        (directory, files)
    }

    #[test]
    fn a_file_waits_until_it_is_removed_whoever_opens_the_folder() {
        let (directory, files) = folder();
        let digest = files.keep(b"sealed").unwrap();
        assert_eq!(digest, Digest::of(b"sealed"));
        let files = Files::open(directory.path()).unwrap();
        assert_eq!(files.waiting().unwrap(), [WaitingFile { digest, bytes: 6 }]);
        assert_eq!(files.read(&digest, 2, 3).unwrap(), b"ale");
        assert!(files.read(&digest, 4, 3).is_err(), "there is no more");
        files.remove(&digest).unwrap();
        files.remove(&digest).unwrap();
        assert_eq!(files.waiting().unwrap(), []);
    }

    #[test]
    fn the_same_bytes_are_kept_once_and_for_their_owner_only() {
        let (directory, files) = folder();
        let digest = files.keep(b"sealed").unwrap();
        assert_eq!(files.keep(b"sealed").unwrap(), digest);
        assert_eq!(files.waiting().unwrap().len(), 1);
        let path = directory.path().join(FILES_FOLDER).join(digest.to_string());
        for private in [path.as_path(), path.parent().unwrap()] {
            assert_eq!(fs::metadata(private).unwrap().mode() & 0o077, 0, "{}", private.display());
        }
    }

    #[test]
    fn what_was_cut_while_it_was_written_is_no_file() {
        let (directory, files) = folder();
        let name = Digest::of(b"sealed").to_string();
        fs::write(directory.path().join(FILES_FOLDER).join(format!("{name}.{DRAFT}")), b"sea").unwrap();
        assert_eq!(files.waiting().unwrap(), []);
        files.keep(b"another").unwrap();
        let files = Files::open(directory.path()).unwrap();
        assert_eq!(files.waiting().unwrap().len(), 1);
        assert_eq!(fs::read_dir(directory.path().join(FILES_FOLDER)).unwrap().count(), 1);
    }

    #[test]
    fn a_file_beyond_the_line_is_refused() {
        let (_directory, files) = folder();
        let most = usize::try_from(FILE_BYTES_MAX).unwrap();
        assert_eq!(files.keep(&vec![7; most + 1]), Err(StoreError::TooBig(TooBig::File)));
        assert_eq!(files.keep(b""), Err(StoreError::TooBig(TooBig::File)));
        assert!(files.keep(&vec![7; most]).is_ok());
    }
}
