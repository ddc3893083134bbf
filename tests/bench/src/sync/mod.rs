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
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;
use uuid::Uuid;

use crate::Figures;
use centre::Database;

/// Processors that the figures are given for: of both sides, and of what loads them.
const PROCESSORS: usize = 2;

/// Measures; the drain with a backlog of so many items.
pub fn measure(backlog: usize) -> Figures {
    keep_to_two_processors()?;
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

/// This process and what it starts use two processors from now on, however many there are.
fn keep_to_two_processors() -> Result<(), Any> {
    let (this, mut kept) = (Pid::from_raw(0), CpuSet::new());
    let all = sched_getaffinity(this)?;
    let mut ours = (0..CpuSet::count()).filter(|cpu| all.is_set(*cpu).unwrap_or(false)).take(PROCESSORS);
    ours.try_for_each(|cpu| kept.set(cpu))?;
    Ok(sched_setaffinity(this, &kept)?)
}

/// Anything that went wrong.
type Any = Box<dyn Error>;

/// What an item of these figures says.
fn rating() -> Content {
    Content::Rating { visit: Uuid::now_v7(), case: None, level: RatingLevel::Satisfied }
}
