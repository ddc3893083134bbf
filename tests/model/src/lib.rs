//! Random visits in virtual time.
//!
//! The real session, the real drivers, the real store and the real sync; at the other end of each line the simulator's
//! own device model, behind the network a platform that keeps every item once. A resident made by chance touches right
//! and wrong things, and faults strike at any moment. Nothing sleeps: [`stage`] jumps from one thing that is due to the
//! next, so that minutes of a visit take milliseconds, and a seed plays the same visit again.
//!
//! After every step: nobody panicked, the screen is a defined one, a visit has a deadline, the attract screen knows
//! nobody, "printed" was never said without a whole piece of paper or all sheets of a page, no receipt names two cases or
//! a citizen number, and every number shown or printed has its record. In the end: everything accepted is at the
//! platform, each once, and the trail has every step.

mod cable;
mod chance;
mod chips;
mod devices;
mod faults;
mod hall;
mod hands;
mod keeper;
mod kinds;
mod ledger;
mod limits;
mod mailbox;
mod platform;
mod resident;
mod sheets;
pub mod stage;
mod visit;
mod worker;

pub use cable::Wire;
pub use hands::PrinterDriver;
pub use visit::{Course, play, play_with};
