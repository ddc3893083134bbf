#![allow(clippy::unwrap_used, clippy::expect_used)]
//! The platform over real TLS on the loopback interface, as a terminal meets it.

mod ask;
mod batches;
mod case;
mod catalogue;
mod enrol;
mod page;
mod world;
