//! The words both ends of the line share: codes, ids, service packages, form rules, trail events,
//! wire types, and the national algorithms (SM2, SM3) that sign, seal and chain them.
//!
//! Pure: no I/O, no clock. What crosses the line is parsed here once; inside, types are trusted.

pub mod base32;
pub mod catalogue;
pub mod codes;
pub mod configuration;
pub mod crypto;
pub mod ids;
pub mod item;
pub mod journal;
pub mod limits;
pub mod money;
#[cfg(feature = "openapi")]
mod openapi;
pub mod receipt;
pub mod revocation;
pub mod service;
pub mod trail;
pub mod trust;
pub mod wire;

/// Text about a person: no `Debug` of its content, zeroed when dropped.
pub type Private = secrecy::SecretString;
