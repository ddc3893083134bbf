//! The folder as the system keeps it. Each of these is one call of the system, or a loop of one; the order they must come in
//! stands with those who call them, so that a disk whose power is cut sees that order.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::Path;
use std::time::SystemTime;

use crate::key::sync_parent;

/// A file in the folder.
#[derive(Clone, Debug)]
pub struct FolderEntry {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// When it was written last, as far as the clock could tell.
    pub changed: SystemTime,
}

/// What is done to files on their way. A port, so that a disk whose power is cut may stand behind it.
pub trait FilesPort: Send + Sync {
    /// Makes the folder; whether it was missing.
    fn make(&self, folder: &Path) -> io::Result<bool>;
    /// All files in it; none where it is missing.
    fn list(&self, folder: &Path) -> io::Result<Vec<FolderEntry>>;
    /// Fills the buffer from the offset on.
    fn read(&self, file: &Path, offset: u64, into: &mut [u8]) -> io::Result<()>;
    /// Begins an empty file for its owner alone, in the place of one that is there.
    fn create(&self, file: &Path) -> io::Result<Box<dyn BegunFile>>;
    /// Gives a file another name, which it takes from whoever has it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, file: &Path) -> io::Result<()>;
    /// Brings this name to disk, and whatever else was done to names beside it.
    fn sync_name(&self, path: &Path) -> io::Result<()>;
}

/// A file that is being written.
pub trait BegunFile: Write {
    /// Brings what was written to disk.
    fn sync(&mut self) -> io::Result<()>;
}

impl BegunFile for File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}

/// The folder itself.
pub(crate) struct FileFolder;

impl FilesPort for FileFolder {
    fn make(&self, folder: &Path) -> io::Result<bool> {
        match DirBuilder::new().mode(0o700).create(folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            made => made.map(|()| true),
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<FolderEntry>> {
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        entries.filter_map(|entry| entry.and_then(|entry| listed(&entry)).transpose()).collect()
    }

    fn read(&self, file: &Path, offset: u64, into: &mut [u8]) -> io::Result<()> {
        File::open(file)?.read_exact_at(into, offset)
    }

    fn create(&self, file: &Path) -> io::Result<Box<dyn BegunFile>> {
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(true).mode(0o600).open(file)?;
        Ok(Box::new(file))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, file: &Path) -> io::Result<()> {
        fs::remove_file(file)
    }

    fn sync_name(&self, path: &Path) -> io::Result<()> {
        sync_parent(path)
    }
}

/// Nothing where it was removed while we looked.
fn listed(entry: &fs::DirEntry) -> io::Result<Option<FolderEntry>> {
    let name = entry.file_name().to_string_lossy().into_owned();
    match entry.metadata() {
        Ok(about) => Ok(Some(FolderEntry { name, bytes: about.len(), changed: about.modified()? })),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::process::Command;
    use std::sync::Arc;

    use kiosk_protocol::crypto::Digest;

    use super::*;
    use crate::files::Files;

    /// Tells the traced process where to keep a file.
    const HERE: &str = "KIOSK_STORE_KEEPS_HERE";
    const THIS: &str = "files::folder::tests::the_system_is_asked_for_each_step_in_its_order";

    /// Seen from outside, as a disk in memory takes these orders without a call of the system.
    #[test]
    fn the_system_is_asked_for_each_step_in_its_order() {
        if let Some(here) = std::env::var_os(HERE) {
            Files::open(Path::new(&here), Arc::new(FileFolder)).unwrap().keep(b"sealed").unwrap();
            return;
        }
        let may_trace = Command::new("strace").args(["-o", "/dev/null", "true"]).status();
        if !may_trace.is_ok_and(|status| status.success()) {
            return eprintln!("needs the package strace, and a machine that lets it trace");
        }
        let directory = tempfile::tempdir().unwrap();
        let here = directory.path().canonicalize().unwrap();
        let (calls, here) = (traced(&here), here.display());
        let file = format!("{here}/files/{}", Digest::of(b"sealed"));
        let expected = [
            ("mkdir", format!("\"{here}/files\"")),
            ("fsync", format!("<{here}>)")),
            ("fsync", format!("<{file}.tmp>)")),
            ("rename", format!("\"{file}.tmp\"")),
            ("fsync", format!("<{here}/files>)")),
        ];
        let is_so = |(seen, (call, about)): (&String, &(&str, String))| {
            seen.contains(call) && seen.contains(about) && seen.ends_with("= 0")
        };
        assert!(calls.iter().zip(&expected).all(is_so) && calls.len() == expected.len(), "{calls:#?}");
    }

    /// What a process that keeps a file there asks the system for.
    fn traced(here: &Path) -> Vec<String> {
        let log = tempfile::NamedTempFile::new().unwrap();
        let mut strace = Command::new("strace");
        strace.args(["-f", "-y", "-e", "trace=/^(mkdir|rename|fsync|fdatasync)"]).arg("-o").arg(log.path());
        strace.arg(std::env::current_exe().unwrap()).args(["--exact", THIS]).env(HERE, here);
        assert!(strace.output().unwrap().status.success());
        let log = fs::read_to_string(log.path()).unwrap();
        let is_meant = |line: &&str| line.contains(&*here.to_string_lossy());
        log.lines().filter(is_meant).map(str::to_owned).collect()
    }
}
