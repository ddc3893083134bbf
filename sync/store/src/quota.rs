//! How much room the store has, what follows from it, and the reserve.
//!
//! The store may grow to its limit, or as far as its disk lets it. What counts is what is left of that limit, so that a
//! disk filled up by others closes the terminal before a write fails. Pages given back by delivery count as room again.
//!
//! | of the limit gone | what follows |
//! |---|---|
//! | 80 % | technicians are told |
//! | 90 % | what the platform has and nobody asks for any more is dropped |
//! | 95 % | no new application is begun; what was begun may be handed in |
//! | 100 % | nothing more is kept for residents, no file either; the reserve is given to delivery and the trail |
//!
//! What was not sent is never dropped. All of it ends by itself when delivery has made room.

use std::cell::Cell;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rusqlite::Connection;
use rustix::fs::{FallocateFlags, fallocate, statvfs};

use crate::db;
use crate::error::StoreError;
use crate::files::Files;
use crate::intake;
use crate::limits::{
    DISK_LOOK, LIMIT_BYTES, LIST_ROWS_MAX, LOG_PAGES_MAX, PAGE_BYTES, PRUNED_ROWS_PER_TURN,
    RESERVE_BYTES_MAX, RESERVE_SHARE, SETTLED_ROWS_KEPT, SUBMISSION_BYTES_MAX,
};
use crate::log;
use crate::writer::Db;

/// Of the limit, one part in so many is not granted ahead: 2 %, as nothing is left from 99 % on.
const GRANT_KEEPS_BACK: u64 = 50;
/// The file whose bytes are given back to the disk when nothing else is left, in the store's directory.
const RESERVE_FILE: &str = "store.reserve";

/// How full the store is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// There is room.
    Ample,
    /// From 80 %. Cure: see why items are not delivered, or give the store more room.
    Filling,
    /// From 90 %: what may be dropped is dropped.
    Tight,
    /// From 95 %: no new application is begun.
    Scarce,
    /// Nothing is left: no application is kept.
    Out,
}

impl Tier {
    /// The tier at so many percent.
    pub fn of(percent: u8) -> Self {
        match percent {
            0..80 => Self::Ample,
            80..90 => Self::Filling,
            90..95 => Self::Tight,
            95..100 => Self::Scarce,
            100.. => Self::Out,
        }
    }
}

/// The store's room, all in bytes but the share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Room {
    /// What the store may grow to.
    pub limit: u64,
    /// What it holds, files of cases too.
    pub used: u64,
    /// What it can still take: of its limit, or of its disk where that is less.
    pub left: u64,
    /// How much of the limit is gone, rounded up.
    pub percent: u8,
    /// What follows.
    pub tier: Tier,
}

impl Room {
    fn new(limit: u64, used: u64, on_disk: u64) -> Self {
        let left = limit.saturating_sub(used).min(on_disk);
        let whole = u128::from(limit.max(1));
        // At most 100, as `left` is at most the limit.
        let percent = 100 - (u128::from(left) * 100 / whole).min(100) as u8;
        Self { limit, used, left, percent, tier: Tier::of(percent) }
    }
}

/// The limit and the reserve.
pub(crate) struct Quota {
    directory: PathBuf,
    files: Files,
    limit: u64,
    reserve: u64,
    /// What submissions may still take before the room is looked at again, bytes.
    granted: Cell<u64>,
    /// When the disk was asked last.
    asked: Cell<Option<Instant>>,
}

impl Quota {
    /// Of a store in this directory, which is there, with these files; by default it may take half of its disk.
    pub fn new(directory: &Path, files: Files, limit: Option<u64>) -> Result<Self, StoreError> {
        let disk = statvfs(directory).map_err(|error| StoreError::of_file(&error.into()))?;
        let limit = limit.unwrap_or((disk.f_blocks.saturating_mul(disk.f_frsize) / 2).min(LIMIT_BYTES));
        let reserve = (limit / RESERVE_SHARE).min(RESERVE_BYTES_MAX);
        let (granted, asked) = (Cell::new(0), Cell::new(None));
        Ok(Self { directory: directory.to_owned(), files, limit, reserve, granted, asked })
    }

    /// Whether a submission may be kept. Asks the disk, for others fill it too, but where it was asked a moment ago; and the
    /// file only where what the last look left could be used up: that takes as long as a tenth of a commit.
    pub fn is_out(&self, connection: &Connection) -> Result<bool, StoreError> {
        if self.asked.get().is_none_or(|asked| asked.elapsed() >= DISK_LOOK) {
            let on_disk = self.available()?.saturating_sub(self.limit / GRANT_KEEPS_BACK);
            self.granted.set(self.granted.get().min(on_disk));
        }
        let granted = self.granted.get().saturating_sub(SUBMISSION_BYTES_MAX);
        self.granted.set(granted);
        Ok(granted == 0 && self.room(connection)?.tier == Tier::Out)
    }

    /// Whether a file of so many bytes may be kept beside what the last submissions were granted.
    pub fn has_room_for_file(&self, connection: &Connection, bytes: u64) -> Result<bool, StoreError> {
        let room = self.room(connection)?;
        self.granted.set(self.granted.get().saturating_sub(bytes));
        Ok(room.tier < Tier::Out && room.left >= bytes)
    }

    /// The room there is now. The bytes of the reserve never count as room, in the file or out of it.
    pub fn room(&self, connection: &Connection) -> Result<Room, StoreError> {
        let (pages, spare) = (pages(connection, "page_count")?, pages(connection, "freelist_count")?);
        let used = pages.saturating_sub(spare) * PAGE_BYTES + self.files.bytes()?;
        let spare = spare * PAGE_BYTES;
        let room = Room::new(self.limit, used, self.available()?.saturating_add(spare));
        self.granted.set(room.left.saturating_sub(self.limit / GRANT_KEEPS_BACK));
        Ok(room)
    }

    /// What the disk has left for the store, bytes, without the reserve.
    fn available(&self) -> Result<u64, StoreError> {
        let disk = statvfs(&self.directory).map_err(|error| StoreError::of_file(&error.into()))?;
        self.asked.set(Some(Instant::now()));
        let available = disk.f_bavail.saturating_mul(disk.f_frsize);
        Ok(available.saturating_sub(self.reserve - self.held()))
    }

    /// The store's directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    fn file(&self) -> PathBuf {
        self.directory.join(RESERVE_FILE)
    }

    /// Bytes of the reserve that are held.
    fn held(&self) -> u64 {
        fs::metadata(self.file()).map_or(0, |about| about.len().min(self.reserve))
    }

    /// Holds the reserve while there is room, gives it up when there is none. Without one the store works all the same.
    fn keep_reserve(&self, tier: Tier) {
        let done = match tier {
            Tier::Out => self.give_up(),
            Tier::Scarce => Ok(()),
            Tier::Ample | Tier::Filling | Tier::Tight => self.hold_back(),
        };
        if let Err(error) = done {
            tracing::warn!(%error, "the store's reserve");
        }
    }

    /// Only where the log has room beside it: it would take the bytes again that were given up for that.
    fn hold_back(&self) -> io::Result<()> {
        let disk = statvfs(&self.directory)?;
        let needed = self.reserve + LOG_PAGES_MAX.unsigned_abs() * PAGE_BYTES;
        if self.held() >= self.reserve || disk.f_bavail.saturating_mul(disk.f_frsize) < needed {
            return Ok(());
        }
        let made = self.make();
        if made.is_err() {
            self.give_up()?;
        }
        made
    }

    fn make(&self) -> io::Result<()> {
        let mut options = OpenOptions::new();
        let file: File = options.write(true).create(true).truncate(true).mode(0o600).open(self.file())?;
        Ok(fallocate(&file, FallocateFlags::empty(), 0, self.reserve)?)
    }

    fn give_up(&self) -> io::Result<()> {
        match fs::remove_file(self.file()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result,
        }
    }
}

/// A count of pages. Kept prepared, as each submission asks; the tables of the same names prepare anew each time.
fn pages(connection: &Connection, name: &str) -> Result<u64, StoreError> {
    let mut select = connection.prepare_cached(&format!("PRAGMA {name}"))?;
    db::from_db(select.query_row([], |row| row.get(0))?)
}

/// Looks how much room there is, and does what follows from it within the store. What was accepted takes more of it once it
/// is filed, so that comes first.
pub(crate) fn mind(db: &mut Db<'_>) -> Result<Room, StoreError> {
    match intake::file_all(db) {
        Err(StoreError::Full) => return relieve(db),
        done => done?,
    }
    let room = db.quota.room(db.connection)?;
    db.quota.keep_reserve(room.tier);
    if room.tier < Tier::Tight {
        return Ok(room);
    }
    match make_room(db, room.tier) {
        Err(StoreError::Full) => relieve(db),
        done => done.and_then(|()| db.quota.room(db.connection)),
    }
}

/// Does what follows from a write that found no room, whatever was counted: pages given back within the file are none for its
/// log. How full it is, is told all the same; any other failure may concern the connection, which must hear of it.
pub(crate) fn relieve(db: &mut Db<'_>) -> Result<Room, StoreError> {
    db.quota.keep_reserve(Tier::Out);
    match make_room(db, Tier::Out) {
        Err(StoreError::Full) => tracing::warn!("the disk is full: nothing is filed or dropped"),
        done => done?,
    }
    db.quota.room(db.connection)
}

/// Drops what may be dropped; with nothing left, also moves the log into the database, so that the disk has its bytes back.
fn make_room(db: &mut Db<'_>, tier: Tier) -> Result<(), StoreError> {
    if tier == Tier::Out {
        log::empty(db.connection)?;
    }
    db.write(|change, _| prune(change, SETTLED_ROWS_KEPT))
}

/// States of cases that no list shows, and items that the platform has, but for the newest rows; a part in each
/// turn.
fn prune(connection: &Connection, rows_kept: u32) -> Result<(), StoreError> {
    let sql = "DELETE FROM cases WHERE \"case\" IN (
                   SELECT \"case\" FROM cases ORDER BY \"case\" DESC LIMIT ?1 OFFSET ?2)";
    connection.execute(sql, (PRUNED_ROWS_PER_TURN, LIST_ROWS_MAX))?;
    let sql = "DELETE FROM outbox WHERE position IN (
                   SELECT position FROM outbox WHERE state = 'settled'
                   AND position <= (SELECT max(position) FROM outbox) - ?2 ORDER BY position LIMIT ?1)";
    connection.execute(sql, (PRUNED_ROWS_PER_TURN, rows_kept))?;
    Ok(())
}

#[cfg(test)]
mod tests;
