//! The terminal under test: `kiosk`, with a configuration of its own.

use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use kiosk_sim::control::Device;
use serde_json::Value;

use super::process::{Process, call_with};
use super::{Desk, Programs, Simulator, Window, WorldError, call};
use crate::screen::Glass;

/// The name of its data directory, below the world's.
pub(super) const DATA: &str = "terminal";

/// One terminal; enrolled once, started and killed as often as wanted.
pub struct Terminal {
    process: Option<Process>,
    program: PathBuf,
    config: PathBuf,
    logs: PathBuf,
    display: String,
    session_bus: String,
    scale: f64,
    usb: Option<PathBuf>,
}

impl Terminal {
    /// Writes its configuration; nothing runs yet.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn new(
        programs: &Programs,
        folder: &Path,
        simulator: &Simulator,
        desk: &Desk,
        logs: &Path,
    ) -> Result<Self, WorldError> {
        let config = folder.join("kiosk.toml");
        std::fs::write(&config, configuration(folder, simulator, desk.window())?)
            .map_err(|source| WorldError::File { path: config.clone(), source })?;
        Ok(Self {
            process: None,
            program: programs.kiosk.clone(),
            config,
            logs: logs.to_owned(),
            display: desk.display().to_owned(),
            session_bus: desk.session_bus().to_owned(),
            scale: desk.window().scale,
            usb: simulator.usb().map(Path::to_owned),
        })
    }

    /// Its configuration, for commands of technicians.
    pub fn config(&self) -> &Path {
        &self.config
    }

    /// Gets the terminal its identity.
    ///
    /// # Errors
    /// The platform refused the ticket or cannot be reached.
    pub fn enrol(&self, ticket: &str) -> Result<(), WorldError> {
        call(self.command().args(["enrol", "--ticket", ticket])).map(drop)
    }

    /// Starts it and waits until its window shows a screen.
    ///
    /// # Errors
    /// It ended or showed nothing in time.
    pub fn start(&mut self, glass: &Glass) -> Result<(), WorldError> {
        let mut command = self.command();
        command.arg("run");
        command.env("DISPLAY", &self.display).env("DBUS_SESSION_BUS_ADDRESS", &self.session_bus);
        command.env("SLINT_BACKEND", "winit-software").env_remove("WAYLAND_DISPLAY");
        command.env("SLINT_SCALE_FACTOR", self.scale.to_string());
        let mut process = Process::spawn("terminal", &mut command, &self.logs)?;
        process.await_ready(|_| glass.read().ok()?.screen().map(drop))?;
        self.process = Some(process);
        Ok(())
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.process.as_mut().is_some_and(Process::runs)
    }

    /// The id of its process, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.process.as_ref().map(Process::id)
    }

    /// What waits to be sent, and the states of cases, as `kiosk queue --json` tells.
    ///
    /// # Errors
    /// The command failed or did not answer in JSON.
    pub fn queue(&self) -> Result<Value, WorldError> {
        self.ask(&["queue", "--json"])
    }

    /// Whether the trail holds, as `kiosk journal verify --json` tells.
    ///
    /// # Errors
    /// The chain is broken, or the command failed.
    pub fn verify_journal(&self) -> Result<Value, WorldError> {
        self.ask(&["journal", "verify", "--json"])
    }

    /// Puts the technician's card that is in the slot on the roster, with this PIN. The terminal must not run: the card
    /// would begin something there.
    ///
    /// # Errors
    /// The command failed.
    pub fn add_technician(&self, pin: &str) -> Result<(), WorldError> {
        let named = ["technician", "add", "--name", "测试维护员", "--until", "2099-12-31"];
        call_with(self.command().args(named), standard_input(pin)?).map(drop)
    }

    /// Lets PINs be tried again.
    ///
    /// # Errors
    /// The command failed.
    pub fn unlock_technicians(&self) -> Result<(), WorldError> {
        call(self.command().args(["technician", "unlock"])).map(drop)
    }

    fn ask(&self, words: &[&str]) -> Result<Value, WorldError> {
        let said = call(self.command().args(words))?;
        serde_json::from_str(&said)
            .map_err(|error| WorldError::Command { command: words.join(" "), said: error.to_string() })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--config").arg(&self.config);
        if let Some(usb) = &self.usb {
            command.env("LD_PRELOAD", "libumockdev-preload.so.0").env("UMOCKDEV_DIR", usb);
        }
        command
    }
}

/// A text as standard input.
fn standard_input(text: &str) -> Result<Stdio, WorldError> {
    let failed = |source| WorldError::Start { name: "kiosk".to_owned(), source };
    let mut file = tempfile::tempfile().map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.rewind()).map_err(failed)?;
    Ok(file.into())
}

fn configuration(folder: &Path, simulator: &Simulator, window: Window) -> Result<String, WorldError> {
    let quoted = |path: PathBuf| format!("{:?}", path.display().to_string());
    let plug = |device| match simulator.usb() {
        Some(_) => "usb = []".to_owned(),
        None => format!("path = {}\nbaud = 115200", quoted(simulator.device(device))),
    };
    let dialect = if simulator.usb().is_some() { "honeywell-hid" } else { "newland" };
    let scanner = simulator
        .has_scanner()
        .then(|| format!("[devices.scanner]\n{}\ndialect = \"{dialect}\"\n\n", plug(Device::Scanner)));
    let slot = simulator.slot().map(|name| format!("[devices.smart_card]\nreader = {name:?}\n\n"));
    Ok(format!(
        "[terminal]\ndata_dir = {data}\n\n[platform]\nurl = \"https://{proxy}\"\n\n\
         [devices.id_card]\n{reader}\n\n[devices.receipt_printer]\n{printer}\n\n\
         [devices.page_printer]\nuri = {pages:?}\n\n{slot}{scanner}\
         [screen]\nfullscreen = false\nwidth_px = {width}\nheight_px = {height}\n\n\
         [log]\nformat = \"text\"\nlevel = \"info\"\n",
        data = quoted(folder.join(DATA)),
        width = window.width,
        height = window.height,
        proxy = simulator.proxy(),
        reader = plug(Device::IdReader),
        printer = plug(Device::ReceiptPrinter),
        pages = simulator.page_printer()?,
        slot = slot.unwrap_or_default(),
        scanner = scanner.unwrap_or_default(),
    ))
}
