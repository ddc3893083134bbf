//! The program itself, on a platform's folder.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A server as a process of its own.
pub struct Program {
    child: Child,
    pub url: String,
}

impl Program {
    /// A server on this folder, beside others where its database allows them.
    pub fn start(platform: &Path) -> Self {
        let mut command = command(&["serve", "--listen", "127.0.0.1:0", "--dir"], platform);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let url = said.trim().strip_prefix("listening on ").unwrap().to_owned();
        Self { child, url }
    }

    pub fn address(&self) -> SocketAddr {
        self.url.strip_prefix("https://").unwrap().parse().unwrap()
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    /// SIGTERM.
    pub fn ask_to_stop(&self) {
        kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGTERM).unwrap();
    }

    pub fn ended(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Runs a command to its end.
pub fn run(words: &[&str], folder: &Path, more: &[&str]) -> Output {
    command(words, folder).args(more).output().unwrap()
}

fn command(words: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kiosk-platform"));
    command.args(words).arg(folder);
    command
}
