//! The files a program finds a device by: what `/sys` and `/dev` show of it.
//!
//! The device file is a FIFO kept full: libusb waits until it can be written, and that it can is how it is told that a transfer
//! is done. Through a plain file it would never wait at all.

use std::fs::{File, Permissions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat};

use super::descriptor::Shape;
use super::uevent;

/// Longest path of a tree: the address of a socket below it has 108 bytes.
pub const DIR_BYTES_MAX: usize = 75;

/// Access for everybody; the bit in front marks it as a device for the preloaded library.
const DEVICE_MODE: u32 = 0o1666;
/// Character devices of usbfs (Linux, `Documentation/admin-guide/devices.txt`).
const MAJOR: u32 = 189;
const BUS: u32 = 1;
/// One page: what the kernel frees in a FIFO at a time.
const PAGE_BYTES: usize = 4_096;

/// Where a device is plugged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The port of the root hub, from 1.
    pub port: u8,
}

impl Place {
    /// Its number on the bus.
    fn number(self) -> u32 {
        u32::from(self.port) + 1
    }

    fn name(self) -> String {
        format!("{BUS}-{}", self.port)
    }

    fn node(self) -> String {
        format!("bus/usb/{BUS:03}/{:03}", self.number())
    }

    fn properties(self) -> [String; 7] {
        let number = self.number();
        [
            format!("MAJOR={MAJOR}"),
            format!("MINOR={}", number - 1),
            format!("DEVNAME={}", self.node()),
            "DEVTYPE=usb_device".to_owned(),
            "DRIVER=usb".to_owned(),
            format!("BUSNUM={BUS:03}"),
            format!("DEVNUM={number:03}"),
        ]
    }
}

/// The files of one device.
#[derive(Debug)]
pub(crate) struct Tree {
    dir: PathBuf,
    place: Place,
    descriptors: Vec<u8>,
    id: (u16, u16),
    /// Counts what was told to listeners.
    told: u64,
}

impl Tree {
    /// Files below `dir`, none yet.
    pub(crate) fn new(dir: &Path, place: Place, shape: &Shape) -> Tree {
        Tree { dir: dir.to_owned(), place, descriptors: shape.descriptors(), id: shape.id, told: 0 }
    }

    /// Where the preloaded library asks for the device.
    pub(crate) fn socket(&self) -> PathBuf {
        self.dir.join("ioctl/dev").join(self.place.node())
    }

    /// Makes the files, and tells listeners.
    pub(crate) fn plug(&mut self) -> std::io::Result<Fifo> {
        let fifo = Fifo::make(&self.node())?;
        let mark = self.mark();
        std::fs::create_dir_all(mark.parent().unwrap_or(&self.dir))?;
        replace_link(&format!("{MAJOR}:{}", self.place.number() - 1), &mark)?;
        self.make_sysfs()?;
        self.tell("add")?;
        Ok(fifo)
    }

    /// Takes them away, and tells listeners.
    pub(crate) fn unplug(&mut self) -> std::io::Result<()> {
        remove(std::fs::remove_file(self.bus_link()))?;
        remove(std::fs::remove_dir_all(self.device_dir()))?;
        remove(std::fs::remove_file(self.node()))?;
        remove(std::fs::remove_file(self.mark()))?;
        self.tell("remove")
    }

    fn make_sysfs(&self) -> std::io::Result<()> {
        let device = self.device_dir();
        std::fs::create_dir_all(&device)?;
        let files = [
            ("busnum", BUS.to_string()),
            ("devnum", self.place.number().to_string()),
            ("speed", "12".to_owned()),
            ("bConfigurationValue", "1".to_owned()),
            ("idVendor", format!("{:04x}", self.id.0)),
            ("idProduct", format!("{:04x}", self.id.1)),
            ("uevent", self.place.properties().join("\n")),
        ];
        for (name, text) in files {
            std::fs::write(device.join(name), format!("{text}\n"))?;
        }
        std::fs::write(device.join("descriptors"), &self.descriptors)?;
        replace_link("../../../bus/usb", &device.join("subsystem"))?;
        std::fs::create_dir_all(self.dir.join("sys/class"))?;
        let link = self.bus_link();
        std::fs::create_dir_all(link.parent().unwrap_or(&self.dir))?;
        // The link comes last: whoever finds it finds all the rest.
        replace_link(&format!("../../../devices/usb{BUS}/{}", self.place.name()), &link)
    }

    fn tell(&mut self, action: &str) -> std::io::Result<()> {
        self.told += 1;
        let path = format!("DEVPATH=/devices/usb{BUS}/{}", self.place.name());
        let mut properties = vec![
            format!("ACTION={action}"),
            path,
            "SUBSYSTEM=usb".to_owned(),
            format!("SEQNUM={}", self.told),
        ];
        properties.extend(self.place.properties());
        uevent::send(&self.dir, &properties)
    }

    fn node(&self) -> PathBuf {
        self.dir.join("dev").join(self.place.node())
    }

    fn mark(&self) -> PathBuf {
        self.dir.join("dev/.node").join(self.place.node().replace('/', "_"))
    }

    fn device_dir(&self) -> PathBuf {
        self.dir.join(format!("sys/devices/usb{BUS}")).join(self.place.name())
    }

    fn bus_link(&self) -> PathBuf {
        self.dir.join("sys/bus/usb/devices").join(self.place.name())
    }
}

fn replace_link(target: &str, link: &Path) -> std::io::Result<()> {
    remove(std::fs::remove_file(link))?;
    symlink(target, link)
}

/// What is not there need not be removed.
fn remove(result: std::io::Result<()>) -> std::io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// The device file: full while nothing is to be fetched.
#[derive(Debug)]
pub(crate) struct Fifo {
    file: File,
}

impl Fifo {
    fn make(path: &Path) -> std::io::Result<Fifo> {
        std::fs::create_dir_all(path.parent().unwrap_or(path))?;
        remove(std::fs::remove_file(path))?;
        mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?;
        let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
        let file = File::options().read(true).write(true).custom_flags(flags).open(path)?;
        let mut fifo = Fifo { file };
        fifo.fill()?;
        // Only now: whoever opens it must not find it empty.
        std::fs::set_permissions(path, Permissions::from_mode(DEVICE_MODE))?;
        Ok(fifo)
    }

    /// Nothing is to be fetched: whoever waits goes on waiting.
    pub(crate) fn fill(&mut self) -> std::io::Result<()> {
        loop {
            match self.file.write(&[0; PAGE_BYTES]) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                other => other?,
            };
        }
    }

    /// Something is to be fetched: wakes whoever waits.
    pub(crate) fn drain(&mut self) -> std::io::Result<()> {
        match self.file.read(&mut [0; PAGE_BYTES]) {
            Err(error) if error.kind() != ErrorKind::WouldBlock => Err(error),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::*;

    const PLACE: Place = Place { port: 1 };

    fn can_be_written(file: &File) -> bool {
        let mut fds = [PollFd::new(file, PollFlags::OUT)];
        poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).unwrap();
        fds[0].revents().contains(PollFlags::OUT)
    }

    #[test]
    fn the_device_file_can_be_written_when_something_is_to_be_fetched() {
        let dir = tempfile::tempdir().unwrap();
        let mut tree = Tree::new(dir.path(), PLACE, &Shape::printer());
        let mut fifo = tree.plug().unwrap();
        let host = File::options().read(true).write(true).open(tree.node()).unwrap();
        for _ in 0..3 {
            assert!(!can_be_written(&host));
            fifo.drain().unwrap();
            assert!(can_be_written(&host));
            fifo.fill().unwrap();
        }
    }

    #[test]
    fn a_plug_pulled_leaves_nothing_to_be_found() {
        let dir = tempfile::tempdir().unwrap();
        let mut tree = Tree::new(dir.path(), PLACE, &Shape::printer());
        tree.plug().unwrap();
        assert!(tree.bus_link().join("descriptors").exists() && tree.node().exists());
        tree.unplug().unwrap();
        assert!(!tree.bus_link().exists() && !tree.node().exists() && !tree.device_dir().exists());
        tree.unplug().unwrap();
    }
}
