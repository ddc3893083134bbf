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
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct JournalReport {
    /// Rows that hold, from the first.
    pub rows: u64,
    /// Hash of the last row that holds.
    pub head: Digest,
    /// The first sequence that does not hold, and why. Nothing behind it was looked at.
    pub first_bad: Option<(u64, Flaw)>,
}

/// Why a row does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
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

/// What one turn of the writer gave.
pub(crate) enum Turn {
    /// There may be more rows.
    Further(Walk),
    /// The walk has ended.
    Done(JournalReport),
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

    /// Checks the next rows. The first turn also takes rows below 1, which nobody here writes.
    pub fn turn(mut self, connection: &Connection) -> Result<Turn, StoreError> {
        let sql = "SELECT seq, wall_at, event, prev, hash, suite FROM journal
                   WHERE seq > ?1 OR ?1 = 0 ORDER BY seq LIMIT ?2";
        let mut select = connection.prepare_cached(sql)?;
        let mut rows = select.query(params![self.seq, VERIFY_ROWS_PER_TURN])?;
        let mut seen = 0;
        while let Some(row) = rows.next()? {
            seen += 1;
            if let Some(bad) = self.step(row)? {
                return Ok(Turn::Done(self.report(Some(bad))));
            }
        }
        if seen == VERIFY_ROWS_PER_TURN {
            return Ok(Turn::Further(self));
        }
        let counted = db::counter(connection, COUNTER)?;
        Ok(Turn::Done(self.report(self.end_flaw(counted))))
    }

    /// Goes one row on, or says what is wrong with it.
    fn step(&mut self, row: &Row<'_>) -> Result<Option<(i64, Flaw)>, StoreError> {
        let seq: i64 = row.get(0)?;
        let expected = self.seq + 1;
        if seq != expected {
            let gap = seq > expected;
            return Ok(Some(if gap { (expected, Flaw::Missing) } else { (seq, Flaw::Foreign) }));
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
                return Ok(None);
            }
        };
        Ok(Some((seq, flaw)))
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Store;
    use crate::testing::{Bench, VISIT, draft};

    const SEEN: TrailEvent = TrailEvent::VisitBegun { visit: VISIT };
    const DROP_TRIGGERS: &str = "DROP TRIGGER journal_no_update; DROP TRIGGER journal_no_delete;";

    /// Five rows; then the statements are run by somebody who has the key.
    fn tampered(sql: &str) -> JournalReport {
        let bench = Bench::new();
        bench.open().record(vec![SEEN; 5]).unwrap();
        bench.raw().execute_batch(&format!("{DROP_TRIGGERS} {sql}")).unwrap();
        bench.open().verify_journal().unwrap()
    }

    #[test]
    fn the_canonical_bytes_are_those_of_the_document() {
        let expected = b"\0\0\0\0\0\0\x01\x02\0\0\0\x14\
                         2026-11-23T08:00:00Z\0\0\0\x02{}";
        assert_eq!(canonical(258, "2026-11-23T08:00:00Z", "{}"), expected);
    }

    #[test]
    fn an_untouched_journal_holds_over_calls_and_restarts() {
        let bench = Bench::new();
        let empty = JournalReport { rows: 0, head: Digest::ZERO, first_bad: None };
        assert_eq!(bench.open().verify_journal().unwrap(), empty);
        bench.open().record(vec![SEEN; 3]).unwrap();
        let store = bench.open();
        store.submit(draft(1), vec![SEEN]).unwrap();
        store.record(vec![]).unwrap();
        let report = store.verify_journal().unwrap();
        assert_eq!((report.rows, report.first_bad), (4, None));
    }

    #[test]
    fn the_head_is_the_chain_of_the_stored_bytes() {
        let bench = Bench::new();
        let store = bench.open();
        store.record(vec![SEEN; 2]).unwrap();
        let event = format!("{{\"event\":\"visit_begun\",\"visit\":\"{VISIT}\"}}");
        let link = |head: Digest, seq| head.chain(&canonical(seq, &bench.now().to_string(), &event));
        let head = link(link(Digest::ZERO, 1), 2);
        assert_eq!(store.verify_journal().unwrap(), JournalReport { rows: 2, head, first_bad: None });
    }

    #[test]
    fn a_long_journal_is_walked_in_turns() {
        let bench = Bench::new();
        let store = bench.open();
        let calls = VERIFY_ROWS_PER_TURN as usize / TRAIL_EVENTS_MAX;
        for rows_in_last in [0, 1] {
            (0..calls).for_each(|_| store.record(vec![SEEN; TRAIL_EVENTS_MAX]).unwrap());
            store.record(vec![SEEN; rows_in_last]).unwrap();
            assert_eq!(store.verify_journal().unwrap().first_bad, None);
        }
        assert_eq!(store.verify_journal().unwrap().rows, u64::from(2 * VERIFY_ROWS_PER_TURN + 1));
    }

    #[test]
    fn the_triggers_refuse_change_and_removal() {
        let bench = Bench::new();
        bench.open().record(vec![SEEN; 2]).unwrap();
        let raw = bench.raw();
        raw.execute("UPDATE journal SET event = '{}' WHERE seq = 1", []).unwrap_err();
        raw.execute("DELETE FROM journal WHERE seq = 2", []).unwrap_err();
    }

    #[test]
    fn a_changed_row_is_named() {
        for column in ["event", "wall_at"] {
            let report = tampered(&format!("UPDATE journal SET {column} = {column} || ' ' WHERE seq = 3"));
            assert_eq!((report.rows, report.first_bad), (2, Some((3, Flaw::Changed))), "{column}");
        }
        let report = tampered("UPDATE journal SET hash = zeroblob(32) WHERE seq = 3");
        assert_eq!(report.first_bad, Some((3, Flaw::Changed)));
        let report = tampered("UPDATE journal SET suite = 'none' WHERE seq = 3");
        assert_eq!(report.first_bad, Some((3, Flaw::UnknownSuite)));
    }

    #[test]
    fn a_removed_row_is_named_at_the_start_within_and_at_the_end() {
        for seq in [1, 3, 5] {
            let report = tampered(&format!("DELETE FROM journal WHERE seq = {seq}"));
            assert_eq!(report.first_bad, Some((seq, Flaw::Missing)));
        }
    }

    #[test]
    fn a_row_put_in_is_named() {
        let copy = |seq: i64| {
            format!(
                "INSERT INTO journal SELECT {seq}, wall_at, event, prev, hash, suite FROM journal WHERE seq = 5"
            )
        };
        assert_eq!(tampered(&copy(6)).first_bad, Some((6, Flaw::Unlinked)));
        assert_eq!(tampered(&copy(0)).first_bad, Some((0, Flaw::Foreign)));
    }

    #[test]
    fn a_forged_end_is_named_by_the_counter_and_stops_nobody() {
        let bench = Bench::new();
        bench.open().record(vec![SEEN; 5]).unwrap();
        bench.raw().execute("UPDATE counters SET value = 4 WHERE name = 'journal'", []).unwrap();
        let store: Store = bench.open();
        assert_eq!(store.verify_journal().unwrap().first_bad, Some((5, Flaw::Foreign)));
        store.record(vec![SEEN]).unwrap();
    }

    #[test]
    fn a_row_replaced_whole_breaks_the_link_behind_it() {
        let bench = Bench::new();
        bench.open().record(vec![SEEN; 3]).unwrap();
        let raw = bench.raw();
        let prev: [u8; 32] =
            raw.query_row("SELECT prev FROM journal WHERE seq = 2", [], |row| row.get(0)).unwrap();
        let hash = Digest::from_bytes(prev).chain(&canonical(2, "x", "{}"));
        raw.execute_batch(DROP_TRIGGERS).unwrap();
        let sql = "UPDATE journal SET wall_at = 'x', event = '{}', hash = ? WHERE seq = 2";
        raw.execute(sql, [hash.as_bytes()]).unwrap();
        drop(raw);
        assert_eq!(bench.open().verify_journal().unwrap().first_bad, Some((3, Flaw::Unlinked)));
    }

    #[test]
    fn too_many_events_at_once_are_refused_whole() {
        let bench = Bench::new();
        let store = bench.open();
        let trail = vec![SEEN; TRAIL_EVENTS_MAX + 1];
        assert_eq!(store.submit(draft(1), trail), Err(StoreError::TooBig(TooBig::Trail)));
        assert_eq!((store.backlog(), store.verify_journal().unwrap().rows), (Ok(0), 0));
    }
}
