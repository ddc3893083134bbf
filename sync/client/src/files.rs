//! Files that are whole or absent after a power cut.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Makes the directory and its parents, for its owner only.
pub fn make_private_dir(dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

/// Writes the file, in place of what an interrupted run left behind.
pub fn replace(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    write_draft(dir, name, bytes)?;
    rename(dir, &format!("{name}.tmp"), name)
}

/// Writes the file; fails where there is one, whatever runs beside.
pub fn create(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let draft = write_draft(dir, name, bytes)?;
    // A link, unlike a rename, never replaces.
    let linked = fs::hard_link(&draft, dir.join(name));
    fs::remove_file(draft)?;
    linked?;
    sync_dir(dir)
}

/// Puts one file in another's place.
pub fn rename(dir: &Path, from: &str, to: &str) -> io::Result<()> {
    fs::rename(dir.join(from), dir.join(to))?;
    sync_dir(dir)
}

fn write_draft(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<std::path::PathBuf> {
    let draft = dir.join(format!("{name}.tmp"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(draft)
}

fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}
