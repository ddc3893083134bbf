//! One world: display, buses, platform, simulator and terminal, all real programs, all ended with it.

mod display;
mod platform;
mod process;
mod programs;
mod simulator;
mod terminal;
mod window;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use display::{Desk, DisplayChoice};
pub use platform::Platform;
pub use process::{Process, Said, call};
pub use programs::Programs;
pub use simulator::{Paper, Simulator};
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

/// Everything that runs. Fields are dropped, and so ended, from top to bottom.
pub struct World {
    /// What is seen and touched.
    pub glass: Glass,
    /// The terminal under test.
    pub terminal: Terminal,
    /// The devices and the network between terminal and platform.
    pub simulator: Simulator,
    /// The centre.
    pub platform: Platform,
    /// The smart-card service, in a world with a slot for chip cards.
    _pcscd: Option<Pcscd>,
    /// The display and the buses.
    pub desk: Desk,
    folder: Folder,
}

impl World {
    /// Starts everything and waits until the terminal's window shows a screen.
    ///
    /// # Errors
    /// A program is missing, ended or did not get ready.
    pub fn start(plan: &Plan) -> Result<Self, WorldError> {
        Self::start_with(plan, None)
    }

    /// The same with a slot for chip cards. The machine has one service for all slots, so these worlds take turns.
    ///
    /// # Errors
    /// As [`World::start`], and where the service does not get ready: only root may start it.
    pub fn start_with_slot(plan: &Plan) -> Result<Self, WorldError> {
        std::fs::create_dir_all(&plan.logs)
            .map_err(|source| WorldError::File { path: plan.logs.clone(), source })?;
        Self::start_with(plan, Some(Pcscd::start(&plan.logs)?))
    }

    fn start_with(plan: &Plan, pcscd: Option<Pcscd>) -> Result<Self, WorldError> {
        let programs = Programs::find()?;
        std::fs::create_dir_all(&plan.logs)
            .map_err(|source| WorldError::File { path: plan.logs.clone(), source })?;
        let folder = Folder::new(plan.keep)?;
        let desk = Desk::start(&plan.display, &plan.logs)?;
        let platform = Platform::start(&programs, folder.path(), &plan.logs)?;
        let slot = pcscd.as_ref().map(|_| 0);
        let simulator = Simulator::start(&programs, folder.path(), platform.address(), slot, &plan.logs)?;
        let mut terminal = Terminal::new(&programs, folder.path(), &simulator, &desk, &plan.logs)?;
        terminal.enrol(&platform.ticket()?)?;
        let glass = Glass::open(desk.display(), desk.session_bus(), runtime()?)?;
        terminal.start(&glass)?;
        Ok(Self { glass, terminal, simulator, platform, _pcscd: pcscd, desk, folder })
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
