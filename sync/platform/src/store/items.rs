//! Items, quarantine, alarms, ratings.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::{ItemId, TerminalId};
use kiosk_protocol::item::{Item, Verdict};
use uuid::Uuid;

use super::{Row, StoreError, Tx, from_json, to_json, values};

/// What was answered to items, and the hash each came with.
pub type Answered = BTreeMap<ItemId, (Digest, Verdict)>;

/// Something kept for a human.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct QuarantineRow {
    /// The identity it came with, which may be another's.
    pub item: ItemId,
    /// Why it was put aside.
    pub reason: String,
    /// Digest of the bytes that came.
    pub hash: Digest,
    /// The platform's clock.
    pub received_at: Timestamp,
    /// The bytes, as they came. Personal fields in them are sealed, where they are what they should be.
    #[serde(skip)]
    pub body: Vec<u8>,
}

/// Something operators should look at.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct AlarmRow {
    /// The terminal it came from.
    pub terminal: TerminalId,
    /// What it is: `journal-went-back`, `journal-contradicted`, `journal-other-key`, `identity-conflict`, `foreign-item`,
    /// `file-damaged`.
    pub kind: String,
    /// The evidence; never personal data.
    pub detail: String,
    /// The platform's clock.
    pub at: Timestamp,
}

impl Tx<'_> {
    /// What was answered to these items, as far as they are known.
    pub fn answered(&self, ids: impl Iterator<Item = ItemId>) -> Result<Answered, StoreError> {
        let ids: Vec<ItemId> = ids.collect();
        let keys = ids.iter().map(|id| values![&id.terminal, id.epoch, id.seq]).collect();
        let found = self.0.rows_of_each(
            "SELECT hash, verdict FROM items WHERE terminal = $1 AND epoch = $2 AND seq = $3",
            keys,
        )?;
        let known = ids.into_iter().zip(&found).filter_map(|(id, rows)| Some((id, rows.first()?)));
        known.map(|(id, row)| Ok((id, (row.digest(0)?, from_json("a verdict", row.text(1)?)?)))).collect()
    }

    /// Keeps an item with its answer, for ever.
    pub fn keep_item(&self, item: &Item, verdict: &Verdict, now: Timestamp) -> Result<(), StoreError> {
        let Item { id, body, hash } = item;
        let verdict = to_json("a verdict", verdict)?;
        self.0.put(
            "INSERT INTO items (terminal, epoch, seq, hash, body, verdict, received_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            values![&id.terminal, id.epoch, id.seq, hash, body.as_bytes(), verdict, now],
        )
    }

    /// Keeps bytes for a human. The same bytes are kept once.
    pub fn quarantine(&self, item: &Item, reason: &str, now: Timestamp) -> Result<(), StoreError> {
        let Item { id, body, hash: _ } = item;
        let hash = Digest::of(body.as_bytes());
        self.0.put(
            "INSERT INTO quarantine (terminal, epoch, seq, hash, body, reason, received_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
            values![&id.terminal, id.epoch, id.seq, &hash, body.as_bytes(), reason, now],
        )
    }

    /// All that is kept for a human, oldest first.
    pub fn quarantined(&self) -> Result<Vec<QuarantineRow>, StoreError> {
        let rows = self.0.rows(
            "SELECT terminal, epoch, seq, reason, hash, received_at, body FROM quarantine
             ORDER BY received_at, terminal, epoch, seq, hash",
            vec![],
        )?;
        rows.iter().map(quarantine_row).collect()
    }

    /// Raises an alarm for the operators. Without personal data.
    pub fn alarm(
        &self,
        terminal: &TerminalId,
        kind: &str,
        detail: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.0.put(
            "INSERT INTO alarms (terminal, kind, detail, at) VALUES ($1, $2, $3, $4)",
            values![terminal, kind, detail, now],
        )
    }

    /// All alarms, oldest first.
    pub fn alarms(&self) -> Result<Vec<AlarmRow>, StoreError> {
        let rows = self.0.rows("SELECT terminal, kind, detail, at FROM alarms ORDER BY id", vec![])?;
        let alarm = |row: &Row| {
            let (kind, detail) = (row.text(1)?.to_owned(), row.text(2)?.to_owned());
            Ok(AlarmRow { terminal: row.terminal(0)?, kind, detail, at: row.time(3)? })
        };
        rows.iter().map(alarm).collect()
    }

    /// Which of these visits of a terminal are rated.
    pub fn rated(&self, terminal: &TerminalId, visits: Vec<Uuid>) -> Result<BTreeSet<Uuid>, StoreError> {
        let keys = visits.iter().map(|visit| values![terminal, *visit]).collect();
        let found = self.0.rows_of_each("SELECT 1 FROM ratings WHERE terminal = $1 AND visit = $2", keys)?;
        Ok(visits
            .into_iter()
            .zip(&found)
            .filter(|(_, rows)| !rows.is_empty())
            .map(|(visit, _)| visit)
            .collect())
    }

    /// Keeps a rating of a visit that has none. Needs the scope of its terminal.
    pub fn keep_rating(
        &self,
        terminal: &TerminalId,
        visit: Uuid,
        case: Option<Uuid>,
        level: RatingLevel,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let level = u32::from(u8::from(level));
        self.0.put(
            "INSERT INTO ratings (terminal, visit, case_id, level, received_at) VALUES ($1, $2, $3, $4, $5)",
            values![terminal, visit, case, level, now],
        )
    }
}

fn quarantine_row(row: &Row) -> Result<QuarantineRow, StoreError> {
    Ok(QuarantineRow {
        item: ItemId { terminal: row.terminal(0)?, epoch: row.u32(1)?, seq: row.u64(2)? },
        reason: row.text(3)?.to_owned(),
        hash: row.digest(4)?,
        received_at: row.time(5)?,
        body: row.bytes(6)?.to_vec(),
    })
}
