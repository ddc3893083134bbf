//! What stands where below the data directory.

use std::path::{Path, PathBuf};

/// The data directory's contents.
pub struct Paths {
    /// Name, keys and certificate of this terminal.
    pub identity: PathBuf,
    /// The durable store.
    pub store: PathBuf,
    /// The key of the store.
    pub store_key: PathBuf,
    /// Where a running terminal answers technicians.
    pub control: PathBuf,
}

impl Paths {
    /// Below `data_dir`.
    pub fn below(data_dir: &Path) -> Self {
        Self {
            identity: data_dir.join("identity"),
            store: data_dir.join("store"),
            store_key: data_dir.join("store.key"),
            control: data_dir.join("control.sock"),
        }
    }
}
