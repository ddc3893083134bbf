//! A small disk of the terminal's own: a `tmpfs` at its data directory, which can be filled without harm to the machine.

use std::path::{Path, PathBuf};

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};

use super::WorldError;

/// Room for the store of a short scenario; its log alone may take 16 MiB.
const OPTIONS: &str = "size=32m,mode=0700";

/// A mounted disk. Dropping it takes it away.
pub struct SmallDisk {
    path: PathBuf,
}

impl SmallDisk {
    /// Mounts an empty one.
    ///
    /// # Errors
    /// This user or this machine may not mount.
    pub fn mount(path: &Path) -> Result<Self, WorldError> {
        std::fs::create_dir_all(path).map_err(|source| WorldError::File { path: path.to_owned(), source })?;
        let mounted = mount(Some("kiosk-small-disk"), path, Some("tmpfs"), MsFlags::empty(), Some(OPTIONS));
        mounted.map_err(|source| WorldError::NoSmallDisk { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned() })
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for SmallDisk {
    /// Also takes it from a program that still has a file open.
    fn drop(&mut self) {
        let _ = umount2(&self.path, MntFlags::MNT_DETACH);
    }
}

/// From now on what this thread mounts is seen by it and the programs it starts alone, and is gone with them, even
/// if all of them are killed.
///
/// # Errors
/// This user or this machine may not do so.
pub fn keep_mounts_to_this_thread() -> Result<(), WorldError> {
    let root = Path::new("/");
    let own = unshare(CloneFlags::CLONE_NEWNS).and_then(|()| {
        mount(None::<&str>, root, None::<&str>, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None::<&str>)
    });
    own.map_err(|source| WorldError::NoSmallDisk { path: root.to_owned(), source })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use kiosk_sim::control::{Command, DiskState};
    use kiosk_sim::{Options, Simulator};

    use super::*;
    use crate::deadlines::poll;

    #[test]
    fn a_small_disk_is_filled_to_the_last_byte_freed_and_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        let Ok(disk) = keep_mounts_to_this_thread().and_then(|()| SmallDisk::mount(&path)) else {
            eprintln!("skipped: no small disk can be mounted here");
            return;
        };
        let options = Options { disk: Some(path.clone()), ..Options::in_dir(folder.path()) };
        let simulator = Simulator::start(&options).unwrap();
        let set = |state| {
            simulator.act(&Command::Disk { state }).unwrap();
            simulator.state().disk
        };
        std::fs::write(path.join("log"), [1; 1 << 20]).unwrap();
        assert_eq!(set(DiskState::Full), Some(DiskState::Full));
        assert!(std::fs::write(path.join("note"), [1; 4_096]).is_err());
        std::fs::remove_file(path.join("log")).unwrap();
        let is_full = || nix::sys::statvfs::statvfs(&path).unwrap().blocks_available() == 0;
        let taken = poll(Duration::from_secs(10), || is_full().then_some(()));
        assert!(taken.is_some(), "what is given back is taken as well");
        assert_eq!(set(DiskState::Free), Some(DiskState::Free));
        std::fs::write(path.join("note"), [1; 4_096]).unwrap();
        drop((simulator, disk));
        assert!(!path.join("note").exists());
    }
}
