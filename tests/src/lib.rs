//! The field scenario runner: the real programs, a real X window, simulated devices at the wire.
//!
//! [`world::World`] starts and stops everything, [`screen::Glass`] sees and touches the window as a
//! person would, [`scenario`] reads and plays what a tester wrote, [`report`] tells what was seen.

pub mod deadlines;
pub mod pcscd;
pub mod report;
pub mod scenario;
pub mod screen;
pub mod world;
