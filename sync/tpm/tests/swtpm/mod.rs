//! A TPM of a test's own: the emulator `swtpm` as a process, its memory in a folder.
#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use kiosk_tpm::Tpm;
use tempfile::TempDir;

/// How long it may take to listen.
const READY_MAX: Duration = Duration::from_secs(20);
/// Those of one process listen on pairs of ports from here on, as the library wants them: commands, then control.
const FIRST_PORT: u16 = 2321;
static MADE: AtomicU16 = AtomicU16::new(0);

/// Ends with the test.
pub struct Swtpm {
    memory: TempDir,
    port: u16,
    process: Child,
}

impl Swtpm {
    /// A new chip, with seeds of its own.
    pub fn new() -> Self {
        let memory = tempfile::tempdir().unwrap();
        let port = FIRST_PORT + 2 * MADE.fetch_add(1, Ordering::Relaxed);
        let process = start(memory.path(), port);
        Self { memory, port, process }
    }

    /// As `store.tpm` names it.
    pub fn place(&self) -> String {
        format!("swtpm:host={},port={}", address(), self.port)
    }

    /// Where commands go; control is at the next one.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// As the product reaches it.
    pub fn tpm(&self) -> Tpm {
        Tpm::try_from(self.place()).unwrap()
    }

    /// Power off.
    pub fn stop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Power off and on: what was not written to its memory is gone.
    pub fn restart(&mut self) {
        self.stop();
        self.process = start(self.memory.path(), self.port);
    }
}

impl Drop for Swtpm {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A loopback address of this process, so that no other's ports are in the way.
pub fn address() -> Ipv4Addr {
    let [_, high, middle, low] = std::process::id().to_be_bytes();
    Ipv4Addr::new(127, high | 0x40, middle, low)
}

fn start(memory: &Path, port: u16) -> Child {
    let channel = |port| format!("type=tcp,port={port},bindaddr={}", address());
    let mut process = Command::new("swtpm")
        .args(["socket", "--tpm2", "--flags", "not-need-init,startup-clear"])
        .args(["--tpmstate", &format!("dir={}", memory.display())])
        .args(["--server", &channel(port), "--ctrl", &channel(port + 1)])
        .args(["--log", &format!("file={}", memory.join("log").display())])
        .spawn()
        .expect("swtpm is installed by ./x");
    let since = Instant::now();
    while !listens(port) || !listens(port + 1) {
        assert!(process.try_wait().unwrap().is_none(), "swtpm has ended");
        assert!(since.elapsed() < READY_MAX, "swtpm does not listen");
        std::thread::yield_now();
    }
    process
}

fn listens(port: u16) -> bool {
    TcpStream::connect((address(), port)).is_ok()
}
