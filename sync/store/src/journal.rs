//! The journal: an append-only, hash-chained table of trail events, with signed heads.
//!
//! The bytes of rows, chain and heads are defined in `kiosk_protocol::journal`. Events name no person; each is covered by
//! a salted commitment nevertheless, so that one can be withheld or erased one day and the chain still hold.
//!
//! Heads are signed with a key that lies in this file, encrypted like everything else, and never leaves it. Who holds the
//! store's key could forge a new chain with its heads, but not one that fits the heads the platform was shown before: it
//! countersigns them with the key the enrolment named, and its newest countersignature is kept here and goes into each
//! export (`shown`).

mod shown;

use kiosk_protocol::crypto::{Digest, SigningKey, Suite};
use kiosk_protocol::ids::TerminalId;
use kiosk_protocol::journal::{self, Audit, Chain, HEAD_ROWS, Line, Row, SALTED, Salt, SignedHead};
use kiosk_protocol::trail::TrailEvent;
use rand::TryRng;
use rand::rngs::SysRng;
use rusqlite::{Connection, OptionalExtension, params};
use zeroize::Zeroizing;

pub use kiosk_protocol::journal::{Flaw, Report as JournalReport};
pub(crate) use shown::{begin_epoch, epoch, head_to_show, keep_countersigned};

use crate::db::{self, SUITE};
use crate::error::{StoreError, TooBig};
use crate::limits::{TRAIL_EVENTS_MAX, VERIFY_ROWS_PER_TURN};
use crate::writer::Origin;

/// The counter that holds the newest row's sequence, so that a cut-off end shows.
const COUNTER: &str = "journal";

/// The key that signs heads; made where there is none.
pub(crate) fn signer(connection: &Connection) -> Result<SigningKey, StoreError> {
    let mut select = connection.prepare_cached("SELECT secret FROM signing_key")?;
    let kept = select.query_row([], |row| row.get::<_, Vec<u8>>(0).map(Zeroizing::new)).optional()?;
    if let Some(secret) = kept {
        return SigningKey::from_bytes(&secret).map_err(|_| StoreError::unreadable("the signing key"));
    }
    let key = SigningKey::generate().map_err(|_| StoreError::Internal)?;
    let sql = "INSERT INTO signing_key (only_one, suite, secret) VALUES (1, ?, ?)";
    connection.execute(sql, params![SUITE, key.to_bytes().as_slice()])?;
    Ok(key)
}

/// Appends the events, within the caller's transaction.
pub(crate) fn append(
    connection: &Connection,
    origin: &Origin,
    now: jiff::Timestamp,
    events: &[TrailEvent],
) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    if events.len() > TRAIL_EVENTS_MAX {
        return Err(StoreError::TooBig(TooBig::Trail));
    }
    let mut chain = tip(connection)?;
    let wall_at = now.to_string();
    for event in events {
        chain = append_one(connection, chain, &wall_at, event)?;
        if chain.seq.is_multiple_of(HEAD_ROWS) {
            sign(connection, origin, now, chain)?;
        }
    }
    db::set_counter(connection, COUNTER, db::to_db(chain.seq)?)
}

fn append_one(
    connection: &Connection,
    chain: Chain,
    wall_at: &str,
    event: &TrailEvent,
) -> Result<Chain, StoreError> {
    let (seq, prev) = (chain.seq + 1, chain.head);
    let event = serde_json::to_string(event).map_err(|_| StoreError::Internal)?;
    let mut salt = Salt([0; 16]);
    SysRng.try_fill_bytes(&mut salt.0).map_err(|_| StoreError::Internal)?;
    let hash = journal::link(&prev, seq, wall_at, &journal::commitment(&salt, &event));
    let sql =
        "INSERT INTO journal (seq, wall_at, event, salt, prev, hash, suite) VALUES (?, ?, ?, ?, ?, ?, ?)";
    let mut insert = connection.prepare_cached(sql)?;
    let seq_kept = db::to_db(seq)?;
    insert.execute(params![seq_kept, wall_at, event, salt.0, prev.as_bytes(), hash.as_bytes(), SALTED])?;
    Ok(Chain { seq, head: hash })
}

/// The newest sequence and hash. A row put in behind the counter is skipped, not tripped over: the
/// terminal goes on, and `verify` names the row.
fn tip(connection: &Connection) -> Result<Chain, StoreError> {
    let mut last = connection.prepare_cached("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1")?;
    let last = last.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (seq, hash): (i64, [u8; 32]) = last.unwrap_or((0, *Digest::ZERO.as_bytes()));
    let seq = db::from_db(seq.max(db::counter(connection, COUNTER)?))?;
    Ok(Chain { seq, head: Digest::from_bytes(hash) })
}

/// Signs where the journal stands now, unless that is signed already; `None` while nothing was recorded. Of the heads
/// between every `HEAD_ROWS` rows, only the newest is kept.
pub(crate) fn sign_tip(
    connection: &Connection,
    origin: &Origin,
    now: jiff::Timestamp,
) -> Result<Option<SignedHead>, StoreError> {
    let chain = tip(connection)?;
    let newest = heads_behind(connection, db::to_db(chain.seq)? - 1)?.pop();
    if chain == Chain::START || newest.is_some() {
        return Ok(newest);
    }
    let rows = HEAD_ROWS as i64;
    let sql = "DELETE FROM heads WHERE seq > (SELECT max(seq) FROM heads) - ?1 AND seq % ?1 <> 0";
    connection.prepare_cached(sql)?.execute([rows])?;
    sign(connection, origin, now, chain).map(Some)
}

fn sign(
    connection: &Connection,
    origin: &Origin,
    now: jiff::Timestamp,
    chain: Chain,
) -> Result<SignedHead, StoreError> {
    let head = SignedHead::sign(&origin.signer, origin.terminal.clone(), origin.epoch, chain, now);
    let head = head.map_err(|_| StoreError::Internal)?;
    let sql =
        "INSERT INTO heads (seq, terminal, epoch, hash, at, suite, signature) VALUES (?, ?, ?, ?, ?, ?, ?)";
    connection.prepare_cached(sql)?.execute(params![
        db::to_db(head.seq)?,
        head.terminal.to_string(),
        head.epoch,
        head.hash.as_bytes(),
        head.at.to_string(),
        SUITE,
        head.signature,
    ])?;
    Ok(head)
}

/// The heads of rows behind this one, in their order; as many as a turn can pass, and one more.
fn heads_behind(connection: &Connection, seq: i64) -> Result<Vec<SignedHead>, StoreError> {
    let sql =
        "SELECT seq, terminal, epoch, hash, at, signature FROM heads WHERE seq > ?1 ORDER BY seq LIMIT ?2";
    let mut select = connection.prepare_cached(sql)?;
    let heads = select.query_and_then(params![seq, VERIFY_ROWS_PER_TURN], |row| {
        let (terminal, at): (String, String) = (row.get(1)?, row.get(4)?);
        Ok(SignedHead {
            terminal: TerminalId::try_from(terminal).map_err(|_| StoreError::unreadable("a terminal id"))?,
            epoch: row.get(2)?,
            seq: db::from_db(row.get(0)?)?,
            hash: Digest::from_bytes(row.get(3)?),
            at: db::time(&at)?,
            suite: Suite::Sm2Sm3,
            signature: row.get(5)?,
        })
    })?;
    heads.collect()
}

/// A row as it was read; where it is none at all, its sequence and the flaw.
type Read = Result<Row, (u64, Flaw)>;

/// The rows behind this one; behind 0 also those below 1, which nobody here writes.
fn rows_behind(connection: &Connection, seq: i64) -> Result<Vec<Read>, StoreError> {
    let sql = "SELECT seq, wall_at, event, salt, prev, hash, suite FROM journal
               WHERE seq > ?1 OR ?1 = 0 ORDER BY seq LIMIT ?2";
    let mut select = connection.prepare_cached(sql)?;
    let rows = select.query_and_then(params![seq, VERIFY_ROWS_PER_TURN], read)?;
    rows.collect()
}

fn read(row: &rusqlite::Row<'_>) -> Result<Read, StoreError> {
    let digest = |bytes: Vec<u8>| bytes.try_into().ok().map(Digest::from_bytes);
    let (prev, hash) = (digest(row.get(4)?), digest(row.get(5)?));
    let salt = row.get::<_, Option<Vec<u8>>>(3)?.map(|salt| salt.try_into().map(Salt)).transpose();
    let Ok(seq) = u64::try_from(row.get::<_, i64>(0)?) else { return Ok(Err((0, Flaw::Foreign))) };
    let (Some(prev), Some(hash), Ok(salt)) = (prev, hash, salt) else {
        return Ok(Err((seq, Flaw::Changed)));
    };
    let (wall_at, event) = (row.get(1)?, Some(row.get(2)?));
    Ok(Ok(Row { seq, wall_at, event, salt, commitment: None, prev, hash, suite: row.get(6)? }))
}

/// What one turn gave.
pub(crate) enum Turn {
    /// There may be more rows.
    Further(Walk),
    /// The walk has ended.
    Done(JournalReport),
}

/// A walk along the chain that can pause between turns of the writer.
pub(crate) struct Walk(Audit);

impl Walk {
    /// Before the first row, with what the platform was shown.
    pub fn start(connection: &Connection, origin: &Origin) -> Result<Self, StoreError> {
        let mut audit = Audit::new(origin.signer.verifying_key());
        if let Some(shown) = shown::countersigned(connection)? {
            audit.countersigned(&shown, &origin.heads_key);
        }
        Ok(Self(audit))
    }

    /// Checks the next rows and the heads behind them.
    pub fn turn(mut self, connection: &Connection) -> Result<Turn, StoreError> {
        let behind = db::to_db(self.0.chain().seq)?;
        let rows = rows_behind(connection, behind)?;
        let mut heads = heads_behind(connection, behind)?.into_iter().peekable();
        let may_be_more = rows.len() == VERIFY_ROWS_PER_TURN as usize;
        for row in rows {
            let row = match row {
                Ok(row) => row,
                Err((seq, flaw)) => {
                    self.0.bad(seq, flaw);
                    return Ok(Turn::Done(self.0.report()));
                }
            };
            let head = heads.next_if(|head| head.seq <= row.seq);
            if !self.0.row(&row) || head.is_some_and(|head| !self.0.head(&head)) {
                return Ok(Turn::Done(self.0.report()));
            }
        }
        if may_be_more {
            return Ok(Turn::Further(self));
        }
        self.end(connection, heads.next().is_some())
    }

    /// Behind the last row nothing may have been counted or signed.
    fn end(mut self, connection: &Connection, is_signed_behind: bool) -> Result<Turn, StoreError> {
        let (seq, counted) = (self.0.chain().seq, db::from_db(db::counter(connection, COUNTER)?)?);
        if seq < counted || is_signed_behind {
            self.0.bad(seq + 1, Flaw::Missing);
        } else if seq > counted {
            self.0.bad(counted + 1, Flaw::Foreign);
        }
        Ok(Turn::Done(self.0.report()))
    }
}

/// The next lines of an export: rows behind this one, and the heads that sign them. Before the first row stands whose
/// journal it is, and what the platform countersigned of it.
pub(crate) fn lines(connection: &Connection, origin: &Origin, behind: u64) -> Result<Vec<Line>, StoreError> {
    let mut lines = if behind == 0 { first_lines(connection, origin)? } else { Vec::new() };
    let behind = db::to_db(behind)?;
    let mut heads = heads_behind(connection, behind)?.into_iter().peekable();
    for row in rows_behind(connection, behind)? {
        let row =
            row.map_err(|(seq, flaw)| StoreError::Corrupt(format!("row {seq} of the journal: {flaw}")))?;
        let seq = row.seq;
        lines.push(Line::Row(row));
        lines.extend(heads.next_if(|head| head.seq <= seq).map(Line::Head));
    }
    Ok(lines)
}

fn first_lines(connection: &Connection, origin: &Origin) -> Result<Vec<Line>, StoreError> {
    let (terminal, key) = (origin.terminal.clone(), origin.signer.verifying_key());
    let shown = shown::countersigned(connection)?.map(Line::Countersigned);
    Ok([Line::Journal { terminal, key }].into_iter().chain(shown).collect())
}

#[cfg(test)]
mod tests;
