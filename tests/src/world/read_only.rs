//! A disk that was set read-only under the terminal, as Linux does after an error: what its process writes to the files of its
//! store is refused at the system call. `strace` refuses it, so that the machine's own disk stays as it is.

use std::path::Path;
use std::process::Command;

use super::{Process, WorldError, call, terminal};

/// What is refused, and how: open(2) and write(2) name the error.
const REFUSED: &str = "inject=write,pwrite64,ftruncate,fsync,fdatasync:error=EROFS";
/// The files it concerns, in the store's folder.
const FILES: [&str; 2] = ["store.db", "store.db-wal"];

/// As long as this lives, the terminal cannot write.
pub struct ReadOnlyDisk {
    _refusing: Process,
}

impl ReadOnlyDisk {
    /// Whether this user may do so on this machine.
    ///
    /// # Errors
    /// There is no `strace`, or it may trace nothing.
    pub fn is_possible() -> Result<(), WorldError> {
        let tried = call(Command::new("strace").args(["-o", "/dev/null", "true"]));
        tried.map(drop).map_err(|error| WorldError::NoReadOnlyDisk { why: error.chain() })
    }

    /// Of the terminal that is this process; its files lie in the world's folder. It is in force when this returns.
    ///
    /// # Errors
    /// `strace` got no hold of it.
    pub fn set(process: u32, folder: &Path, logs: &Path) -> Result<Self, WorldError> {
        let store = folder.join(terminal::DATA).join("store");
        let mut command = Command::new("strace");
        command.args(["-f", "-o", "/dev/null", "-p", &process.to_string(), "-e", REFUSED]);
        for file in FILES {
            command.arg("-P").arg(store.join(file));
        }
        let mut refusing = Process::spawn("strace", &mut command, logs)?;
        refusing.await_line(|line| line.contains("attached").then_some(()))?;
        Ok(Self { _refusing: refusing })
    }
}
