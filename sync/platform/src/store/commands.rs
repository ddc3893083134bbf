//! Commands for terminals, in the same order of numbers as what became of their cases.

use jiff::Timestamp;
use kiosk_protocol::ids::{Key, TerminalId};
use kiosk_protocol::wire::{Change, Command, CommandResult};
use serde::Serialize;
use uuid::Uuid;

use super::value::Row;
use super::{StoreError, Tx, from_json, to_json, values};

/// A command as operators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CommandRow {
    /// Its name.
    pub id: Uuid,
    /// Whom it is for.
    pub terminal: TerminalId,
    /// What to do.
    pub kind: Key,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// From then on it is not carried out any more.
    pub expires_at: Timestamp,
    /// What came of it, and when the terminal told that; nothing before.
    pub result: Option<(CommandResult, Timestamp)>,
}

impl Tx<'_> {
    /// Queues a command. Needs the scope of its terminal.
    pub fn queue_command(
        &self,
        terminal: &TerminalId,
        command: &Command,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let n = self.last_change(terminal)? + 1;
        self.0.put(
            "INSERT INTO commands (terminal, n, id, kind, expires_at, queued_at) VALUES ($1, $2, $3, $4, $5, $6)",
            values![terminal, n, command.id, command.kind.as_str(), command.expires_at, now],
        )
    }

    /// The number of the last change a terminal was given.
    pub(super) fn last_change(&self, terminal: &TerminalId) -> Result<i64, StoreError> {
        let last = self.first(
            "SELECT coalesce((SELECT max(n) FROM case_changes WHERE terminal = $1), 0),
                    coalesce((SELECT max(n) FROM commands WHERE terminal = $1), 0)",
            values![terminal],
        )?;
        last.map_or(Ok(0), |row| Ok(row.int(0)?.max(row.int(1)?)))
    }

    /// Commands behind number `after` of which nothing came yet, oldest first, each with its number.
    pub(super) fn commands_behind(
        &self,
        terminal: &TerminalId,
        after: u64,
        rows_max: u32,
    ) -> Result<Vec<(u64, Change)>, StoreError> {
        let rows = self.0.rows(
            "SELECT n, id, kind, expires_at FROM commands
             WHERE terminal = $1 AND n > $2 AND result IS NULL ORDER BY n LIMIT $3",
            values![terminal, after, rows_max],
        )?;
        let command = |row: &Row| {
            let (id, expires_at) = (row.uuid(1)?, row.time(3)?);
            Ok((row.u64(0)?, Change::Command(Command { id, kind: kind(row, 2)?, expires_at })))
        };
        rows.iter().map(command).collect()
    }

    /// Keeps what came of a command; the first word counts. False where this terminal has no such command.
    pub fn end_command(
        &self,
        terminal: &TerminalId,
        id: Uuid,
        result: &CommandResult,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let json = to_json("a result", result)?;
        let changed = self.0.execute(
            "UPDATE commands SET result = coalesce(result, $3), ended_at = coalesce(ended_at, $4)
             WHERE terminal = $1 AND id = $2",
            values![terminal, id, json, now],
        )?;
        Ok(changed > 0)
    }

    /// All commands, oldest first.
    pub fn commands(&self) -> Result<Vec<CommandRow>, StoreError> {
        let rows = self.0.rows(
            "SELECT id, terminal, kind, queued_at, expires_at, result, ended_at FROM commands
             ORDER BY queued_at, id",
            vec![],
        )?;
        rows.iter().map(command_row).collect()
    }
}

fn command_row(row: &Row) -> Result<CommandRow, StoreError> {
    let result = match row.maybe_text(5)? {
        Some(json) => Some((from_json("a result", json)?, row.time(6)?)),
        None => None,
    };
    Ok(CommandRow {
        id: row.uuid(0)?,
        terminal: row.terminal(1)?,
        kind: kind(row, 2)?,
        queued_at: row.time(3)?,
        expires_at: row.time(4)?,
        result,
    })
}

fn kind(row: &Row, column: usize) -> Result<Key, StoreError> {
    Key::try_from(row.text(column)?).map_err(|_| StoreError::Unreadable("a command"))
}
