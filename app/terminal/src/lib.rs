//! The program `kiosk`: the terminal of a resident, and the commands of its technician.

pub mod commands;
pub mod config;
mod control;
mod deadlines;
mod doctor;
pub mod error;
pub mod fonts;
pub mod logging;
mod paths;
pub mod run;
pub mod setup;
pub mod technician;
