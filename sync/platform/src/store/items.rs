//! Items, quarantine, alarms, ratings.

use jiff::Timestamp;
use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::{ItemId, TerminalId};
use kiosk_protocol::item::{Item, Verdict};
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

use super::{StoreError, Tx, from_json, to_json};

impl Tx<'_> {
    /// What was answered to an item, and the hash it came with.
    pub fn answered(&self, id: &ItemId) -> Result<Option<(Digest, Verdict)>, StoreError> {
        let mut lookup = self.0.prepare_cached(
            "SELECT hash, verdict FROM items WHERE terminal = ?1 AND epoch = ?2 AND seq = ?3",
        )?;
        let key = params![id.terminal.to_string(), id.epoch, id.seq.cast_signed()];
        let row = lookup.query_row(key, |row| Ok((row.get(0)?, row.get::<_, String>(1)?)));
        let row = row.optional()?;
        row.map(|(hash, verdict)| Ok((Digest::from_bytes(hash), from_json("a verdict", &verdict)?)))
            .transpose()
    }

    /// Keeps an item with its answer, for ever.
    pub fn keep_item(&self, item: &Item, verdict: &Verdict, now: Timestamp) -> Result<(), StoreError> {
        let mut insert = self.0.prepare_cached(
            "INSERT INTO items (terminal, epoch, seq, hash, body, verdict, received_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        insert.execute(params![
            item.id.terminal.to_string(),
            item.id.epoch,
            item.id.seq.cast_signed(),
            item.hash.as_bytes(),
            item.body,
            to_json("a verdict", verdict)?,
            now.as_millisecond(),
        ])?;
        Ok(())
    }

    /// Keeps bytes for a human. The same bytes are kept once.
    pub fn quarantine(&self, item: &Item, reason: &str, now: Timestamp) -> Result<(), StoreError> {
        self.0.execute(
            "INSERT OR IGNORE INTO quarantine (terminal, epoch, seq, hash, body, reason, received_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                item.id.terminal.to_string(),
                item.id.epoch,
                item.id.seq.cast_signed(),
                Digest::of(item.body.as_bytes()).as_bytes(),
                item.body,
                reason,
                now.as_millisecond(),
            ],
        )?;
        Ok(())
    }

    /// Raises an alarm for the operators. Without personal data.
    pub fn alarm(
        &self,
        terminal: &TerminalId,
        kind: &str,
        detail: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.0.execute(
            "INSERT INTO alarms (terminal, kind, detail, at) VALUES (?1, ?2, ?3, ?4)",
            params![terminal.to_string(), kind, detail, now.as_millisecond()],
        )?;
        Ok(())
    }

    /// Kinds of all alarms, oldest first.
    pub fn alarms(&self) -> Result<Vec<String>, StoreError> {
        let mut alarms = self.0.prepare("SELECT kind FROM alarms ORDER BY id")?;
        let kinds = alarms.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(kinds)
    }

    /// Keeps a rating; false where the visit has one already (一次一评).
    pub fn keep_rating(
        &self,
        terminal: &TerminalId,
        visit: Uuid,
        case: Option<Uuid>,
        level: RatingLevel,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let case = case.map(|case| *case.as_bytes());
        let added = self.0.execute(
            "INSERT OR IGNORE INTO ratings (terminal, visit, case_id, level, received_at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![terminal.to_string(), visit.as_bytes(), case, u8::from(level), now.as_millisecond()],
        )?;
        Ok(added == 1)
    }
}
