//! The outbox: items to the platform's answer, those that are not filed yet included.
//!
//! An item waits until it is settled, rejected or quarantined; it stays in the table for ever, so that
//! its identity is never given again. Its body goes when the platform has accepted it. Within a lane
//! items leave in the order of acceptance; one that must wait holds up its own lane only. Rejected and
//! quarantined items hold up nothing.

use std::collections::HashSet;

use jiff::Timestamp;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::{CaseNumber, ItemId, ReceiptNumber, TerminalId};
use kiosk_protocol::item::{Content, Item, Verdict};
use kiosk_protocol::trail::TrailEvent;
use kiosk_protocol::wire::ItemAnswer;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use crate::db;
use crate::error::StoreError;
use crate::journal;
use crate::limits::{LIST_ROWS_MAX, REASON_CHARS_MAX, RETRY_AHEAD_MAX, TRAIL_EVENTS_MAX};
use crate::writer::Origin;
use crate::{Accepted, Draft};

/// What became of an item so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// To be sent, or sent without an answer yet.
    Waiting,
    /// The platform has it.
    Settled,
    /// The platform refused it by a rule.
    Rejected,
    /// The platform keeps it for a human to look at.
    Quarantined,
}

impl ItemState {
    /// The word in the database and on a technician's screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Settled => "settled",
            Self::Rejected => "rejected",
            Self::Quarantined => "quarantined",
        }
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        let all = [Self::Waiting, Self::Settled, Self::Rejected, Self::Quarantined];
        let state = all.into_iter().find(|state| state.as_str() == text);
        state.ok_or_else(|| StoreError::unreadable("an item's state"))
    }
}

/// One item as technicians see it: no content.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct QueueRow {
    /// Its place in the queue, which the next page begins behind.
    pub position: u64,
    /// Its sequence within its epoch.
    pub seq: u64,
    /// The number on its receipt.
    pub receipt: ReceiptNumber,
    /// `case` or `rating`.
    pub kind: String,
    /// Its lane.
    pub lane: Uuid,
    /// What became of it.
    pub state: ItemState,
    /// How often sending it failed.
    pub attempts: u32,
    /// Why the last attempt failed, or why the platform refused it.
    pub reason: Option<String>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// The national case number, once the platform gave it.
    pub case_number: Option<CaseNumber>,
}

/// What was answered when the draft's case was kept in this epoch; nothing where it was not. Ratings are not told apart.
pub(crate) fn kept_before(
    connection: &Connection,
    origin: &Origin,
    draft: &Draft,
) -> Result<Option<Accepted>, StoreError> {
    let Content::Case { case, .. } = &draft.content else { return Ok(None) };
    let sql = "SELECT terminal, epoch, seq, created_at FROM outbox INDEXED BY outbox_cases
               WHERE kind = 'case' AND lane = ?1 AND terminal = ?2 AND epoch = ?3
               UNION ALL SELECT terminal, epoch, seq, created_at FROM intake
               WHERE kind = 'case' AND lane = ?1 AND terminal = ?2 AND epoch = ?3";
    let mut select = connection.prepare_cached(sql)?;
    let key = params![case.as_bytes(), origin.terminal.to_string(), origin.epoch];
    select.query_and_then(key, accepted)?.next().transpose()
}

fn accepted(row: &Row<'_>) -> Result<Accepted, StoreError> {
    let (id, created_at) = (id_of(row)?, row.get::<_, String>(3)?);
    Ok(Accepted { receipt: ReceiptNumber::of(&id), id, accepted_at: db::time(&created_at)? })
}

/// Where an item waits: filed, or accepted and not filed yet.
#[derive(Clone, Copy)]
enum Table {
    Outbox,
    Intake,
}

impl Table {
    /// In the order of acceptance.
    const ALL: [Self; 2] = [Self::Outbox, Self::Intake];

    fn waiting(self) -> &'static str {
        match self {
            Self::Outbox => {
                "SELECT position, lane, next_attempt_at FROM outbox INDEXED BY outbox_waiting
                 WHERE state = 'waiting' ORDER BY position"
            }
            Self::Intake => "SELECT position, lane, 0 FROM intake ORDER BY position",
        }
    }

    fn item(self) -> &'static str {
        match self {
            Self::Outbox => "SELECT terminal, epoch, seq, body, hash FROM outbox WHERE position = ?",
            Self::Intake => "SELECT terminal, epoch, seq, body, hash FROM intake WHERE position = ?",
        }
    }
}

/// One item on its way, without its body.
struct Waiting {
    table: Table,
    position: i64,
    lane: [u8; 16],
    next_attempt_ms: i64,
}

/// Walks all waiting items in the order of acceptance until `visit` says stop (`false`).
fn walk_waiting(
    connection: &Connection,
    mut visit: impl FnMut(Waiting) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    for table in Table::ALL {
        let mut select = connection.prepare_cached(table.waiting())?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let (position, lane, next_attempt_ms) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if !visit(Waiting { table, position, lane, next_attempt_ms })? {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// How long a retry time still is ahead of `now`, milliseconds; 0 when it has come, or was written
/// under a clock that has jumped since.
fn wait_ms(next_attempt_ms: i64, now: Timestamp) -> i64 {
    let ahead = next_attempt_ms.saturating_sub(now.as_millisecond());
    let sane = 0..=RETRY_AHEAD_MAX.as_millis() as i64;
    if sane.contains(&ahead) { ahead } else { 0 }
}

pub(crate) fn due(
    connection: &Connection,
    now: Timestamp,
    items_max: usize,
    bytes_max: usize,
) -> Result<Vec<Item>, StoreError> {
    let mut held_up = HashSet::new();
    let mut items: Vec<Item> = Vec::new();
    let mut bytes = 0;
    walk_waiting(connection, |waiting| {
        if items.len() >= items_max {
            return Ok(false);
        }
        if held_up.contains(&waiting.lane) || wait_ms(waiting.next_attempt_ms, now) > 0 {
            held_up.insert(waiting.lane);
            return Ok(true);
        }
        let item = load(connection, waiting.table, waiting.position)?;
        bytes += item.body.len();
        let fits = bytes <= bytes_max || items.is_empty();
        if fits {
            items.push(item);
        }
        Ok(fits)
    })?;
    Ok(items)
}

fn load(connection: &Connection, table: Table, position: i64) -> Result<Item, StoreError> {
    let mut select = connection.prepare_cached(table.item())?;
    let mut rows = select.query_and_then([position], |row| {
        Ok(Item { id: id_of(row)?, body: row.get(3)?, hash: Digest::from_bytes(row.get(4)?) })
    })?;
    rows.next().unwrap_or_else(|| Err(StoreError::unreadable("an item")))
}

/// The identity in the first three columns.
fn id_of(row: &Row<'_>) -> Result<ItemId, StoreError> {
    let terminal: String = row.get(0)?;
    let terminal = TerminalId::try_from(terminal).map_err(|_| StoreError::unreadable("a terminal id"))?;
    Ok(ItemId { terminal, epoch: row.get(1)?, seq: db::from_db(row.get(2)?)? })
}

pub(crate) fn next_due(connection: &Connection, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let mut lanes = HashSet::new();
    let mut soonest: Option<i64> = None;
    walk_waiting(connection, |waiting| {
        if lanes.insert(waiting.lane) {
            let wait = wait_ms(waiting.next_attempt_ms, now);
            soonest = Some(soonest.map_or(wait, |soonest| soonest.min(wait)));
        }
        Ok(soonest != Some(0))
    })?;
    let at = |wait| now.checked_add(jiff::SignedDuration::from_millis(wait)).unwrap_or(now);
    Ok(soonest.map(at))
}

/// Keeps the platform's answers. An item that is unknown or has its answer already stays as it is.
pub(crate) fn settle(
    connection: &Connection,
    origin: &Origin,
    now: Timestamp,
    answers: &[ItemAnswer],
) -> Result<(), StoreError> {
    let sql = "UPDATE outbox SET state = ?4, reason = ?5, case_number = ?6,
               body = CASE WHEN ?4 = 'settled' THEN NULL ELSE body END
               WHERE terminal = ?1 AND epoch = ?2 AND seq = ?3 AND state = 'waiting'";
    let mut update = connection.prepare_cached(sql)?;
    let mut trail = Vec::new();
    for ItemAnswer { id, verdict } in answers {
        let (state, word, reason, number) = parts(verdict);
        let (terminal, epoch, seq) = key_of(id);
        let changed = update.execute(params![terminal, epoch, seq, state.as_str(), reason, number])?;
        if changed == 1 {
            trail.push(TrailEvent::ItemSettled { seq: id.seq, verdict: word.to_owned() });
        }
    }
    for events in trail.chunks(TRAIL_EVENTS_MAX) {
        journal::append(connection, origin, now, events)?;
    }
    Ok(())
}

/// State, the trail's word, reason and case number of a verdict.
fn parts(verdict: &Verdict) -> (ItemState, &'static str, Option<String>, Option<&str>) {
    match verdict {
        Verdict::Accepted { case_number } => {
            (ItemState::Settled, "accepted", None, case_number.as_ref().map(|number| number.0.as_str()))
        }
        Verdict::Rejected { reason } => (ItemState::Rejected, "rejected", Some(cut(reason)), None),
        Verdict::Quarantined { reason } => (ItemState::Quarantined, "quarantined", Some(cut(reason)), None),
    }
}

fn cut(reason: &str) -> String {
    reason.chars().take(REASON_CHARS_MAX).collect()
}

pub(crate) fn postpone(
    connection: &Connection,
    ids: &[ItemId],
    until: Timestamp,
    reason: &str,
) -> Result<(), StoreError> {
    let sql = "UPDATE outbox SET attempts = attempts + 1, next_attempt_at = ?4, reason = ?5
               WHERE terminal = ?1 AND epoch = ?2 AND seq = ?3 AND state = 'waiting'";
    let mut update = connection.prepare_cached(sql)?;
    let (until, reason) = (until.as_millisecond(), cut(reason));
    for id in ids {
        let (terminal, epoch, seq) = key_of(id);
        update.execute(params![terminal, epoch, seq, until, reason])?;
    }
    Ok(())
}

/// What finds an item. A sequence beyond the database's range names no item, and so finds none.
fn key_of(id: &ItemId) -> (String, u32, i64) {
    (id.terminal.to_string(), id.epoch, i64::try_from(id.seq).unwrap_or(i64::MAX))
}

/// What was refused, what waits, what is settled among the newest, as many as the limit allows; shown oldest
/// first. It reads no row that it does not show: a long queue must not hold up the writer.
pub(crate) fn queue(connection: &Connection) -> Result<Vec<QueueRow>, StoreError> {
    let sql = format!(
        "WITH not_filed AS MATERIALIZED ({NOT_FILED}), shown AS MATERIALIZED (
             SELECT position FROM (
                 SELECT position, 0 AS rank FROM outbox INDEXED BY outbox_refused
                 WHERE state IN ('rejected', 'quarantined')
                 UNION ALL
                 SELECT position, 1 FROM outbox INDEXED BY outbox_waiting WHERE state = 'waiting'
                 UNION ALL
                 SELECT position, 1 FROM not_filed
                 UNION ALL
                 SELECT position, 2 FROM outbox
                 WHERE position > (SELECT max(position) FROM outbox) - ?1 AND state = 'settled'
             ) ORDER BY rank, position DESC LIMIT ?1
         )
         SELECT terminal, epoch, seq, kind, lane, state, attempts, reason, created_at, case_number, position
         FROM outbox WHERE position IN (SELECT position FROM shown)
         UNION ALL SELECT * FROM not_filed WHERE position IN (SELECT position FROM shown) ORDER BY position"
    );
    let mut select = connection.prepare_cached(&sql)?;
    let rows = select.query_and_then([LIST_ROWS_MAX], queue_row)?;
    rows.collect()
}

/// What was accepted and is not filed yet, in the places that it will have.
const NOT_FILED: &str = "SELECT terminal, epoch, seq, kind, lane, 'waiting', 0, NULL, created_at, NULL,
    (SELECT coalesce(max(position), 0) FROM outbox) + position AS position FROM intake";

/// One page of all there is behind a place, oldest first.
pub(crate) fn page(connection: &Connection, behind: u64) -> Result<Vec<QueueRow>, StoreError> {
    let sql = format!(
        "SELECT * FROM (
             SELECT terminal, epoch, seq, kind, lane, state, attempts, reason, created_at, case_number, position
             FROM outbox WHERE position > ?1 UNION ALL {NOT_FILED}
         ) WHERE position > ?1 ORDER BY position LIMIT ?2"
    );
    let mut select = connection.prepare_cached(&sql)?;
    let rows = select.query_and_then(params![db::to_db(behind)?, LIST_ROWS_MAX], queue_row)?;
    rows.collect()
}

fn queue_row(row: &Row<'_>) -> Result<QueueRow, StoreError> {
    let id = id_of(row)?;
    let (state, created_at): (String, String) = (row.get(5)?, row.get(8)?);
    Ok(QueueRow {
        position: db::from_db(row.get(10)?)?,
        seq: id.seq,
        receipt: ReceiptNumber::of(&id),
        kind: row.get(3)?,
        lane: Uuid::from_bytes(row.get(4)?),
        state: ItemState::parse(&state)?,
        attempts: row.get(6)?,
        reason: row.get(7)?,
        created_at: db::time(&created_at)?,
        case_number: row.get::<_, Option<String>>(9)?.map(CaseNumber),
    })
}

pub(crate) fn backlog(connection: &Connection) -> Result<u64, StoreError> {
    let sql = "SELECT (SELECT count(*) FROM outbox INDEXED BY outbox_waiting WHERE state = 'waiting')
               + (SELECT count(*) FROM intake)";
    let count = connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    db::from_db(count)
}

#[cfg(test)]
mod tests;
