//! The place of measurement: platform, simulator and an enrolled terminal, whose program is started anew for each
//! measurement, on buses without a screen reader.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use kiosk_bench::process::{processor_time, pss_mb};
use kiosk_tests::deadlines;
use kiosk_tests::screen::Target;
use kiosk_tests::world::{Desk, DisplayChoice, Plan, Process, Programs, World};

use super::eye::{Eye, Rows, ms};
use super::limits;

/// The control that wakes the terminal.
const WAKE: &str = "wake";

/// One start that led to the home screen.
pub struct Seen {
    /// Spawned → seen.
    pub start_ms: f64,
    /// Memory with the screen shown.
    pub pss_mb: f64,
}

/// Fields are dropped, and so ended, from top to bottom.
pub struct Station {
    eye: Eye,
    attract: Rows,
    home: Rows,
    wake_at: (i32, i32),
    kiosk: PathBuf,
    quiet: Desk,
    world: World,
    logs: tempfile::TempDir,
}

impl Station {
    /// Starts everything, learns from the accessibility tree and the pixels how attract and home screen look, and ends
    /// the terminal.
    pub fn set_up() -> Result<Self, Box<dyn Error>> {
        let logs = tempfile::tempdir()?;
        let plan = Plan { logs: logs.path().to_owned(), display: DisplayChoice::Own, keep: false };
        let mut world = World::start(&plan)?;
        let eye = Eye::open(world.desk.display())?;
        await_screen(&world, "attract")?;
        let attract = eye.await_still()?;
        let button = world.glass.touch(&Target::Id(WAKE.to_owned()))?;
        await_screen(&world, "home")?;
        let home = eye.await_still()?;
        world.terminal.kill();
        let quiet = Desk::start(&DisplayChoice::Given(world.desk.display().to_owned()), logs.path())?;
        let kiosk = Programs::find()?.kiosk;
        Ok(Self { eye, attract, home, wake_at: button.area.middle(), kiosk, quiet, world, logs })
    }

    /// Starts a terminal and ends it; how long until its attract screen was seen, ms.
    pub fn kiosk_to_attract(&self) -> Result<f64, Box<dyn Error>> {
        let (_process, spawned) = self.start_kiosk()?;
        let seen = self.eye.await_rows(&self.attract)?;
        Ok(ms(seen - spawned))
    }

    /// The same until the home screen, which it is touched for.
    pub fn kiosk_to_home(&self) -> Result<Seen, Box<dyn Error>> {
        let (process, spawned) = self.start_kiosk()?;
        self.eye.await_rows(&self.attract)?;
        self.eye.touch(self.wake_at)?;
        let seen = self.eye.await_rows(&self.home)?;
        sleep(limits::SETTLE);
        Ok(Seen { start_ms: ms(seen - spawned), pss_mb: pss_mb(process.id())? })
    }

    /// Processor time of a terminal on its attract screen, in percent of one core.
    pub fn idle_percent(&self, time: Duration) -> Result<f64, Box<dyn Error>> {
        let (process, _) = self.start_kiosk()?;
        self.eye.await_rows(&self.attract)?;
        sleep(limits::SETTLE);
        let (before, start) = (processor_time(process.id())?, Instant::now());
        sleep(time);
        let used = processor_time(process.id())? - before;
        Ok(100.0 * used.as_secs_f64() / start.elapsed().as_secs_f64())
    }

    /// What sees the display.
    pub fn eye(&self) -> &Eye {
        &self.eye
    }

    /// Starts a program on the free display; the moment before it was spawned.
    pub fn start(&self, name: &str, command: &mut Command) -> Result<(Process, Instant), Box<dyn Error>> {
        command.env("DISPLAY", self.quiet.display()).env_remove("WAYLAND_DISPLAY");
        command.env("DBUS_SESSION_BUS_ADDRESS", self.quiet.session_bus());
        self.eye.await_blank()?;
        let spawned = Instant::now();
        Ok((Process::spawn(name, command, self.folder())?, spawned))
    }

    /// Where logs and other files of the measurement go.
    pub fn folder(&self) -> &Path {
        self.logs.path()
    }

    fn start_kiosk(&self) -> Result<(Process, Instant), Box<dyn Error>> {
        let mut command = Command::new(&self.kiosk);
        command.arg("--config").arg(self.world.folder().join("kiosk.toml")).arg("run");
        command.env("SLINT_BACKEND", "winit-software");
        self.start("kiosk", &mut command)
    }
}

fn await_screen(world: &World, name: &str) -> Result<(), Box<dyn Error>> {
    let shown = || world.glass.read().ok().filter(|tree| tree.screen() == Some(name));
    let found = deadlines::poll(deadlines::SHOWN, shown);
    found.map(drop).ok_or_else(|| format!("the {name} screen did not show").into())
}
