//! Where a store stands while it is put to the test: a folder, a key, a clock, and a disk in memory.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use kiosk_protocol::crypto::SigningKey;
use kiosk_store::{KEY_BYTES, KeyError, KeyPort, Options, Store, StoreError};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::disk::Disk;
use crate::folder::Folder;
use crate::model::terminal;
use crate::vfs;

/// In memory where there is such a folder: only the lock lies there, but each start syncs it.
const MEMORY: &str = "/dev/shm";

/// The place.
pub struct Bench {
    folder: TempDir,
    clock: Arc<AtomicI64>,
}

impl Bench {
    /// A new place.
    pub fn new() -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let folder = if Path::new(MEMORY).is_dir() { TempDir::new_in(MEMORY)? } else { TempDir::new()? };
        Ok(Self { folder, clock: Arc::default() })
    }

    /// Where the store lies in it.
    pub fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// Sets the clock.
    pub fn set_clock(&self, now: Timestamp) {
        self.clock.store(now.as_millisecond(), Ordering::Relaxed);
    }

    /// Opens the store on the disk.
    pub fn open(&self, disk: &Arc<Disk>, epoch: u32) -> Result<Store, StoreError> {
        vfs::mount(&self.store(), disk.clone());
        self.open_with(&SameKey, epoch)
    }

    /// The same with a key of its own.
    pub fn open_with(&self, key: &dyn KeyPort, epoch: u32) -> Result<Store, StoreError> {
        let clock = self.clock.clone();
        let clock = move || {
            Timestamp::from_millisecond(clock.load(Ordering::Relaxed)).unwrap_or(Timestamp::UNIX_EPOCH)
        };
        let (path, terminal, heads_key) = (self.store(), terminal(), platform()?.verifying_key());
        let options = Options { path, terminal, epoch, heads_key, limit: None, clock: Arc::new(clock) };
        Store::open_on(options, key, Arc::new(vfs::Log), Arc::new(Folder))
    }
}

/// What the platform countersigns with.
pub fn platform() -> Result<SigningKey, StoreError> {
    SigningKey::from_bytes(&SAME).map_err(|_| StoreError::Internal)
}

/// The bytes of `SameKey`.
pub const SAME: [u8; KEY_BYTES] = [7; KEY_BYTES];

/// The key of all stores: what was recorded at one place is opened at another.
struct SameKey;

impl KeyPort for SameKey {
    fn key(&self) -> Result<Zeroizing<[u8; KEY_BYTES]>, KeyError> {
        Ok(Zeroizing::new(SAME))
    }
}
