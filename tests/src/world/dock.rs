//! The dock: the testers' window beside the terminal.

use std::path::Path;
use std::process::Command;

use super::process::Process;
use super::{Desk, WorldError, programs};

/// A running dock.
pub struct Dock {
    _process: Process,
}

impl Dock {
    /// Starts one for the simulator with this directory, `left` px from the left of the display.
    ///
    /// # Errors
    /// The program is missing or cannot be started.
    pub fn start(simulator: &Path, desk: &Desk, left: u16, logs: &Path) -> Result<Self, WorldError> {
        let mut command = Command::new(programs::find("kiosk-dock")?);
        command.arg("--control").arg(simulator).arg("--left").arg(left.to_string());
        command.env("DISPLAY", desk.display()).env("DBUS_SESSION_BUS_ADDRESS", desk.session_bus());
        command.env_remove("WAYLAND_DISPLAY").env("SLINT_SCALE_FACTOR", desk.window().scale.to_string());
        Ok(Self { _process: Process::spawn("dock", &mut command, logs)? })
    }
}
