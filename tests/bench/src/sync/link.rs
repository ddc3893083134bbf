//! A link between two network namespaces: a TUN device in each, and between them a relay that has a rate, a delay, a queue
//! and a seeded loss.

use std::fs::{File, OpenOptions};
use std::io::{Error, Read, Result, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use nix::libc::c_int;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sched::{CloneFlags, unshare};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// 2 Mbit/s.
const BYTES_PER_S: f64 = 250_000.0;
/// One way.
const DELAY: Duration = Duration::from_millis(50);
/// Packets that would wait longer for the line are dropped, as in a small router.
const QUEUE: Duration = Duration::from_millis(200);
/// One packet of so many is lost.
const LOST_ONE_IN: u32 = 100;
/// How often a relay looks whether it is over, milliseconds.
const LOOK_MS: u8 = 50;
/// The device in each namespace.
const DEVICE: &str = "kiosk0";
/// As on Ethernet, bytes.
const PACKET_BYTES_MAX: usize = 1500;
/// `IFF_TUN` and `IFF_NO_PI` of linux/if_tun.h: packets of IP and nothing before them.
const FLAGS: i16 = 0x0001 | 0x1000;

/// The end of a link.
pub struct Tun(File);

/// `struct ifreq` of linux/if.h, as far as `TUNSETIFF` reads it.
#[repr(C)]
pub struct Request {
    name: [u8; 16],
    flags: i16,
    rest: [u8; 22],
}

nix::ioctl_write_ptr_bad!(
    /// `TUNSETIFF` of linux/if_tun.h.
    tun_set_iff,
    nix::request_code_write!(b'T', 202, size_of::<c_int>()),
    Request
);

/// Puts this thread into a network of its own with this address.
pub fn namespace(address: &str) -> Result<Tun> {
    unshare(CloneFlags::CLONE_NEWNET)?;
    let file = OpenOptions::new().read(true).write(true).open("/dev/net/tun")?;
    let mut request = Request { name: [0; 16], flags: FLAGS, rest: [0; 22] };
    request.name[..DEVICE.len()].copy_from_slice(DEVICE.as_bytes());
    attach(&file, &request)?;
    ip(&["address", "add", &format!("{address}/24"), "dev", DEVICE])?;
    ip(&["link", "set", DEVICE, "up"])?;
    ip(&["link", "set", "lo", "up"])?;
    Ok(Tun(file))
}

#[allow(unsafe_code)]
fn attach(file: &File, request: &Request) -> Result<()> {
    // SAFETY: the descriptor is open, and the request is a whole `struct ifreq` that outlives the call.
    unsafe { tun_set_iff(file.as_raw_fd(), request) }.map(drop).map_err(Error::from)
}

fn ip(words: &[&str]) -> Result<()> {
    let told = |error| Error::other(format!("ip (package iproute2): {error}"));
    let status = Command::new("ip").args(words).status().map_err(told)?;
    if status.success() { Ok(()) } else { Err(Error::other(format!("ip {} failed", words.join(" ")))) }
}

/// A relay at work.
pub struct Relay(Vec<JoinHandle<()>>);

impl Relay {
    /// Waits for its end.
    pub fn join(self) {
        self.0.into_iter().for_each(|thread| drop(thread.join()));
    }
}

/// Carries packets between the two until `stopped` is closed.
pub fn relay(near: Tun, far: Tun, seed: u64, stopped: Receiver<()>) -> Result<Relay> {
    let is_over = Arc::new(AtomicBool::new(false));
    let mut threads = Vec::new();
    for (number, (from, to)) in (0..).zip([(&near, &far), (&far, &near)]) {
        let (from, to, is_over) = (from.0.try_clone()?, to.0.try_clone()?, is_over.clone());
        let (sender, receiver) = channel();
        let rng = StdRng::seed_from_u64(seed + number);
        threads.push(spawn(move || take(from, rng, &sender, &is_over)));
        threads.push(spawn(move || give(to, &receiver)));
    }
    threads.push(spawn(move || {
        stopped.recv().ok();
        is_over.store(true, Ordering::SeqCst);
    }));
    Ok(Relay(threads))
}

/// Takes packets off one end and says when each arrives at the other.
fn take(mut from: File, mut rng: StdRng, sender: &Sender<(Instant, Vec<u8>)>, is_over: &AtomicBool) {
    let (mut packet, mut free_at) = ([0; PACKET_BYTES_MAX], Instant::now());
    while !is_over.load(Ordering::SeqCst) {
        if !is_readable(&from) {
            continue;
        }
        let Ok(length) = from.read(&mut packet) else { return };
        let start = free_at.max(Instant::now());
        if start.duration_since(Instant::now()) > QUEUE || rng.random_ratio(1, LOST_ONE_IN) {
            continue;
        }
        free_at = start + Duration::from_secs_f64(length as f64 / BYTES_PER_S);
        sender.send((free_at + DELAY, packet[..length].to_vec())).ok();
    }
}

fn is_readable(file: &File) -> bool {
    let mut wanted = [PollFd::new(file.as_fd(), PollFlags::POLLIN)];
    poll(&mut wanted, PollTimeout::from(LOOK_MS)).is_ok_and(|ready| ready > 0)
}

fn give(mut to: File, receiver: &Receiver<(Instant, Vec<u8>)>) {
    for (at, packet) in receiver {
        sleep(at.saturating_duration_since(Instant::now()));
        // A device that is gone takes nothing; its end of the link has ended.
        to.write_all(&packet).ok();
    }
}
