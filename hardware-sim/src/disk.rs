//! The terminal's disk, where it is a small one of its own: a file that takes all its room.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::control::{CommandError, DiskState};
use crate::limits::{DISK_BYTES_MAX, DISK_FILL_BYTES};

/// The name of the file; nothing else on the disk is touched.
const FILLER: &str = "filler";

/// A file system that is filled and freed. Dropping it frees it.
#[derive(Debug)]
pub struct Disk {
    dir: PathBuf,
}

impl Disk {
    /// The file system mounted at `dir`.
    pub fn at(dir: &Path) -> Disk {
        Disk { dir: dir.to_owned() }
    }

    /// Whether it was filled.
    pub fn state(&self) -> DiskState {
        if self.filler().exists() { DiskState::Full } else { DiskState::Free }
    }

    /// Fills or frees it.
    pub fn set(&self, state: DiskState) -> Result<(), CommandError> {
        let done = match state {
            DiskState::Full => self.fill(),
            DiskState::Free => self.free(),
        };
        done.map_err(|error| CommandError::Disk { dir: self.dir.clone(), why: error.to_string() })
    }

    fn filler(&self) -> PathBuf {
        self.dir.join(FILLER)
    }

    fn fill(&self) -> std::io::Result<()> {
        let room = rustix::fs::statvfs(&self.dir)?;
        if room.f_blocks.saturating_mul(room.f_frsize) > DISK_BYTES_MAX {
            let mib = DISK_BYTES_MAX >> 20;
            return Err(std::io::Error::other(format!("larger than {mib} MiB, and so not a small disk")));
        }
        let mut file = File::options().create(true).append(true).open(self.filler())?;
        loop {
            match file.write(&[0; DISK_FILL_BYTES]) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    fn free(&self) -> std::io::Result<()> {
        match std::fs::remove_file(self.filler()) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            Err(_) | Ok(()) => Ok(()),
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Err(error) = self.free() {
            tracing::warn!(dir = %self.dir.display(), %error, "the disk stays full");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_disk_is_not_filled() {
        let disk = Disk::at(Path::new("/"));
        let refused = disk.set(DiskState::Full).map_err(|error| error.to_string());
        assert!(refused.is_err_and(|why| why.contains("not a small disk")));
        assert_eq!(disk.state(), DiskState::Free);
    }
}
