//! What the platform was shown: its newest countersignature, which covers all rows before; and the epoch it put the
//! terminal into where that did not fit.

use kiosk_protocol::crypto::{Digest, VerifyingKey};
use kiosk_protocol::journal::{Chain, Countersigned, SignedHead};
use kiosk_protocol::trail::TrailEvent;
use rusqlite::{Connection, OptionalExtension};

use super::{append, sign_tip};
use crate::error::StoreError;
use crate::writer::Origin;
use crate::{Store, db, intake};

/// The cursor that holds the newest countersignature, as JSON.
const COUNTERSIGNED: &str = "journal/countersigned";

impl Store {
    /// The head at an earlier row, signed; `None` where there is no such row.
    pub fn head_at(&self, seq: u64) -> Result<Option<SignedHead>, StoreError> {
        self.writer.call(|db| {
            intake::file_all(db)?;
            head_at(db.connection, db.origin, db.origin.now()?, seq)
        })
    }

    /// The row whose head the platform countersigned last, as far as it was heard here, as the row stands now.
    pub fn last_shown(&self) -> Result<Option<Chain>, StoreError> {
        self.writer.call(|db| last_shown(db.connection))
    }
}

/// The newest head the platform countersigned.
pub(crate) fn countersigned(connection: &Connection) -> Result<Option<Countersigned>, StoreError> {
    let mut select = connection.prepare_cached("SELECT value FROM cursors WHERE name = ?")?;
    let kept: Option<String> = select.query_row([COUNTERSIGNED], |row| row.get(0)).optional()?;
    let parse = |json: String| {
        serde_json::from_str(&json).map_err(|_| StoreError::unreadable("the platform's countersignature"))
    };
    kept.map(parse).transpose()
}

/// Signs where the journal stands; nothing where the platform has seen that.
pub(crate) fn head_to_show(
    connection: &Connection,
    origin: &Origin,
    now: jiff::Timestamp,
) -> Result<Option<SignedHead>, StoreError> {
    let seen = countersigned(connection)?.map(|shown| (shown.head.seq, shown.head.hash));
    Ok(sign_tip(connection, origin, now)?.filter(|head| Some((head.seq, head.hash)) != seen))
}

/// Signs the head at a row that is not the last; nothing where there is none. It is not kept.
fn head_at(
    connection: &Connection,
    origin: &Origin,
    now: jiff::Timestamp,
    seq: u64,
) -> Result<Option<SignedHead>, StoreError> {
    let sign = |row| SignedHead::sign(&origin.signer, origin.terminal.clone(), origin.epoch, row, now);
    row_at(connection, seq)?.map(sign).transpose().map_err(|_| StoreError::Internal)
}

/// The row whose head was countersigned last, as it stands now.
fn last_shown(connection: &Connection) -> Result<Option<Chain>, StoreError> {
    match countersigned(connection)? {
        Some(shown) => row_at(connection, shown.head.seq),
        None => Ok(None),
    }
}

fn row_at(connection: &Connection, seq: u64) -> Result<Option<Chain>, StoreError> {
    let mut select = connection.prepare_cached("SELECT hash FROM journal WHERE seq = ?")?;
    let hash = select.query_row([db::to_db(seq)?], |row| row.get(0)).optional()?;
    Ok(hash.map(|hash| Chain { seq, head: Digest::from_bytes(hash) }))
}

/// Keeps a countersignature by this key in place of one before it; whether it is by this key.
pub(crate) fn keep_countersigned(
    connection: &Connection,
    key: &VerifyingKey,
    shown: &Countersigned,
) -> Result<bool, StoreError> {
    if shown.verify(key).is_err() {
        return Ok(false);
    }
    if countersigned(connection)?.is_some_and(|newest| newest.head.seq > shown.head.seq) {
        return Ok(true);
    }
    let json = serde_json::to_string(shown).map_err(|_| StoreError::Internal)?;
    let sql = "INSERT INTO cursors (name, value) VALUES (?, ?)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    connection.prepare_cached(sql)?.execute((COUNTERSIGNED, json))?;
    Ok(true)
}

/// The counter of the epoch the platform put this terminal into.
fn epoch_of(origin: &Origin) -> String {
    format!("epoch/{}", origin.terminal)
}

/// The epoch in force: the one of the enrolment, or a later one.
pub(crate) fn epoch(connection: &Connection, origin: &Origin) -> Result<u32, StoreError> {
    let later = db::counter(connection, &epoch_of(origin))?;
    let later = u32::try_from(later).map_err(|_| StoreError::unreadable("an epoch"))?;
    Ok(origin.epoch.max(later))
}

/// Keeps a later epoch and records it; whether it is one. The record moves the head on, so that the next one shown is of
/// this epoch.
pub(crate) fn begin_epoch(
    connection: &Connection,
    origin: &Origin,
    now: jiff::Timestamp,
    epoch: u32,
) -> Result<bool, StoreError> {
    if epoch < origin.epoch {
        return Ok(false);
    }
    db::set_counter(connection, &epoch_of(origin), epoch.into())?;
    append(connection, origin, now, &[TrailEvent::EpochBegun { epoch }])?;
    Ok(true)
}
