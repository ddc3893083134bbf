//! The place of measurement: platform, simulator and an enrolled terminal, whose program is started anew for each
//! measurement, on buses without a screen reader.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::Instant;

use kiosk_bench::process::{processor_time, pss_mb};
use kiosk_sim::control::{Command as Act, Link};
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

/// A terminal that nobody touches.
pub struct Idle {
    /// Processor time, in percent of one core.
    pub processor_percent: f64,
    /// Memory at the end.
    pub pss_mb: f64,
}

/// Fields are dropped, and so ended, from top to bottom.
pub struct Station {
    stage: Stage,
    attract: Rows,
    home: Rows,
    wake_at: (i32, i32),
    kiosk: PathBuf,
    world: World,
    _logs: tempfile::TempDir,
}

impl Station {
    /// Starts everything, learns from the accessibility tree and the pixels how attract and home screen look, and ends
    /// the terminal.
    pub fn set_up() -> Result<Self, Box<dyn Error>> {
        let logs = tempfile::tempdir()?;
        let plan = Plan { logs: logs.path().to_owned(), display: DisplayChoice::Own, keep: false };
        let mut world = World::start(&plan)?;
        let stage = Stage::open(world.desk.display(), logs.path())?;
        await_screen(&world, "attract")?;
        let attract = stage.eye.await_still()?;
        world.simulator.act(&Act::Network { link: Link::Cut })?;
        world.terminal.kill();
        world.terminal.start(&world.glass)?;
        await_screen(&world, "attract")?;
        let button = world.glass.touch(&Target::Id(WAKE.to_owned()))?;
        await_screen(&world, "home")?;
        let home = stage.eye.await_still()?;
        world.terminal.kill();
        world.simulator.act(&Act::Network { link: Link::Restore })?;
        let kiosk = Programs::find()?.kiosk;
        Ok(Self { stage, attract, home, wake_at: button.area.middle(), kiosk, world, _logs: logs })
    }

    /// Where other programs can be started too.
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// Starts a terminal and ends it; how long until its attract screen was seen, ms.
    pub fn kiosk_to_attract(&self) -> Result<f64, Box<dyn Error>> {
        let (_process, spawned) = self.start_kiosk()?;
        let seen = self.stage.eye.await_rows(&self.attract)?;
        Ok(ms(seen - spawned))
    }

    /// The same until the home screen, which it is touched for; the network must be cut.
    pub fn kiosk_to_home(&self) -> Result<Seen, Box<dyn Error>> {
        let (process, spawned) = self.start_kiosk()?;
        self.stage.eye.await_rows(&self.attract)?;
        self.stage.eye.touch(self.wake_at)?;
        let seen = self.stage.eye.await_rows(&self.home)?;
        sleep(limits::SETTLE);
        Ok(Seen { start_ms: ms(seen - spawned), pss_mb: pss_mb(process.id())? })
    }

    /// Cuts the network between terminal and platform, for good.
    pub fn cut_network(&self) -> Result<(), Box<dyn Error>> {
        self.world.simulator.act(&Act::Network { link: Link::Cut })?;
        Ok(())
    }

    /// What a terminal takes on its attract screen in a minute that nobody touches it.
    pub fn idle(&self) -> Result<Idle, Box<dyn Error>> {
        let (process, _) = self.start_kiosk()?;
        self.stage.eye.await_rows(&self.attract)?;
        sleep(limits::SETTLE);
        let (before, start) = (processor_time(process.id())?, Instant::now());
        sleep(limits::IDLE);
        let used = processor_time(process.id())? - before;
        let processor_percent = 100.0 * used.as_secs_f64() / start.elapsed().as_secs_f64();
        Ok(Idle { processor_percent, pss_mb: pss_mb(process.id())? })
    }

    fn start_kiosk(&self) -> Result<(Process, Instant), Box<dyn Error>> {
        let mut command = Command::new(&self.kiosk);
        command.arg("--config").arg(self.world.folder().join("kiosk.toml")).arg("run");
        command.env("SLINT_BACKEND", "winit-software");
        self.stage.start("kiosk", &mut command)
    }
}

/// A display on which one program at a time is started and seen.
pub struct Stage {
    /// What sees the display.
    pub eye: Eye,
    /// Where logs and other files of the measurement go.
    pub folder: PathBuf,
    quiet: Desk,
}

impl Stage {
    /// On this display, with new buses.
    pub fn open(display: &str, folder: &Path) -> Result<Self, Box<dyn Error>> {
        let quiet = Desk::start(&DisplayChoice::Given(display.to_owned()), folder)?;
        Ok(Self { eye: Eye::open(display)?, folder: folder.to_owned(), quiet })
    }

    /// Starts a program once the display is free; the moment before it was spawned.
    pub fn start(&self, name: &str, command: &mut Command) -> Result<(Process, Instant), Box<dyn Error>> {
        command.env("DISPLAY", self.quiet.display()).env_remove("WAYLAND_DISPLAY");
        command.env("DBUS_SESSION_BUS_ADDRESS", self.quiet.session_bus());
        self.eye.await_blank()?;
        let spawned = Instant::now();
        Ok((Process::spawn(name, command, &self.folder)?, spawned))
    }
}

fn await_screen(world: &World, name: &str) -> Result<(), Box<dyn Error>> {
    let shown = || world.glass.read().ok().filter(|tree| tree.screen() == Some(name));
    let found = deadlines::poll(deadlines::SHOWN, shown);
    found.map(drop).ok_or_else(|| format!("the {name} screen did not show").into())
}
