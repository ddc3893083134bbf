//! The glass: what the window shows, found through the accessibility tree, and touched by X events.

mod picture;
mod pointer;
mod tree;

use std::path::Path;
use std::sync::Arc;

pub use picture::Picture;
pub use pointer::Pointer;
pub use tree::{Area, Element, Tree, TreeReader};

use crate::deadlines;

/// Why the glass could not be seen or touched.
#[derive(Debug, thiserror::Error)]
pub enum GlassError {
    /// No connection to the display; is it up, and is `DISPLAY` right?
    #[error("cannot connect to the display {display}")]
    Connect {
        /// The display.
        display: String,
        /// What X said.
        #[source]
        source: x11rb::errors::ConnectError,
    },
    /// The display was lost or refused a request.
    #[error("the display did not {what}")]
    Display {
        /// What was asked of it.
        what: &'static str,
        /// What X said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The accessibility bus could not be reached or the program left it.
    #[error("the accessibility tree cannot be read")]
    Tree(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Nobody answered on the accessibility bus in time.
    #[error("the accessibility tree did not answer in {} s", deadlines::TREE.as_secs())]
    Silent,
    /// A picture could not be written.
    #[error("cannot write the picture {path}")]
    Write {
        /// Where to.
        path: String,
        /// What went wrong.
        #[source]
        source: png::EncodingError,
    },
    /// Nothing on the screen is called so.
    #[error("nothing to touch is {0}")]
    NoSuchElement(Target),
}

/// What a finger goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// What bears this label: exact first, then by its beginning.
    Label(String),
    /// The control with this id, in whatever language.
    Id(String),
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Label(label) => write!(f, "labelled “{label}”"),
            Self::Id(id) => write!(f, "the control {id}"),
        }
    }
}

/// The window of the one program under test.
pub struct Glass {
    pointer: Pointer,
    tree: TreeReader,
}

impl Glass {
    /// Connects to the display and to the accessibility bus.
    ///
    /// # Errors
    /// Either cannot be reached.
    pub fn open(
        display: &str,
        session_bus: &str,
        runtime: Arc<tokio::runtime::Runtime>,
    ) -> Result<Self, GlassError> {
        Ok(Self { pointer: Pointer::connect(display)?, tree: TreeReader::connect(session_bus, runtime)? })
    }

    /// Reads the whole tree of the program.
    ///
    /// # Errors
    /// The program does not answer.
    pub fn read(&self) -> Result<Tree, GlassError> {
        self.tree.read()
    }

    /// Touches the middle of what is meant.
    ///
    /// # Errors
    /// No such element, or no display.
    pub fn touch(&self, target: &Target) -> Result<Element, GlassError> {
        let element = self.settled(target)?;
        let (x, y) = element.area.middle();
        self.pointer.tap(x, y)?;
        Ok(element)
    }

    /// The element once it stands at the same place twice: a finger does not go for what still moves.
    fn settled(&self, target: &Target) -> Result<Element, GlassError> {
        let mut last = self.find(target)?;
        for _ in 0..deadlines::LOOKS_MAX {
            std::thread::sleep(deadlines::LOOK);
            let next = self.find(target)?;
            if next.area == last.area {
                return Ok(next);
            }
            last = next;
        }
        Ok(last)
    }

    fn find(&self, target: &Target) -> Result<Element, GlassError> {
        let tree = self.read()?;
        let element = match target {
            Target::Label(label) => tree.touchable(label),
            Target::Id(id) => tree.control(id),
        };
        element.cloned().ok_or_else(|| GlassError::NoSuchElement(target.clone()))
    }

    /// Takes a picture of the whole display, once it stands still or [`deadlines::STILL`] is over.
    ///
    /// # Errors
    /// No display, or the file cannot be written.
    pub fn picture(&self, path: &Path) -> Result<(), GlassError> {
        let mut last = self.pointer.capture()?;
        deadlines::poll(deadlines::STILL, || {
            std::thread::sleep(deadlines::POLL);
            let next = self.pointer.capture().ok()?;
            let still = next == last;
            last = next;
            still.then_some(())
        });
        last.write(path)
    }
}
