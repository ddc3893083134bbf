//! The disk below the data directory.

use std::path::Path;

use super::Check;

/// Free space from which on it is well: months of cases, and the logs.
const WELL: u64 = 1 << 30;
/// Below this the next cases may not find room: the store's log alone grows to 16 MiB.
const BARELY: u64 = 64 << 20;

/// Space for this user, quotas of the file system included, and what the store takes of it.
pub fn disk(data_dir: &Path, store: &Path) -> Check {
    let cure = "free space on the disk, or make it larger";
    let free = match rustix::fs::statvfs(data_dir) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => {
            let says = format!("{}: {error}", data_dir.display());
            return Check::fail("disk", says, "mount the disk; `kiosk enrol` makes the folder");
        }
    };
    let says = format!("{} MiB free, the store takes {} MiB", mib(free), mib(size_of(store)));
    match free {
        WELL.. => Check::ok("disk", says),
        BARELY.. => Check::warn("disk", says, cure),
        _ => Check::fail("disk", says, cure),
    }
}

fn size_of(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
}

fn mib(bytes: u64) -> u64 {
    bytes >> 20
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Level;
    use super::*;

    #[test]
    fn a_disk_that_is_not_mounted_fails_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("not-mounted");
        let check = disk(&missing, &missing);
        assert_eq!(check.level, Level::Fail);
        assert!(check.says.contains("not-mounted"), "{}", check.says);
    }
}
