//! One world: display, buses, platform, simulator and terminal, all real programs, all ended with it.

mod ailing;
mod disk;
mod display;
mod dock;
mod platform;
mod process;
mod programs;
mod running;
mod simulator;
mod terminal;
mod window;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use ailing::{AilingDisk, Ailment};
pub use disk::{SmallDisk, keep_mounts_to_this_thread};
pub use display::{Desk, DisplayChoice};
pub use dock::Dock;
pub use platform::Platform;
pub use process::{Process, Said, call};
pub use programs::Programs;
pub use running::end_programs_with_runner;
pub use simulator::{Around, Paper, Simulator};
pub use terminal::Terminal;
pub use window::Window;

use crate::pcscd::Pcscd;
use crate::screen::{Glass, GlassError};

/// Why the world could not be set up or did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// A program is not there; build the workspace first.
    #[error("the program {name} is not at {path}: build the workspace first, or set {variable}")]
    NoProgram {
        /// Its name.
        name: &'static str,
        /// Where it was looked for.
        path: PathBuf,
        /// The variable that names another place.
        variable: String,
    },
    /// A program could not be started.
    #[error("{name} cannot be started")]
    Start {
        /// Its name.
        name: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A program ended, or did not get ready in time.
    #[error("{name} {what}; it said last:\n{log}")]
    NotReady {
        /// Its name.
        name: String,
        /// What happened.
        what: String,
        /// The end of its log.
        log: String,
    },
    /// A command failed.
    #[error("`{command}` failed: {said}")]
    Command {
        /// The command line.
        command: String,
        /// What it said.
        said: String,
    },
    /// A file or folder of the world.
    #[error("{path}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A small disk cannot be mounted; only root may, and not in every container.
    #[error("no small disk can be mounted at {path}; it takes root, and a machine that lets it mount")]
    NoSmallDisk {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: nix::Error,
    },
    /// No disk can fail under the terminal; that takes the package `strace`, and a machine that lets it trace.
    #[error("no disk can be made to fail here: {why}")]
    NoAilingDisk {
        /// Why.
        why: String,
    },
    /// The runtime or the glass.
    #[error("the glass")]
    Glass(#[from] GlassError),
}

impl WorldError {
    /// The error with all its causes, in one line.
    pub fn chain(&self) -> String {
        chain(self)
    }
}

/// An error with all its causes, in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
}

/// How a world is made.
pub struct Plan {
    /// Where the logs go, one file per program.
    pub logs: PathBuf,
    /// Which display.
    pub display: DisplayChoice,
    /// Leave the folder with keys, store and device files behind.
    pub keep: bool,
}

/// What a world has besides, where its scenario needs it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    /// A slot for chip cards, below a `pcscd` of its own.
    pub slot: bool,
    /// The terminal's data on a small disk, which the simulator can fill.
    pub small_disk: bool,
    /// A disk that can fail.
    pub ailing_disk: bool,
    /// A code scanner.
    pub scanner: bool,
    /// Reader, receipt printer and scanner on USB instead of serial lines.
    pub usb: bool,
}

/// Everything that runs. Fields are dropped, and so ended, from top to bottom.
pub struct World {
    ailing: Option<AilingDisk>,
    /// What is seen and touched.
    pub glass: Glass,
    /// The terminal under test.
    pub terminal: Terminal,
    /// The devices and the network between terminal and platform.
    pub simulator: Simulator,
    /// The centre.
    pub platform: Platform,
    /// The smart-card service, in a world with a slot for chip cards.
    pub pcscd: Option<Pcscd>,
    /// The display and the buses.
    pub desk: Desk,
    _disk: Option<SmallDisk>,
    folder: Folder,
    logs: PathBuf,
}

impl World {
    /// Starts everything and waits until the terminal's window shows a screen.
    ///
    /// # Errors
    /// A program is missing, ended or did not get ready.
    pub fn start(plan: &Plan) -> Result<Self, WorldError> {
        Self::start_with(plan, Extras::default())
    }

    /// The same with what a scenario needs besides. The machine has one service for all slots, so worlds with a slot take
    /// turns.
    ///
    /// # Errors
    /// As [`World::start`]; only root may start that service, and mount a disk.
    pub fn start_with(plan: &Plan, extras: Extras) -> Result<Self, WorldError> {
        if extras.ailing_disk {
            AilingDisk::is_possible()?;
        }
        let programs = Programs::find()?;
        std::fs::create_dir_all(&plan.logs)
            .map_err(|source| WorldError::File { path: plan.logs.clone(), source })?;
        let folder = Folder::new(plan.keep)?;
        let mount = || SmallDisk::mount(&folder.path().join(terminal::DATA));
        let disk = extras.small_disk.then(mount).transpose()?;
        let pcscd = extras.slot.then(|| Pcscd::start(&plan.logs)).transpose()?;
        let desk = Desk::start(&plan.display, &plan.logs)?;
        let platform = Platform::start(&programs, folder.path(), &plan.logs)?;
        let around = Around {
            platform: platform.address(),
            slot: pcscd.as_ref().map(|_| 0),
            disk: disk.as_ref().map(SmallDisk::path),
            scanner: extras.scanner,
            usb: extras.usb,
        };
        let simulator = Simulator::start(&programs, folder.path(), &around, &plan.logs)?;
        let mut terminal = Terminal::new(&programs, folder.path(), &simulator, &desk, &plan.logs)?;
        terminal.enrol(&platform.ticket()?)?;
        let glass = Glass::open(desk.display(), desk.session_bus(), runtime()?)?;
        terminal.start(&glass)?;
        Ok(Self {
            ailing: None,
            glass,
            terminal,
            simulator,
            platform,
            pcscd,
            desk,
            _disk: disk,
            folder,
            logs: plan.logs.clone(),
        })
    }

    /// Has the terminal's disk fail, or be well again. A terminal that does not run is not concerned.
    ///
    /// # Errors
    /// It cannot be done.
    pub fn set_disk(&mut self, ailment: Option<Ailment>) -> Result<(), WorldError> {
        self.ailing = None;
        if let (Some(ailment), Some(process)) = (ailment, self.terminal.id()) {
            self.ailing = Some(AilingDisk::set(ailment, process, self.folder.path(), &self.logs)?);
        }
        Ok(())
    }

    /// Where keys, store and device files of this world are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

fn runtime() -> Result<Arc<tokio::runtime::Runtime>, WorldError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map(Arc::new)
        .map_err(|source| WorldError::Start { name: "the runtime".to_owned(), source })
}

/// A short path below the temporary folder: sockets live in it, and their paths have little room.
enum Folder {
    Removed(tempfile::TempDir),
    Kept(PathBuf),
}

impl Folder {
    fn new(keep: bool) -> Result<Self, WorldError> {
        let failed = |source| WorldError::File { path: std::env::temp_dir(), source };
        let folder = tempfile::Builder::new().prefix("kiosk-field-").tempdir().map_err(failed)?;
        Ok(if keep { Self::Kept(folder.keep()) } else { Self::Removed(folder) })
    }

    fn path(&self) -> &Path {
        match self {
            Self::Removed(folder) => folder.path(),
            Self::Kept(path) => path,
        }
    }
}
