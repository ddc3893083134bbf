//! The record of every fetch of personal data.

use jiff::Timestamp;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::TerminalId;
use rusqlite::params;
use uuid::Uuid;

use super::{StoreError, Tx};

/// One fetch: who (terminal and visit), why, from where, about whom.
pub struct Access<'a> {
    /// Who asked.
    pub terminal: &'a TerminalId,
    /// In which visit.
    pub visit: Uuid,
    /// For which service, or which question.
    pub reason: &'a str,
    /// Which department was asked.
    pub source: &'a str,
    /// Pseudonym of the person.
    pub person: &'a Digest,
    /// Something was on file.
    pub found: bool,
}

impl Tx<'_> {
    /// Records a fetch.
    pub fn record_access(&self, access: &Access, now: Timestamp) -> Result<(), StoreError> {
        self.0.execute(
            "INSERT INTO accesses (terminal, visit, reason, source, person, found, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                access.terminal.to_string(),
                access.visit.as_bytes(),
                access.reason,
                access.source,
                access.person.as_bytes(),
                access.found,
                now.as_millisecond(),
            ],
        )?;
        Ok(())
    }

    /// How often the terminal asked in vain since then.
    pub fn misses(&self, terminal: &TerminalId, reason: &str, since: Timestamp) -> Result<u32, StoreError> {
        let mut count = self.0.prepare_cached(
            "SELECT count(*) FROM accesses WHERE terminal = ?1 AND reason = ?2 AND at > ?3 AND found = 0",
        )?;
        let key = params![terminal.to_string(), reason, since.as_millisecond()];
        Ok(count.query_row(key, |row| row.get(0))?)
    }

    /// Reason and source of all fetches, oldest first.
    pub fn accesses(&self) -> Result<Vec<(String, String)>, StoreError> {
        let mut select = self.0.prepare("SELECT reason, source FROM accesses ORDER BY id")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
