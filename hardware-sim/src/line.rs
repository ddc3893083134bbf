//! A serial line with a device at its end: one thread that carries bytes between a pty and a [`Peripheral`].
//!
//! The kernel hands over bytes at once, so the line rate is kept here: each byte has an absolute deadline counted
//! from the first one, in both directions. A device that has no room is not read for, so that the pty backs up.

use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::limits::{LINE_CHUNK_BYTES, LINE_CLOSED_WAIT, LINE_WAIT_MAX, PLUG_WAIT};
use crate::outgoing::Outgoing;
use crate::pacing::wire_time;
use crate::peripheral::Peripheral;
use crate::pty::{Heard, Pty};
use crate::recording::{Tape, Way};

/// A device and how its plug stands.
#[derive(Debug)]
pub struct End<P> {
    /// The device.
    pub device: P,
    /// Whether the plug is in.
    plugged: bool,
    /// Whether the pty stands as `plugged` says.
    settled: bool,
    /// Bytes that reached the device.
    pub bytes_in: u64,
    /// Bytes the device put on the line.
    pub bytes_out: u64,
    /// How many of them there are when somebody pulls the plug.
    pulls_at: Option<u64>,
    tape: Option<Tape>,
    stop: bool,
}

impl<P> End<P> {
    /// A device whose plug is in.
    pub(crate) fn new(device: P) -> End<P> {
        End {
            device,
            plugged: true,
            settled: true,
            bytes_in: 0,
            bytes_out: 0,
            pulls_at: None,
            tape: None,
            stop: false,
        }
    }

    /// Whether the plug is in.
    pub fn is_plugged(&self) -> bool {
        self.plugged
    }

    /// Pulls the plug once the device has put so many more bytes on the line.
    pub fn pull_after(&mut self, bytes: u64) {
        self.pulls_at = Some(self.bytes_out + bytes);
    }

    /// Counts bytes that leave, and gives those that do before the plug is pulled.
    fn let_out(&mut self, mut part: Vec<u8>) -> Vec<u8> {
        if let Some(at) = self.pulls_at {
            part.truncate(usize::try_from(at - self.bytes_out).unwrap_or(usize::MAX));
        }
        self.bytes_out += part.len() as u64;
        if self.pulls_at.take_if(|at| self.bytes_out >= *at).is_some() {
            (self.plugged, self.settled) = (false, false);
        }
        part
    }

    /// Records from now on; the recording is written when the wire ends.
    pub fn record(&mut self, tape: Tape) {
        self.tape = Some(tape);
    }

    /// Writes the recording, if there is one.
    pub(crate) fn stop_recording(&mut self) {
        self.tape = None;
    }

    pub(crate) fn note(&mut self, at: Duration, way: Way, bytes: &[u8]) {
        if let Some(tape) = &mut self.tape {
            tape.note(at, way, bytes);
        }
    }
}

/// A running line; stops and closes everything when dropped.
#[derive(Debug)]
pub struct Line<P> {
    end: Arc<Mutex<End<P>>>,
    settled: Arc<Condvar>,
    waker: UnixStream,
    thread: Option<JoinHandle<()>>,
}

impl<P: Peripheral> Line<P> {
    /// Plugs `device` in at `link` and starts to carry bytes. Model time counts from `epoch`; `after` sees the
    /// device after each step, before it says anything.
    pub fn start(
        device: P,
        link: &Path,
        epoch: Instant,
        after: impl FnMut(&mut P) + Send + 'static,
    ) -> std::io::Result<Line<P>> {
        let pty = Pty::open(link, device.baud())?;
        let (waker, wake) = UnixStream::pair()?;
        waker.set_nonblocking(true)?;
        wake.set_nonblocking(true)?;
        let end = Arc::new(Mutex::new(End::new(device)));
        let settled = Arc::new(Condvar::new());
        let carrier = Carrier {
            end: Arc::clone(&end),
            settled: Arc::clone(&settled),
            after: Box::new(after),
            wake,
            epoch,
            link: link.to_owned(),
            pty: Some(pty),
            incoming: Incoming::default(),
            outgoing: Outgoing::default(),
        };
        let name = link.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let thread = std::thread::Builder::new().name(name).spawn(move || carrier.run())?;
        Ok(Line { end, settled, waker, thread: Some(thread) })
    }

    /// Looks at the device or changes it; the line takes note at once.
    pub fn with<T>(&self, act: impl FnOnce(&mut End<P>) -> T) -> T {
        let answer = act(&mut lock(&self.end));
        // A full pipe means that the thread is about to wake anyway.
        let _ = (&self.waker).write(&[0]);
        answer
    }
}

impl<P: Peripheral> Line<P> {
    /// Whether the plug is in.
    pub fn is_plugged(&self) -> bool {
        lock(&self.end).plugged
    }

    /// Pulls the plug or puts it in; returns once the path is gone or there.
    pub fn set_plugged(&self, plugged: bool) {
        self.with(|end| {
            end.settled &= end.plugged == plugged;
            end.plugged = plugged;
        });
        let waiting = self.settled.wait_timeout_while(lock(&self.end), PLUG_WAIT, |end| !end.settled);
        if waiting.is_ok_and(|(_, timeout)| timeout.timed_out()) {
            tracing::warn!(plugged, "the plug does not settle");
        }
    }
}

impl<P> Drop for Line<P> {
    fn drop(&mut self) {
        lock(&self.end).stop = true;
        let _ = (&self.waker).write(&[0]);
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("a device thread panicked");
        }
    }
}

fn lock<P>(end: &Mutex<End<P>>) -> MutexGuard<'_, End<P>> {
    end.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Bytes on their way to the device.
#[derive(Default)]
struct Incoming {
    bytes: Vec<u8>,
    /// When the last of them is in.
    done: Duration,
    /// Whether the next bytes follow without a gap.
    flowing: bool,
}

struct Carrier<P> {
    end: Arc<Mutex<End<P>>>,
    settled: Arc<Condvar>,
    after: Box<dyn FnMut(&mut P) + Send>,
    wake: UnixStream,
    epoch: Instant,
    link: PathBuf,
    pty: Option<Pty>,
    incoming: Incoming,
    outgoing: Outgoing,
}

impl<P: Peripheral> Carrier<P> {
    fn run(mut self) {
        while !lock(&self.end).stop {
            let wait = self.step().unwrap_or_else(|error| {
                tracing::warn!(device = %self.link.display(), %error, "the line failed; trying again");
                self.pty = None;
                LINE_CLOSED_WAIT
            });
            self.wait(wait);
        }
    }

    /// Carries what is due, and tells how long nothing else will be.
    fn step(&mut self) -> std::io::Result<Duration> {
        let end = Arc::clone(&self.end);
        let mut end = lock(&end);
        self.plug(&mut end)?;
        let now = self.epoch.elapsed();
        self.deliver(&mut end, now);
        end.device.advance(now);
        // Before anybody hears of it: whoever has the answer finds what it tells of.
        (self.after)(&mut end.device);
        self.speak(&mut end, now)?;
        self.listen(&mut end, now)?;
        if !end.settled {
            return Ok(Duration::ZERO);
        }
        let incoming = (!self.incoming.bytes.is_empty()).then_some(self.incoming.done);
        let next = [incoming, self.outgoing.due(), end.device.due()].into_iter().flatten().min();
        Ok(next.map_or(LINE_WAIT_MAX, |due| due.saturating_sub(self.epoch.elapsed()).min(LINE_WAIT_MAX)))
    }

    fn plug(&mut self, end: &mut End<P>) -> std::io::Result<()> {
        if end.plugged && self.pty.is_none() {
            self.pty = Some(Pty::open(&self.link, end.device.baud())?);
        } else if !end.plugged && self.pty.take().is_some() {
            end.device.power_cycle();
            self.forget();
        }
        end.settled = true;
        self.settled.notify_all();
        Ok(())
    }

    fn forget(&mut self) {
        self.incoming = Incoming::default();
        self.outgoing = Outgoing::default();
    }

    fn deliver(&mut self, end: &mut End<P>, now: Duration) {
        if self.incoming.bytes.is_empty() || self.incoming.done > now {
            return;
        }
        let bytes = std::mem::take(&mut self.incoming.bytes);
        end.bytes_in += bytes.len() as u64;
        end.note(self.incoming.done, Way::ToDevice, &bytes);
        end.device.hear(self.incoming.done, &bytes);
        self.incoming.flowing = true;
    }

    fn speak(&mut self, end: &mut End<P>, now: Duration) -> std::io::Result<()> {
        let Some(pty) = &self.pty else { return Ok(()) };
        loop {
            if self.outgoing.is_out() {
                let Some(said) = end.device.say() else { return Ok(()) };
                self.outgoing.begin(said, end.device.baud());
            }
            let part = end.let_out(self.outgoing.take_due(now));
            if !part.is_empty() {
                end.note(now, Way::FromDevice, &part);
                pty.write(&as_heard(&part, self.outgoing.baud, pty.baud()?))?;
            }
            if !self.outgoing.is_out() || !end.plugged {
                return Ok(());
            }
            end.device.said();
        }
    }

    fn listen(&mut self, end: &mut End<P>, now: Duration) -> std::io::Result<()> {
        let Some(pty) = &self.pty else { return Ok(()) };
        let room = end.device.room().min(LINE_CHUNK_BYTES);
        if !self.incoming.bytes.is_empty() || room == 0 {
            return Ok(());
        }
        let mut chunk = [0; LINE_CHUNK_BYTES];
        match pty.read(&mut chunk[..room])? {
            Heard::Bytes(count) => {
                let baud = pty.baud()?;
                let start = if self.incoming.flowing { self.incoming.done } else { now };
                self.incoming.bytes = as_heard(&chunk[..count], baud, end.device.baud());
                self.incoming.done = start + wire_time(count, baud);
            }
            Heard::Nothing => self.incoming.flowing = false,
            Heard::Closed => self.renew(end.device.baud())?,
        }
        Ok(())
    }

    /// Gives the next peer a fresh pty, without the old one's settings and locks. A peer that opened the old one
    /// in the meantime keeps it.
    fn renew(&mut self, baud: u32) -> std::io::Result<()> {
        self.forget();
        let fresh = Pty::open(&self.link, baud)?;
        match &self.pty {
            Some(old) if old.has_peer()? => old.point()?,
            Some(_) | None => self.pty = Some(fresh),
        }
        Ok(())
    }

    /// Sleeps until something is due, a command comes or the peer writes while the device listens.
    fn wait(&mut self, limit: Duration) {
        let listening = self.incoming.bytes.is_empty() && lock(&self.end).device.room() > 0;
        let pty = self.pty.as_ref().filter(|_| listening);
        let mut fds = vec![PollFd::from_borrowed_fd(self.wake.as_fd(), PollFlags::IN)];
        fds.extend(pty.map(|pty| PollFd::from_borrowed_fd(pty.as_fd(), PollFlags::IN)));
        let limit = Timespec { tv_sec: 0, tv_nsec: i64::from(limit.min(LINE_WAIT_MAX).subsec_nanos()) };
        if let Err(error) = poll(&mut fds, Some(&limit)) {
            tracing::debug!(%error, "poll was interrupted");
        }
        let _ = self.wake.read(&mut [0; 64]);
    }
}

/// Bytes as they arrive: noise where both ends do not keep the same rate.
fn as_heard(bytes: &[u8], sent: u32, expected: u32) -> Vec<u8> {
    if sent == expected {
        return bytes.to_vec();
    }
    bytes.iter().map(|byte| byte.rotate_left(3) ^ 0x5A).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::reader::Reader;

    const FIND: [u8; 10] = [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x03, 0x20, 0x01, 0x22];

    fn reader() -> (tempfile::TempDir, PathBuf, Line<Reader>) {
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("id-reader");
        let line = Line::start(Reader::new(115_200), &link, Instant::now(), |_| {}).unwrap();
        (dir, link, line)
    }

    fn peer(link: &Path) -> std::fs::File {
        std::fs::OpenOptions::new().read(true).write(true).open(link).unwrap()
    }

    fn ask(peer: &mut std::fs::File) -> [u8; 11] {
        let mut answer = [0; 11];
        peer.write_all(&FIND).unwrap();
        peer.read_exact(&mut answer).unwrap();
        answer
    }

    #[test]
    fn a_reader_answers_over_its_pty_no_faster_than_the_line() {
        let (_dir, link, _line) = reader();
        let mut peer = peer(&link);
        let start = Instant::now();
        assert_eq!(ask(&mut peer)[9], 0x80);
        assert!(start.elapsed() >= wire_time(21, 115_200) + crate::limits::THINK_FIND);
    }

    #[test]
    fn the_device_is_seen_before_it_says_anything() {
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("id-reader");
        let (sender, seen) = std::sync::mpsc::channel();
        let take_away = move |reader: &mut Reader| {
            std::iter::from_fn(|| reader.say()).for_each(|said| sender.send(said.bytes).unwrap());
        };
        let _line = Line::start(Reader::new(115_200), &link, Instant::now(), take_away).unwrap();
        let mut peer = peer(&link);
        peer.write_all(&FIND).unwrap();
        assert_eq!(seen.recv_timeout(Duration::from_secs(5)).unwrap()[9], 0x80);
    }

    #[test]
    fn a_peer_may_close_and_open_again() {
        let (_dir, link, line) = reader();
        let mut first = peer(&link);
        ask(&mut first);
        let old = std::fs::read_link(&link).ok();
        drop(first);
        // The new pty may get the old one's number, so that nothing changes to be seen.
        let end = Instant::now() + Duration::from_secs(2);
        while std::fs::read_link(&link).ok() == old && Instant::now() < end {
            std::thread::yield_now();
        }
        assert_eq!(ask(&mut peer(&link))[9], 0x80);
        assert_eq!(line.with(|end| (end.bytes_in, end.bytes_out)), (20, 22));
    }

    #[test]
    fn unplugging_breaks_the_peer_and_plugging_brings_the_path_back() {
        let (_dir, link, line) = reader();
        let mut held = peer(&link);
        line.set_plugged(false);
        assert!(held.read_exact(&mut [0]).is_err());
        assert!(!link.exists());
        line.set_plugged(true);
        assert_eq!(ask(&mut peer(&link))[9], 0x80);
    }

    #[test]
    fn a_plug_is_pulled_behind_the_byte_that_was_named() {
        let (_dir, link, line) = reader();
        let mut peer = peer(&link);
        line.with(|end| end.pull_after(4));
        peer.write_all(&FIND).unwrap();
        assert!(peer.read_exact(&mut [0; 11]).is_err());
        line.set_plugged(false);
        assert!(!link.exists());
        assert_eq!(line.with(|end| end.bytes_out), 4);
    }

    #[test]
    fn another_line_rate_is_noise() {
        assert_eq!(as_heard(&FIND, 9_600, 9_600), FIND);
        let mut noise = as_heard(&FIND, 9_600, 115_200);
        assert_eq!(crate::reader::take_request(&mut noise), None);
    }
}
