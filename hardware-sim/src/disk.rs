//! The terminal's disk, where it is a small one of its own: a file that takes all its room.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use crate::control::{CommandError, DiskState};
use crate::limits::{DISK_BYTES_MAX, DISK_FILL_BYTES, DISK_FILL_EVERY};

/// The name of the file; nothing else on the disk is touched.
const FILLER: &str = "filler";

/// A file system that is filled and freed. Dropping it frees it.
#[derive(Debug)]
pub struct Disk {
    dir: PathBuf,
    /// While it is full.
    filling: Mutex<Option<Filling>>,
}

/// Takes what others give back, until it is dropped.
#[derive(Debug)]
struct Filling {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Disk {
    /// The file system mounted at `dir`.
    pub fn at(dir: &Path) -> Disk {
        Disk { dir: dir.to_owned(), filling: Mutex::default() }
    }

    /// Whether it was filled.
    pub fn state(&self) -> DiskState {
        if self.filler().exists() { DiskState::Full } else { DiskState::Free }
    }

    /// Fills it and keeps it full, or frees it.
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

    fn filling(&self) -> MutexGuard<'_, Option<Filling>> {
        self.filling.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fill(&self) -> io::Result<()> {
        let room = rustix::fs::statvfs(&self.dir)?;
        if room.f_blocks.saturating_mul(room.f_frsize) > DISK_BYTES_MAX {
            let mib = DISK_BYTES_MAX >> 20;
            return Err(io::Error::other(format!("larger than {mib} MiB, and so not a small disk")));
        }
        let mut filling = self.filling();
        if filling.is_none() {
            let mut file = File::options().create(true).append(true).open(self.filler())?;
            take_all(&mut file)?;
            *filling = Some(Filling::start(file));
        }
        Ok(())
    }

    fn free(&self) -> io::Result<()> {
        *self.filling() = None;
        match std::fs::remove_file(self.filler()) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            Err(_) | Ok(()) => Ok(()),
        }
    }
}

impl Filling {
    fn start(mut file: File) -> Filling {
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            while stopped.recv_timeout(DISK_FILL_EVERY) == Err(RecvTimeoutError::Timeout) {
                if let Err(error) = take_all(&mut file) {
                    tracing::warn!(%error, "the disk does not stay full");
                    return;
                }
            }
        });
        Filling { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Filling {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // It does nothing that panics.
            let _ = thread.join();
        }
    }
}

/// Writes until nothing more fits.
fn take_all(file: &mut File) -> io::Result<()> {
    loop {
        match file.write(&[0; DISK_FILL_BYTES]) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::StorageFull => return Ok(()),
            Err(error) => return Err(error),
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
