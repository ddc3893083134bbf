//! The central platform.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::process::Process;
use super::{Programs, WorldError, call};

/// How often the platform tells terminals to ask for changes: often, so that a scenario need not wait.
const POLL_MS: &str = "1000";

/// A running platform with its own store and its own certificate authority.
pub struct Platform {
    _process: Process,
    program: PathBuf,
    folder: PathBuf,
    address: SocketAddr,
}

impl Platform {
    /// Makes a new platform and serves it on a free port.
    ///
    /// # Errors
    /// It could not be made or did not get ready.
    pub fn start(programs: &Programs, folder: &Path, logs: &Path) -> Result<Self, WorldError> {
        let program = programs.platform.clone();
        let folder = folder.join("platform");
        call(Command::new(&program).arg("init").arg("--dir").arg(&folder))?;
        let (process, address) = serve(&program, &folder, logs)?;
        Ok(Self { _process: process, program, folder, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A one-time ticket for one terminal.
    ///
    /// # Errors
    /// The command failed.
    pub fn ticket(&self) -> Result<String, WorldError> {
        Ok(call(&mut self.command("ticket"))?.trim().to_owned())
    }

    /// Publishes a service package to the running platform.
    ///
    /// # Errors
    /// The platform refused it.
    pub fn publish(&self, package: &Path) -> Result<(), WorldError> {
        call(self.command("publish").arg(package)).map(drop)
    }

    /// Sets keys for all terminals.
    ///
    /// # Errors
    /// The platform refused them.
    pub fn configure(&self, keys: &Path) -> Result<(), WorldError> {
        let mut command = Command::new(&self.program);
        call(command.args(["configuration", "set", "--dir"]).arg(&self.folder).arg(keys)).map(drop)
    }

    /// All terminals, as the platform lists them.
    ///
    /// # Errors
    /// The command failed or did not answer in JSON.
    pub fn terminals(&self) -> Result<Vec<Value>, WorldError> {
        self.list("terminals")
    }

    /// All cases the platform has, as it lists them.
    ///
    /// # Errors
    /// The command failed or did not answer in JSON.
    pub fn cases(&self) -> Result<Vec<Value>, WorldError> {
        self.list("cases")
    }

    fn list(&self, verb: &str) -> Result<Vec<Value>, WorldError> {
        let said = call(self.command(verb).arg("--json"))?;
        serde_json::from_str(&said).map_err(|error| WorldError::Command {
            command: format!("{verb} --json"),
            said: error.to_string(),
        })
    }

    fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(verb).arg("--dir").arg(&self.folder);
        command
    }
}

fn serve(program: &Path, folder: &Path, logs: &Path) -> Result<(Process, SocketAddr), WorldError> {
    let mut command = Command::new(program);
    command.arg("serve").arg("--dir").arg(folder).args(["--listen", "127.0.0.1:0", "--poll-ms", POLL_MS]);
    let mut process = Process::spawn("platform", &mut command, logs)?;
    let address = process.await_line(|line| line.split_whitespace().find_map(address_in))?;
    Ok((process, address))
}

/// `https://127.0.0.1:443` or `127.0.0.1:443` as an address.
fn address_in(word: &str) -> Option<SocketAddr> {
    let word = word.trim_start_matches("https://").trim_end_matches(['.', ',', '/']);
    word.parse().ok().filter(|address: &SocketAddr| address.port() != 0)
}
