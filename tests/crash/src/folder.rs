//! The files of cases on these disks: their names begin with that of their folder, which is a name as well.

use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use kiosk_store::{BegunFile, FilesPort, FolderEntry};

use crate::disk::{Disk, Order, Trouble, folder_of};
use crate::vfs::on_disk;

/// The folder.
pub struct Folder;

/// A file that is being written.
struct Begun {
    disk: Arc<Disk>,
    file: usize,
    written: usize,
}

impl FilesPort for Folder {
    fn make(&self, folder: &Path) -> io::Result<bool> {
        let (disk, name) = found(folder)?;
        if disk.open(&name, false).is_some() {
            return Ok(false);
        }
        works(&disk, Order::Change)?;
        Ok(disk.open(&name, true).is_some())
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<FolderEntry>> {
        let (disk, folder) = found(folder)?;
        works(&disk, Order::Read)?;
        let entry = |(path, size): (String, usize)| {
            let name = path.strip_prefix(&folder)?.strip_prefix('/')?.to_owned();
            Some(FolderEntry { name, bytes: size as u64, changed: UNIX_EPOCH })
        };
        Ok(disk.sizes().into_iter().filter_map(entry).collect())
    }

    fn read(&self, path: &Path, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let (disk, name) = found(path)?;
        works(&disk, Order::Read)?;
        let file = disk.open(&name, false).ok_or(ErrorKind::NotFound)?;
        if disk.read(file, offset as usize, into) { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn BegunFile>> {
        let (disk, name) = found(path)?;
        works(&disk, Order::Change)?;
        let file = disk.open(&name, true).ok_or(ErrorKind::NotFound)?;
        disk.truncate(file, 0);
        Ok(Box::new(Begun { disk, file, written: 0 }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let ((disk, from), (_, to)) = (found(from)?, found(to)?);
        works(&disk, Order::Change)?;
        if disk.rename(&from, &to) { Ok(()) } else { Err(ErrorKind::NotFound.into()) }
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let (disk, name) = found(path)?;
        works(&disk, Order::Change)?;
        disk.open(&name, false).ok_or(ErrorKind::NotFound)?;
        disk.delete(&name);
        Ok(())
    }

    fn sync_name(&self, path: &Path) -> io::Result<()> {
        let (disk, name) = found(path)?;
        disk.try_sync_folder(folder_of(&name)).map_err(failed)
    }
}

impl Write for Begun {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.try_write(self.file, self.written, bytes).map_err(failed)?;
        self.written += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl BegunFile for Begun {
    fn sync(&mut self) -> io::Result<()> {
        self.disk.try_sync(self.file).map_err(failed)
    }
}

fn found(path: &Path) -> io::Result<(Arc<Disk>, String)> {
    Ok(on_disk(path).ok_or(ErrorKind::NotFound)?)
}

fn works(disk: &Disk, order: Order) -> io::Result<()> {
    disk.fails(order).map_or(Ok(()), |trouble| Err(failed(trouble)))
}

fn failed(_: Trouble) -> io::Error {
    io::Error::other("the disk fails")
}
