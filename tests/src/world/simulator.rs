//! The simulator: device files, the network proxy, and what came out of the printer.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use kiosk_sim::control::{Client, Command as Act, Device, State};

pub use kiosk_sim::control::PaperPiece as Paper;

use super::process::Process;
use super::{Programs, WorldError};
use crate::pcscd;

/// What a simulator stands between.
pub struct Around<'a> {
    /// The platform behind its proxy.
    pub platform: SocketAddr,
    /// The slot of the smart-card service it puts chip cards into, if any.
    pub slot: Option<u16>,
    /// The terminal's disk, if that is a small one.
    pub disk: Option<&'a Path>,
    /// Whether the terminal has a code scanner.
    pub scanner: bool,
    /// Whether devices are on USB where they can be.
    pub usb: bool,
}

/// A running simulator.
pub struct Simulator {
    _process: Process,
    client: Client,
    folder: PathBuf,
    proxy: SocketAddr,
    slot: Option<u16>,
    scanner: bool,
    usb: Option<PathBuf>,
}

impl Simulator {
    /// Starts it with a proxy in front of the platform.
    ///
    /// # Errors
    /// It did not get ready.
    pub fn start(
        programs: &Programs,
        folder: &Path,
        around: &Around,
        logs: &Path,
    ) -> Result<Self, WorldError> {
        let folder = folder.join("devices");
        let mut command = Command::new(&programs.simulator);
        command.arg("run").arg("--dir").arg(&folder).args(["--control", "127.0.0.1:0"]);
        command.arg("--proxy").arg(format!("127.0.0.1:0={}", around.platform));
        if let Some(slot) = around.slot {
            command.arg("--vpcd").arg(pcscd::address(slot).to_string());
        }
        if let Some(disk) = around.disk {
            command.arg("--disk").arg(disk);
        }
        let usb = around.usb.then(|| folder.join("usb"));
        if let Some(usb) = &usb {
            command.arg("--usb").arg(usb).args(["--scanner", "hid-pos"]);
        }
        let mut process = Process::spawn("simulator", &mut command, logs)?;
        let address = |name: &str| std::fs::read_to_string(folder.join(name)).ok()?.trim().parse().ok();
        let (client, proxy) = process.await_ready(|_| {
            let proxy: SocketAddr = address("proxy")?;
            let client = Client::new(folder.to_str()?).ok()?;
            client.state().ok()?;
            Some((client, proxy))
        })?;
        Ok(Self { _process: process, client, folder, proxy, slot: around.slot, scanner: around.scanner, usb })
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

    /// Whether the terminal has a code scanner.
    pub fn has_scanner(&self) -> bool {
        self.scanner
    }

    /// The USB bus, if the devices are on one: what `UMOCKDEV_DIR` of the terminal names.
    pub fn usb(&self) -> Option<&Path> {
        self.usb.as_deref()
    }

    /// Its directory, which also names it to the dock and the command line.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The address the terminal takes for the platform's.
    pub fn proxy(&self) -> SocketAddr {
        self.proxy
    }
}
