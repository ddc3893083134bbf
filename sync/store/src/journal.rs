//! The journal: an append-only, hash-chained table of trail events.
//!
//! Row *n* holds `prev`, `hash` and the suite that made them; for `sm2-sm3`:
//!
//! ```text
//! prev(1)      = 32 zero bytes
//! prev(n)      = hash(n-1)
//! hash(n)      = SM3( prev(n) ‖ canonical(n) )
//! canonical(n) = seq as u64 ‖ len(wall_at) as u32 ‖ wall_at ‖ len(event) as u32 ‖ event
//! ```
//!
//! Integers are big-endian, lengths count bytes, `wall_at` and `event` are the UTF-8 bytes as stored
//! (RFC 3339 in UTC with at most milliseconds; JSON). `seq` counts up by one from 1. Events name no person, so they need no salt.
//!
//! Who holds the key can forge a whole new chain; signed heads close that gap, not the chain alone.

use kiosk_protocol::crypto::Digest;
use kiosk_protocol::trail::TrailEvent;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::db::{self, SUITE};
use crate::error::{StoreError, TooBig};
use crate::limits::{TRAIL_EVENTS_MAX, VERIFY_ROWS_PER_TURN};

/// The counter that holds the newest row's sequence, so that a cut-off end shows.
const COUNTER: &str = "journal";

/// What a walk along the chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalReport {
    /// Rows that hold, from the first.
    pub rows: u64,
    /// Hash of the last row that holds.
    pub head: Digest,
    /// The first sequence that does not hold, and why. Nothing behind it was looked at.
    pub first_bad: Option<(u64, Flaw)>,
}

/// Why a row does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// There is no row of this sequence, though later ones were written.
    #[error("the row is missing")]
    Missing,
    /// A row that the store never counted.
    #[error("the row was put in from outside")]
    Foreign,
    /// It does not follow the row before it.
    #[error("the row is not linked to the one before")]
    Unlinked,
    /// Its content does not give its hash.
    #[error("the row was changed")]
    Changed,
    /// Its hash was made by algorithms this program does not know.
    #[error("the row names an unknown suite")]
    UnknownSuite,
}

/// Appends the events, within the caller's transaction.
pub(crate) fn append(
    connection: &Connection,
    now: jiff::Timestamp,
    events: &[TrailEvent],
) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    if events.len() > TRAIL_EVENTS_MAX {
        return Err(StoreError::TooBig(TooBig::Trail));
    }
    let (mut seq, mut head) = tip(connection)?;
    let wall_at = now.to_string();
    let sql = "INSERT INTO journal (seq, wall_at, event, prev, hash, suite) VALUES (?, ?, ?, ?, ?, ?)";
    let mut insert = connection.prepare_cached(sql)?;
    for event in events {
        seq += 1;
        let event = serde_json::to_string(event).map_err(|_| StoreError::Internal)?;
        let hash = head.chain(&canonical(seq, &wall_at, &event));
        insert.execute(params![seq, wall_at, event, head.as_bytes(), hash.as_bytes(), SUITE])?;
        head = hash;
    }
    db::set_counter(connection, COUNTER, seq)
}

/// The newest sequence and hash. A row put in behind the counter is skipped, not tripped over: the
/// terminal goes on, and `verify` names the row.
fn tip(connection: &Connection) -> Result<(i64, Digest), StoreError> {
    let mut last = connection.prepare_cached("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1")?;
    let last = last.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (seq, hash): (i64, [u8; 32]) = last.unwrap_or((0, *Digest::ZERO.as_bytes()));
    Ok((seq.max(db::counter(connection, COUNTER)?), Digest::from_bytes(hash)))
}

/// The bytes a hash covers beside the hash before it; see the head of this file.
fn canonical(seq: i64, wall_at: &str, event: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(16 + wall_at.len() + event.len());
    bytes.extend(seq.to_be_bytes());
    for text in [wall_at, event] {
        bytes.extend((text.len() as u32).to_be_bytes());
        bytes.extend(text.as_bytes());
    }
    bytes
}

/// A walk along the chain that can pause between turns of the writer.
#[derive(Clone, Copy)]
pub(crate) struct Walk {
    seq: i64,
    head: Digest,
}

impl Walk {
    pub fn start() -> Self {
        Self { seq: 0, head: Digest::ZERO }
    }

    /// Checks the next rows; `Err` of the inner result is the end of the walk.
    pub fn turn(mut self, connection: &Connection) -> Result<Result<Self, JournalReport>, StoreError> {
        let sql = "SELECT seq, wall_at, event, prev, hash, suite FROM journal WHERE seq > ? OR (?1 = 0 AND seq <= 0)
                   ORDER BY seq LIMIT ?";
        let mut rows = connection.prepare_cached(sql)?;
        let mut rows = rows.query(params![self.seq, VERIFY_ROWS_PER_TURN])?;
        let mut seen = 0;
        while let Some(row) = rows.next()? {
            seen += 1;
            if let Err(bad) = self.step(row)? {
                return Ok(Err(self.report(Some(bad))));
            }
        }
        if seen == VERIFY_ROWS_PER_TURN {
            return Ok(Ok(self));
        }
        let counted = db::counter(connection, COUNTER)?;
        Ok(Err(self.report(self.end_flaw(counted))))
    }

    fn step(&mut self, row: &Row<'_>) -> Result<Result<(), (i64, Flaw)>, StoreError> {
        let seq: i64 = row.get(0)?;
        let expected = self.seq + 1;
        if seq != expected {
            let bad = if seq > expected { (expected, Flaw::Missing) } else { (seq, Flaw::Foreign) };
            return Ok(Err(bad));
        }
        let (wall_at, event): (String, String) = (row.get(1)?, row.get(2)?);
        let (prev, hash, suite): (Vec<u8>, Vec<u8>, String) = (row.get(3)?, row.get(4)?, row.get(5)?);
        let computed = self.head.chain(&canonical(seq, &wall_at, &event));
        let flaw = match () {
            () if suite != SUITE => Flaw::UnknownSuite,
            () if prev != self.head.as_bytes() => Flaw::Unlinked,
            () if hash != computed.as_bytes() => Flaw::Changed,
            () => {
                (self.seq, self.head) = (seq, computed);
                return Ok(Ok(()));
            }
        };
        Ok(Err((seq, flaw)))
    }

    fn end_flaw(&self, counted: i64) -> Option<(i64, Flaw)> {
        match self.seq.cmp(&counted) {
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Less => Some((self.seq + 1, Flaw::Missing)),
            std::cmp::Ordering::Greater => Some((counted + 1, Flaw::Foreign)),
        }
    }

    fn report(&self, bad: Option<(i64, Flaw)>) -> JournalReport {
        let first_bad = bad.map(|(seq, flaw)| (u64::try_from(seq).unwrap_or(0), flaw));
        JournalReport { rows: self.seq.unsigned_abs(), head: self.head, first_bad }
    }
}
