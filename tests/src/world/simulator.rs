//! The simulator: device files, the network proxy, and what came out of the printer.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use kiosk_sim::control::{Client, Command as Act, Device, State};

pub use kiosk_sim::control::PaperPiece as Paper;

use super::process::Process;
use super::{Programs, WorldError};
use crate::pcscd;

/// A running simulator.
pub struct Simulator {
    _process: Process,
    client: Client,
    folder: PathBuf,
    proxy: SocketAddr,
    slot: Option<u16>,
}

impl Simulator {
    /// Starts it with a proxy in front of the platform, and with this slot of the smart-card service, if any.
    ///
    /// # Errors
    /// It did not get ready.
    pub fn start(
        programs: &Programs,
        folder: &Path,
        platform: SocketAddr,
        slot: Option<u16>,
        logs: &Path,
    ) -> Result<Self, WorldError> {
        let folder = folder.join("devices");
        let mut command = Command::new(&programs.simulator);
        command.arg("run").arg("--dir").arg(&folder).args(["--control", "127.0.0.1:0"]);
        command.arg("--proxy").arg(format!("127.0.0.1:0={platform}"));
        if let Some(slot) = slot {
            command.arg("--vpcd").arg(pcscd::address(slot).to_string());
        }
        let mut process = Process::spawn("simulator", &mut command, logs)?;
        let address = |name: &str| std::fs::read_to_string(folder.join(name)).ok()?.trim().parse().ok();
        let (client, proxy) = process.await_ready(|_| {
            let proxy: SocketAddr = address("proxy")?;
            let client = Client::new(folder.to_str()?).ok()?;
            client.state().ok()?;
            Some((client, proxy))
        })?;
        Ok(Self { _process: process, client, folder, proxy, slot })
    }

    /// Has something happen in front of the terminal.
    ///
    /// # Errors
    /// The simulator refused; it says why.
    pub fn act(&self, act: &Act) -> Result<State, WorldError> {
        self.client
            .act(act)
            .map_err(|error| WorldError::Command { command: format!("{act:?}"), said: super::chain(&error) })
    }

    /// How everything stands, the pieces of paper included.
    ///
    /// # Errors
    /// The simulator does not answer.
    pub fn state(&self) -> Result<State, WorldError> {
        self.client.state().map_err(|error| WorldError::Command {
            command: "state of the simulator".to_owned(),
            said: super::chain(&error),
        })
    }

    /// The device file a driver opens.
    pub fn device(&self, device: Device) -> PathBuf {
        self.folder.join(device.file_name())
    }

    /// The page printer's address.
    ///
    /// # Errors
    /// The simulator did not write it.
    pub fn page_printer(&self) -> Result<String, WorldError> {
        let path = self.device(Device::PagePrinter);
        let read = std::fs::read_to_string(&path).map_err(|source| WorldError::File { path, source })?;
        Ok(read.trim().to_owned())
    }

    /// The name of the slot for chip cards, if it has one.
    pub fn slot(&self) -> Option<String> {
        self.slot.map(pcscd::reader)
    }

    /// The address the terminal takes for the platform's.
    pub fn proxy(&self) -> SocketAddr {
        self.proxy
    }
}
