//! A pseudo-terminal handed out under a stable path.
//!
//! The peer opens the symlink, which leads to the slave. Closing the master is pulling the plug: the peer gets EIO.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// A master whose slave stands at a stable path as long as this value lives.
#[derive(Debug)]
pub struct Pty {
    master: OwnedFd,
    link: PathBuf,
    slave: PathBuf,
}

/// What reading from the master gave.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    /// This many bytes.
    Bytes(usize),
    /// None yet.
    Nothing,
    /// Nobody has the slave open any more, and all it wrote has been read.
    Closed,
}

impl Pty {
    /// Opens a pty in raw mode at `baud` and points `link` to its slave.
    pub fn open(link: &Path, baud: u32) -> std::io::Result<Pty> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        set_raw(master.as_fd(), baud)?;
        let flags = rustix::fs::fcntl_getfl(&master)?;
        rustix::fs::fcntl_setfl(&master, flags | OFlags::NONBLOCK)?;
        let slave = ptsname(&master, Vec::new())?;
        let slave = PathBuf::from(slave.to_string_lossy().into_owned());
        let pty = Pty { master, link: link.to_owned(), slave };
        pty.point()?;
        Ok(pty)
    }

    /// Points the path to this pty in one step, so that a peer never finds it missing in between.
    pub fn point(&self) -> std::io::Result<()> {
        let fresh = self.link.with_extension("new");
        match std::fs::remove_file(&fresh) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            Err(_) | Ok(()) => {}
        }
        std::os::unix::fs::symlink(&self.slave, &fresh)?;
        std::fs::rename(&fresh, &self.link)
    }

    /// Whether somebody has the slave open. Also true before anybody ever had.
    pub fn has_peer(&self) -> std::io::Result<bool> {
        let mut fds = [PollFd::new(&self.master, PollFlags::empty())];
        poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))?;
        Ok(!fds[0].revents().contains(PollFlags::HUP))
    }

    /// The master, to wait on.
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        self.master.as_fd()
    }

    /// The line rate the peer has set.
    pub fn baud(&self) -> std::io::Result<u32> {
        Ok(tcgetattr(&self.master)?.output_speed())
    }

    /// Reads what the peer wrote.
    pub fn read(&self, into: &mut [u8]) -> std::io::Result<Heard> {
        match rustix::io::read(&self.master, into) {
            Ok(count) => Ok(Heard::Bytes(count)),
            Err(Errno::AGAIN | Errno::INTR) => Ok(Heard::Nothing),
            Err(Errno::IO) => Ok(Heard::Closed),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes to the peer; what its input queue cannot take is lost, as on a wire.
    pub fn write(&self, bytes: &[u8]) -> std::io::Result<()> {
        match rustix::io::write(&self.master, bytes) {
            Ok(_) | Err(Errno::AGAIN | Errno::INTR | Errno::IO) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Drop for Pty {
    /// Removes the symlink, unless a newer pty already stands there.
    fn drop(&mut self) {
        let ours = std::fs::read_link(&self.link).is_ok_and(|target| target == self.slave);
        if ours && let Err(error) = std::fs::remove_file(&self.link) {
            tracing::warn!(path = %self.link.display(), %error, "cannot remove the symlink of a device");
        }
    }
}

fn set_raw(master: BorrowedFd<'_>, baud: u32) -> std::io::Result<()> {
    let mut termios = tcgetattr(master)?;
    termios.make_raw();
    termios.set_speed(baud)?;
    Ok(tcsetattr(master, OptionalActions::Now, &termios)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::{Read, Write};

    use super::*;

    fn peer(link: &Path) -> std::fs::File {
        std::fs::OpenOptions::new().read(true).write(true).open(link).unwrap()
    }

    /// Waits until the kernel has carried something over.
    fn read(pty: &Pty, into: &mut [u8]) -> Heard {
        let limit = Timespec { tv_sec: 5, tv_nsec: 0 };
        let mut fds = [PollFd::new(&pty.master, PollFlags::IN)];
        poll(&mut fds, Some(&limit)).unwrap();
        pty.read(into).unwrap()
    }

    #[test]
    fn bytes_pass_unchanged_both_ways() {
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("device");
        let pty = Pty::open(&link, 115_200).unwrap();
        let mut peer = peer(&link);
        let every: Vec<u8> = (0..=255).collect();
        peer.write_all(&every).unwrap();
        let mut heard = [0; 256];
        assert_eq!(read(&pty, &mut heard), Heard::Bytes(256));
        assert_eq!(heard[..], every);
        pty.write(&every).unwrap();
        let mut answered = [0; 256];
        peer.read_exact(&mut answered).unwrap();
        assert_eq!(answered[..], every);
    }

    #[test]
    fn the_rate_the_peer_sets_is_seen_even_an_odd_one() {
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("device");
        let pty = Pty::open(&link, 115_200).unwrap();
        assert_eq!(pty.baud().unwrap(), 115_200);
        let peer = peer(&link);
        let mut termios = tcgetattr(&peer).unwrap();
        termios.set_speed(12_345).unwrap();
        tcsetattr(&peer, OptionalActions::Now, &termios).unwrap();
        assert_eq!(pty.baud().unwrap(), 12_345);
    }

    #[test]
    fn pulling_the_plug_shows_at_the_peer_and_takes_the_path_away() {
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("device");
        let pty = Pty::open(&link, 115_200).unwrap();
        let mut peer = peer(&link);
        drop(pty);
        assert!(peer.write_all(b"x").is_err());
        assert!(!link.exists() && std::fs::read_link(&link).is_err());
    }

    #[test]
    fn a_peer_that_closes_is_noticed_after_its_last_byte() {
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("device");
        let pty = Pty::open(&link, 115_200).unwrap();
        let mut peer = peer(&link);
        peer.write_all(b"x").unwrap();
        assert!(pty.has_peer().unwrap());
        drop(peer);
        assert!(!pty.has_peer().unwrap());
        let mut heard = [0; 8];
        assert_eq!(read(&pty, &mut heard), Heard::Bytes(1));
        assert_eq!(read(&pty, &mut heard), Heard::Closed);
    }

    #[test]
    fn a_new_pty_takes_over_the_path_from_an_old_one() {
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("device");
        let old = Pty::open(&link, 115_200).unwrap();
        let new = Pty::open(&link, 115_200).unwrap();
        assert_eq!(std::fs::read_link(&link).unwrap(), new.slave);
        old.point().unwrap();
        drop(new);
        assert_eq!(std::fs::read_link(&link).unwrap(), old.slave);
    }
}
