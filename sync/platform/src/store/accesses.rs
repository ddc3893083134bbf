//! The record of every fetch of personal data.

use jiff::Timestamp;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::TerminalId;
use uuid::Uuid;

use super::{StoreError, Tx, values};

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
        let Access { terminal, visit, reason, source, person, found } = *access;
        self.0.put(
            "INSERT INTO accesses (terminal, visit, reason, source, person, found, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            values![terminal, visit, reason, source, person, found, now],
        )
    }

    /// How often the terminal asked in vain since then.
    pub fn misses(&self, terminal: &TerminalId, reason: &str, since: Timestamp) -> Result<u32, StoreError> {
        let count = self.first(
            "SELECT count(*) FROM accesses WHERE terminal = $1 AND reason = $2 AND at > $3 AND found = 0",
            values![terminal, reason, since],
        )?;
        count.map_or(Ok(0), |row| row.u32(0))
    }

    /// Reason and source of all fetches, oldest first.
    pub fn accesses(&self) -> Result<Vec<(String, String)>, StoreError> {
        let rows = self.0.rows("SELECT reason, source FROM accesses ORDER BY id", vec![])?;
        rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned()))).collect()
    }
}
