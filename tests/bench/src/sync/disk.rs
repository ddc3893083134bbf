//! A disk as a terminal has one: with a file system that keeps a journal of its own tables.
//!
//! Without a journal, as on many a machine that is made anew for each use, nothing is durable: a cut of the power may cost a file
//! that has just grown, whatever was synced. And a file grows there for less than it takes at a terminal. So this is ext4 as
//! `mkfs.ext4` makes it, in a file of the machine's own disk, below every cache. Only this process and what it starts see it; it
//! goes with them.

use std::fs::{File, create_dir, remove_file};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

use kiosk_tests::world::keep_mounts_to_this_thread;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::unistd::Uid;
use tempfile::TempDir;

use super::Any;

/// Of the file system: more than twice what a run takes.
const BYTES: u64 = 512 << 20;
const KIND: &str = "ext4";

/// The disk, mounted.
pub struct Disk {
    folder: TempDir,
}

impl Disk {
    /// To be made before any thread is started that shall see it. Cannot be made without root, or without a loop device.
    pub fn make() -> Result<Self, Any> {
        if !Uid::effective().is_root() {
            return Err("needs root, for a file system of its own".into());
        }
        keep_mounts_to_this_thread()?;
        let disk = Self { folder: tempfile::tempdir_in("target")? };
        let device = device(&disk.folder.path().join("image"))?;
        create_dir(disk.path())?;
        let mounted = mount(Some(&*device), &disk.path(), Some(KIND), MsFlags::empty(), None::<&str>);
        // In use it is let go with the last who uses it.
        run("losetup", &["--detach", &device])?;
        mounted?;
        Ok(disk)
    }

    /// Where it is mounted.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("disk")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        umount2(&self.path(), MntFlags::MNT_DETACH).ok();
    }
}

/// A loop device with an empty file system. All its blocks were written before, as a disk has them, so that the machine's own file
/// system has nothing to note while it is measured. The file has no name any more.
fn device(image: &Path) -> Result<String, Any> {
    let mut file = File::create_new(image)?;
    io::copy(&mut io::repeat(0).take(BYTES), &mut file)?;
    file.sync_all()?;
    let name = image.to_str().ok_or("a folder's name is no text")?;
    run("mkfs.ext4", &["-q", "-E", "nodiscard,lazy_itable_init=0,lazy_journal_init=0", name])?;
    let device = run("losetup", &["--find", "--show", "--direct-io=on", name])?;
    remove_file(image)?;
    Ok(device.trim().to_owned())
}

fn run(program: &str, words: &[&str]) -> Result<String, Any> {
    let output = Command::new(program).args(words).output().map_err(|error| format!("{program}: {error}"))?;
    let error = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{program}: {}", error.trim()).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
