//! What the platform was shown: its newest countersignature, which covers all rows before; and the epoch it put the
//! terminal into where that did not fit.

use kiosk_protocol::crypto::VerifyingKey;
use kiosk_protocol::journal::{Countersigned, SignedHead};
use kiosk_protocol::trail::TrailEvent;
use rusqlite::{Connection, OptionalExtension};

use super::{append, sign_tip};
use crate::db;
use crate::error::StoreError;
use crate::writer::Origin;

/// The cursor that holds the newest countersignature, as JSON.
const COUNTERSIGNED: &str = "journal/countersigned";

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
