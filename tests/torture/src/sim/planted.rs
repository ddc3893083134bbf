//! Faults that are planted to see that the campaign finds them.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// What is wrong with the world on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// Nothing.
    Nothing,
    /// The platform answers before anything is on its disk, and knows what it answered from memory alone: a crash takes the
    /// last batch back.
    ForgetsInCrash,
    /// The terminal's store takes what is sent for taken, before it is answered.
    SettlesBeforeTheAnswer,
    /// A terminal comes back from the storm only when its queue must be empty: everything leaves, too late.
    Oversleeps,
}

/// The ending of SQLite's shared memory, which is made anew.
const SHARED_MEMORY: &str = "-shm";

/// A platform's folder as it was before the last batch.
pub struct Snapshot {
    of: PathBuf,
    at: PathBuf,
}

impl Snapshot {
    pub fn of(dir: &Path) -> Self {
        Self { of: dir.to_owned(), at: dir.with_extension("before") }
    }

    /// Nobody may be writing.
    pub fn take(&self) {
        // Where it cannot be taken the fault is not there, and its test says so.
        let _ = replace(&self.of, &self.at);
    }

    /// Nobody may have it open.
    pub fn restore(&self) {
        if self.at.exists() {
            let _ = replace(&self.at, &self.of);
        }
    }
}

fn replace(from: &Path, to: &Path) -> io::Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    copy(from, to)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, into) = (entry.path(), to.join(entry.file_name()));
        match () {
            () if entry.file_type()?.is_dir() => copy(&path, &into)?,
            () if path.to_string_lossy().ends_with(SHARED_MEMORY) => {}
            () => {
                fs::copy(path, into)?;
            }
        }
    }
    Ok(())
}
