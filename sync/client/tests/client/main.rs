//! The client as a whole: against memory in virtual time, against TLS peers, and on a real store.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod configured;
mod enrolment;
mod https;
mod line;
mod lossy;
mod offering;
mod patience;
mod peer;
mod published;
mod renewal;
mod revoked;
mod runner;
mod whole;
