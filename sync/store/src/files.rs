//! Files on their way to the platform: sealed bytes, one file each in the folder `files`, named by their digest.
//!
//! A file lies here from before its case is kept until the platform has all of it; that it lies here is all there is to
//! know. It is whole or absent after a power cut. Whoever keeps a case that names a file keeps the file first.

mod folder;

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use kiosk_protocol::crypto::Digest;
use kiosk_protocol::limits::FILE_BYTES_MAX;

use crate::error::{StoreError, TooBig};
pub(crate) use folder::FileFolder;
pub use folder::{BegunFile, FilesPort, FolderEntry};

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
#[derive(Clone)]
pub(crate) struct Files {
    folder: PathBuf,
    port: Arc<dyn FilesPort>,
}

impl Files {
    /// The folder, made where it is missing.
    pub fn open(directory: &Path, port: Arc<dyn FilesPort>) -> Result<Self, StoreError> {
        let files = Self { folder: directory.join(FILES_FOLDER), port };
        files.prepare().map_err(|error| StoreError::of_file(&error))?;
        Ok(files)
    }

    fn prepare(&self) -> io::Result<()> {
        if self.port.make(&self.folder)? {
            return self.port.sync_name(&self.folder);
        }
        let paths = self.port.list(&self.folder)?.into_iter().map(|entry| self.folder.join(entry.name));
        let mut drafts = paths.filter(|path| path.extension().is_some_and(|ending| ending == DRAFT));
        drafts.try_for_each(|draft| self.port.remove(&draft))
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
        let path = self.path(digest);
        let draft = path.with_extension(DRAFT);
        let mut file = self.port.create(&draft)?;
        file.write_all(sealed)?;
        file.sync()?;
        self.port.rename(&draft, &path)?;
        self.port.sync_name(&path)
    }

    /// All files that wait, those longest here first as far as the clock can tell.
    pub fn waiting(&self) -> Result<Vec<WaitingFile>, StoreError> {
        let mut found = self.found().map_err(|error| StoreError::of_file(&error))?;
        found.sort();
        Ok(found.into_iter().map(|(_, digest, bytes)| WaitingFile { digest, bytes }).collect())
    }

    /// Drafts, and what is nothing of ours, are left out.
    fn found(&self) -> io::Result<Vec<(SystemTime, Digest, u64)>> {
        let of_ours =
            |FolderEntry { name, bytes, changed }| Some((changed, Digest::try_from(name).ok()?, bytes));
        Ok(self.port.list(&self.folder)?.into_iter().filter_map(of_ours).collect())
    }

    /// Bytes of a file from the offset on, so many.
    pub fn read(&self, digest: &Digest, offset: u64, bytes: usize) -> Result<Vec<u8>, StoreError> {
        let mut chunk = vec![0; bytes];
        let read = self.port.read(&self.path(digest), offset, &mut chunk);
        read.map_err(|error| StoreError::of_file(&error))?;
        Ok(chunk)
    }

    /// Removes a file the platform has. One that is gone already is as good.
    pub fn remove(&self, digest: &Digest) -> Result<(), StoreError> {
        match self.port.remove(&self.path(digest)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(StoreError::of_file(&error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// What all of them take, bytes; what is being written counts.
    pub fn bytes(&self) -> Result<u64, StoreError> {
        let entries = self.port.list(&self.folder).map_err(|error| StoreError::of_file(&error))?;
        Ok(entries.iter().map(|entry| entry.bytes).sum())
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.folder.join(digest.to_string())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;
    use std::os::unix::fs::MetadataExt;

    use super::*;

    fn folder() -> (tempfile::TempDir, Files) {
        let directory = tempfile::tempdir().unwrap();
        let files = Files::open(directory.path(), Arc::new(FileFolder)).unwrap();
        (directory, files)
    }

    #[test]
    fn a_file_waits_until_it_is_removed_whoever_opens_the_folder() {
        let (directory, files) = folder();
        let digest = files.keep(b"sealed").unwrap();
        assert_eq!(digest, Digest::of(b"sealed"));
        let files = Files::open(directory.path(), Arc::new(FileFolder)).unwrap();
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
        let files = Files::open(directory.path(), Arc::new(FileFolder)).unwrap();
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
