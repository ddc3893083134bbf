//! What works: a terminal's drivers and the simulator, over real ptys.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod card_is_read;
#[path = "../fixture/reader.rs"]
mod reader;
