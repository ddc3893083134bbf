//! `sync.*` and `platform.*`: what goes through, from a terminal's outbox to the platform's disk.
//!
//! Terminals are the real client over mutual TLS on the loopback interface, the platform is the real program; both
//! share the processors, and both databases write to disk as installed. Items are ratings: of a case, most of the time
//! is the opening of its seal.

mod bare;
mod centre;
mod drain;
mod ingest;
mod link;
mod redis;
mod shaped;

use std::error::Error;

use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::item::Content;
use uuid::Uuid;

use crate::Figures;
use centre::Database;

/// Measures; the drain with a backlog of so many items.
pub fn measure(backlog: usize) -> Figures {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut lines = Vec::new();
    for database in [Database::Sqlite, Database::Postgres] {
        lines.extend(runtime.block_on(ingest::measure(database))?);
    }
    lines.push(runtime.block_on(drain::measure(backlog))?);
    lines.push(runtime.block_on(redis::measure())?);
    lines.push(shaped::measure(backlog)?);
    Ok(lines)
}

/// Anything that went wrong.
type Any = Box<dyn Error>;

/// What an item of these figures says.
fn rating() -> Content {
    Content::Rating { visit: Uuid::now_v7(), case: None, level: RatingLevel::Satisfied }
}
