//! What every device of a kind must do, whoever made it.
//!
//! By default the device is the simulator's. `KIOSK_BENCH` names a bench file with real ones; a technician's hands then
//! do what the simulator does else. See the README beside this file.
#![allow(clippy::unwrap_used)]

mod bench;
mod hands;
mod id_card;
mod page_printer;
mod receipt_printer;
mod scanner;
mod smart_card;
mod suite;
