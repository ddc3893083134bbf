//! `sync.*` and `platform.*`: what goes through, from a terminal's outbox to the platform's disk.
//!
//! Terminals are the real client over mutual TLS on the loopback interface, the platform is the real program; both
//! share the processors, and both databases write to disk as installed. Items are ratings where none are named: of a case, most
//! of the time is the opening of its seal.

mod bare;
mod case;
mod centre;
mod disk;
mod drain;
mod ingest;
mod link;
mod redis;
mod shaped;

use std::error::Error;
use std::time::Duration;

use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::item::Content;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;
use uuid::Uuid;

use crate::Figures;
use centre::Database;

/// Processors that the figures are given for: of both sides, and of what loads them.
const PROCESSORS: usize = 2;

/// How much is measured; a test takes little.
pub struct Size {
    /// Items that wait when a drain begins.
    pub backlog: usize,
    /// How long terminals send to a platform.
    pub sending: Duration,
    /// Turns of each side of the comparison with a stream.
    pub turns: usize,
}

/// Measures so much.
pub fn measure(size: &Size) -> Figures {
    keep_to_two_processors()?;
    let disk = disk::Disk::make();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut lines = Vec::new();
    for database in [Database::Sqlite, Database::Postgres] {
        lines.extend(runtime.block_on(ingest::measure(database, size.sending))?);
    }
    lines.push(runtime.block_on(drain::measure(size.backlog))?);
    lines.extend(runtime.block_on(redis::measure(size, disk))?);
    lines.extend(shaped::measure(size.backlog));
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
