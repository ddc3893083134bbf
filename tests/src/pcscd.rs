//! The smart-card service, the real one, with vsmartcard's readers for virtual cards: Debian's `pcscd`, `vsmartcard-vpcd`.
//!
//! Its socket is one for the whole machine, so only one of these runs at a time; a file lock sees to that.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::geteuid;

use crate::deadlines;
use crate::world::{Process, WorldError};

/// Slots of the service's reader. More readers do not help: their driver knows slots by their number alone, so that a second
/// reader takes the place of the first.
pub const SLOTS: u16 = 2;
/// Where the first slot takes virtual cards; the other follows. Not the package's ports, which lie among those that Linux gives
/// to whoever asks for any (32768 and above).
const FIRST_PORT: u16 = 0x6C7B;
/// The package's driver for virtual cards; how its reader is named follows `/etc/reader.conf.d/vpcd`.
const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";

const FOLDER: &str = "/run/pcscd";
const LOCK: &str = "/run/lock/kiosk-pcscd.lock";

/// A running service. Dropping it ends it.
pub struct Pcscd {
    process: Option<Process>,
    folder: PathBuf,
    _lock: File,
}

/// Where a slot takes virtual cards.
pub fn address(slot: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, FIRST_PORT + slot))
}

/// A slot's name.
pub fn reader(slot: u16) -> String {
    format!("Virtual PCD 00 {slot:02}")
}

impl Pcscd {
    /// Whether this user may start the service: its folder belongs to root.
    pub fn may_start() -> bool {
        geteuid().is_root()
    }

    /// Starts the service with its readers; its log, and what else it needs, goes to `folder`.
    ///
    /// # Errors
    /// Another one runs and does not end, or this one does not get ready.
    pub fn start(folder: &Path) -> Result<Self, WorldError> {
        let failed = |source| WorldError::File { path: LOCK.into(), source };
        let lock = File::create(LOCK).map_err(failed)?;
        let locked = deadlines::poll(deadlines::PCSCD_FREE, || lock.try_lock().ok());
        locked.ok_or_else(|| not_ready("is used by another test"))?;
        if is_running() {
            return Err(not_ready("runs already; end it: systemctl stop pcscd.socket pcscd.service"));
        }
        let mut service = Self { process: None, folder: folder.to_owned(), _lock: lock };
        service.run()?;
        Ok(service)
    }

    /// Kills it, as a crash would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
    }

    /// Starts it again.
    ///
    /// # Errors
    /// It does not get ready.
    pub fn run(&mut self) -> Result<(), WorldError> {
        let reader = format!(
            "FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:{FIRST_PORT:#06X}\nLIBPATH {DRIVER}\nCHANNELID {FIRST_PORT:#06X}\n"
        );
        self.run_with("readers", &reader)
    }

    /// Starts it again without any reader, as when the plug was pulled.
    ///
    /// # Errors
    /// It does not get ready.
    pub fn run_without_readers(&mut self) -> Result<(), WorldError> {
        self.run_with("no-readers", "")
    }

    fn run_with(&mut self, name: &str, readers: &str) -> Result<(), WorldError> {
        self.kill();
        let config = self.folder.join(name);
        let failed = |source| WorldError::File { path: config.clone(), source };
        std::fs::create_dir_all(FOLDER).and_then(|()| std::fs::create_dir_all(&config)).map_err(failed)?;
        std::fs::write(config.join("vpcd"), readers).map_err(failed)?;
        // The service looks from a folder of its own.
        let config = config.canonicalize().map_err(failed)?;
        let mut command = Command::new("pcscd");
        command.arg("--foreground").arg("--config").arg(&config);
        let mut process = Process::spawn("pcscd", &mut command, &self.folder)?;
        let socket = Path::new(FOLDER).join("pcscd.comm");
        process.await_ready(|_| UnixStream::connect(&socket).ok())?;
        self.process = Some(process);
        Ok(())
    }
}

/// Looks at the program's name too: the file of one that was killed stays, and its number may be another's by now.
fn is_running() -> bool {
    let pid = std::fs::read_to_string(Path::new(FOLDER).join("pcscd.pid")).unwrap_or_default();
    let name = std::fs::read_to_string(format!("/proc/{}/comm", pid.trim()));
    name.is_ok_and(|name| name.trim() == "pcscd")
}

fn not_ready(what: &str) -> WorldError {
    WorldError::NotReady { name: "pcscd".to_owned(), what: what.to_owned(), log: String::new() }
}
