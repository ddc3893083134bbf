//! The display and the buses a window needs: X, D-Bus session, accessibility bus.

use std::path::Path;
use std::process::Command;

use super::process::Process;
use super::{Window, WorldError};

/// Portrait, as the terminal stands in a hall; 24 bits of colour.
const DISPLAY_SIZE: &str = "1080x1920x24";

/// Which display the window opens on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DisplayChoice {
    /// An own one that nobody sees (`Xvfb`).
    Own,
    /// One that is there, such as `:0`.
    Given(String),
}

/// A display and the buses of one session. Dropped from top to bottom.
pub struct Desk {
    _bus: Process,
    _display: Option<Process>,
    display: String,
    session_bus: String,
    window: Window,
    room_beside: Option<u16>,
}

impl Desk {
    /// Starts what is missing.
    ///
    /// # Errors
    /// A program is not installed or did not get ready.
    pub fn start(choice: &DisplayChoice, logs: &Path) -> Result<Self, WorldError> {
        let (server, display) = match choice {
            DisplayChoice::Own => start_display(logs).map(|(server, name)| (Some(server), name))?,
            DisplayChoice::Given(name) => (None, name.clone()),
        };
        let (bus, session_bus) = start_bus(&display, logs)?;
        let window = Window::on(choice);
        let room_beside = window.room_beside(choice);
        Ok(Self { _bus: bus, _display: server, display, session_bus, window, room_beside })
    }

    /// The name of the display, such as `:99`.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// The address of the session bus.
    pub fn session_bus(&self) -> &str {
        &self.session_bus
    }

    /// Where a dock has room beside the terminal's window, px from the left.
    pub fn room_beside(&self) -> Option<u16> {
        self.room_beside
    }

    /// How large the terminal's window is on it.
    pub fn window(&self) -> Window {
        self.window
    }
}

fn start_display(logs: &Path) -> Result<(Process, String), WorldError> {
    let mut command = Command::new("Xvfb");
    // The number of the first free display is written to file descriptor 1, once it takes connections.
    command.args(["-displayfd", "1", "-screen", "0", DISPLAY_SIZE, "-nolisten", "tcp", "-noreset"]);
    let mut server = Process::spawn("display", &mut command, logs)?;
    let number = server.await_line(|line| line.trim().parse::<u32>().ok())?;
    Ok((server, format!(":{number}")))
}

/// The accessibility bus (Debian's `at-spi2-core`) is started by this bus when it is first asked for, and
/// ends with it.
fn start_bus(display: &str, logs: &Path) -> Result<(Process, String), WorldError> {
    let mut command = Command::new("dbus-daemon");
    command.env("DISPLAY", display);
    command.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]);
    let mut bus = Process::spawn("session-bus", &mut command, logs)?;
    let address = bus.await_line(|line| line.starts_with("unix:").then(|| line.trim().to_owned()))?;
    Ok((bus, address))
}
