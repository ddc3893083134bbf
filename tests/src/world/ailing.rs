//! A disk that fails under the terminal: what its process asks of the files of its store is refused at the system call, as
//! Linux refuses it. `strace` does that, so that the machine's own disk stays as it is.

use std::path::Path;
use std::process::Command;

use super::{Process, WorldError, call, terminal};

/// What is wrong with a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ailment {
    /// It was set read-only, as Linux does after an error.
    ReadOnly,
    /// It reads nothing any more. What the store has in memory it does not read again; who hands something in makes it look up
    /// what it never looked at before.
    Unreadable,
}

impl Ailment {
    /// What is refused, and how: open(2), read(2) and write(2) name the errors.
    fn refused(self) -> &'static str {
        match self {
            Self::ReadOnly => "inject=write,pwrite64,ftruncate,fsync,fdatasync:error=EROFS",
            Self::Unreadable => "inject=read,pread64:error=EIO",
        }
    }
}

/// The files it concerns, in the store's folder.
const FILES: [&str; 2] = ["store.db", "store.db-wal"];

/// As long as this lives, the terminal's disk fails.
pub struct AilingDisk {
    _refusing: Process,
}

impl AilingDisk {
    /// Whether this user may do so on this machine.
    ///
    /// # Errors
    /// There is no `strace`, or it may trace nothing.
    pub fn is_possible() -> Result<(), WorldError> {
        let tried = call(Command::new("strace").args(["-o", "/dev/null", "true"]));
        tried.map(drop).map_err(|error| WorldError::NoAilingDisk { why: error.chain() })
    }

    /// Of the terminal that is this process; its files lie in the world's folder. It is in force when this returns.
    ///
    /// # Errors
    /// `strace` got no hold of it.
    pub fn set(ailment: Ailment, process: u32, folder: &Path, logs: &Path) -> Result<Self, WorldError> {
        let store = folder.join(terminal::DATA).join("store");
        let mut command = Command::new("strace");
        command.args(["-f", "-o", "/dev/null", "-p", &process.to_string(), "-e", ailment.refused()]);
        for file in FILES {
            command.arg("-P").arg(store.join(file));
        }
        let mut refusing = Process::spawn("strace", &mut command, logs)?;
        refusing.await_line(|line| line.contains("attached").then_some(()))?;
        Ok(Self { _refusing: refusing })
    }
}
