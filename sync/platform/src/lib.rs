//! The reference central platform: enrols terminals, takes in what they send, gives them their
//! catalogue and answers their questions; behind it stand the departments.
//!
//! Stateless servers over one store. No service and no form field is known to this crate: packages
//! and departments are data.

mod backup;
mod case_number;
mod configuration;
mod core;
mod departments;
mod error;
mod heads;
mod ingest;
mod keys;
mod limits;
mod metrics;
mod pages;
mod platform;
mod publish;
mod release;
mod revocations;
mod server;
mod store;
mod texts;
mod ticket;
mod twin;

pub use case_number::SYNTHETIC_CODE;
pub use core::Core;
pub use departments::BadData;
pub use error::PlatformError;
pub use keys::KeyError;
pub use pages::{Facts, NotGenuine};

pub use platform::{OpenFile, Options, PAGES_ADDRESS, Platform, Running};
pub use publish::Draft;
pub use server::{Bounds, Clock, openapi};
pub use store::{AlarmRow, CaseRow, CommandRow, QuarantineRow, StoreError, state_name};
pub use twin::{Difference, Reported, Standing, TerminalRow, Versions};
