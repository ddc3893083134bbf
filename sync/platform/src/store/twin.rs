//! What is meant for terminals stands among the published files; here is what they say of it.

use jiff::Timestamp;
use kiosk_protocol::ids::{Key, TerminalId};
use kiosk_protocol::wire::ConfigurationReport;

use super::value::Row;
use super::{StoreError, Tx, from_json, to_json, values};

/// A terminal of the register.
pub struct Listed {
    /// Its name.
    pub terminal: TerminalId,
    /// When it was enrolled last.
    pub enrolled_at: Timestamp,
    /// An operator took its rights.
    pub revoked: bool,
}

impl Tx<'_> {
    /// The newest version of a file.
    pub fn newest_target(&self, name: &Key) -> Result<Option<(u64, String)>, StoreError> {
        let row = self.first(
            "SELECT version, content FROM target_files WHERE name = $1 ORDER BY version DESC LIMIT 1",
            values![name.as_str()],
        )?;
        row.map(|row| Ok((row.u64(0)?, row.text(1)?.to_owned()))).transpose()
    }

    /// Keeps what a terminal says; its last word counts.
    pub fn keep_report(
        &self,
        terminal: &TerminalId,
        report: &ConfigurationReport,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let report = to_json("a report", report)?;
        self.0.put(
            "INSERT INTO configuration_reports (terminal, report, received_at) VALUES ($1, $2, $3)
             ON CONFLICT (terminal) DO UPDATE SET report = excluded.report, received_at = excluded.received_at",
            values![terminal, report, now],
        )
    }

    /// What each terminal said last, and when that came.
    pub fn reports(&self) -> Result<Vec<(TerminalId, ConfigurationReport, Timestamp)>, StoreError> {
        let sql = "SELECT terminal, report, received_at FROM configuration_reports ORDER BY terminal";
        let report = |row: &Row| Ok((row.terminal(0)?, from_json("a report", row.text(1)?)?, row.time(2)?));
        self.0.rows(sql, vec![])?.iter().map(report).collect()
    }

    /// All terminals that were ever enrolled.
    pub fn register(&self) -> Result<Vec<Listed>, StoreError> {
        let sql = "SELECT terminal, enrolled_at, revoked_at IS NOT NULL FROM terminals ORDER BY terminal";
        let listed = |row: &Row| {
            Ok(Listed { terminal: row.terminal(0)?, enrolled_at: row.time(1)?, revoked: row.truth(2)? })
        };
        self.0.rows(sql, vec![])?.iter().map(listed).collect()
    }
}
