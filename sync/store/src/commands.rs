//! Commands of the platform: kept with the cursor that brought them, carried out at most once. A command is marked before it
//! is begun, and its result is kept before it is told; one that was begun when the terminal went down is never tried again.

use jiff::Timestamp;
use kiosk_protocol::ids::Key;
use kiosk_protocol::trail::TrailEvent;
use kiosk_protocol::wire::{Command, CommandResult, Outcome};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::Store;
use crate::db;
use crate::error::StoreError;
use crate::journal;
use crate::writer::Origin;

impl Store {
    /// The oldest command that waits.
    pub fn next_command(&self) -> Result<Option<Command>, StoreError> {
        self.writer.call(|db| next(db.connection))
    }

    /// Marks a command as begun; false where it was before, so that it is carried out once at most.
    pub fn begin_command(&self, id: Uuid) -> Result<bool, StoreError> {
        self.writer.call(|db| db.write(|change, _| begin(change, id)))
    }

    /// Keeps what came of a command and records it in the trail. A result that is there stays.
    pub fn finish_command(&self, id: Uuid, result: &CommandResult) -> Result<(), StoreError> {
        self.writer.call(|db| db.write(|change, origin| finish(change, origin, origin.now()?, id, result)))
    }

    /// Ends as interrupted what was begun when the terminal went down.
    pub fn interrupt_commands(&self) -> Result<(), StoreError> {
        self.writer.call(|db| db.write(|change, origin| interrupt(change, origin, origin.now()?)))
    }

    /// The oldest result the platform was not told since its command came last.
    pub fn untold_result(&self) -> Result<Option<(Uuid, CommandResult)>, StoreError> {
        self.writer.call(|db| untold(db.connection))
    }

    /// The platform has the result.
    pub fn result_told(&self, id: Uuid) -> Result<(), StoreError> {
        self.writer.call(|db| db.write(|change, _| told(change, id)))
    }
}

/// Keeps a command that came. One that is known changes nothing, but its result is told again.
pub(crate) fn keep(connection: &Connection, command: &Command) -> Result<(), StoreError> {
    let Command { id, kind, expires_at } = command;
    let sql = "INSERT INTO commands (id, kind, expires_at) VALUES (?, ?, ?)
               ON CONFLICT (id) DO UPDATE SET is_told = 0";
    connection.prepare_cached(sql)?.execute(params![id.as_bytes(), kind.as_str(), expires_at.to_string()])?;
    Ok(())
}

/// The oldest command nobody has begun (UUIDv7 sorts by time).
pub(crate) fn next(connection: &Connection) -> Result<Option<Command>, StoreError> {
    let sql = "SELECT id, kind, expires_at FROM commands WHERE state = 'waiting' ORDER BY id LIMIT 1";
    let row = connection.prepare_cached(sql)?.query_row([], raw).optional()?;
    row.map(command).transpose()
}

type Raw = ([u8; 16], String, String);

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

fn command((id, kind, expires_at): Raw) -> Result<Command, StoreError> {
    let kind = Key::try_from(kind).map_err(|_| StoreError::unreadable("a command"))?;
    Ok(Command { id: Uuid::from_bytes(id), kind, expires_at: db::time(&expires_at)? })
}

/// Marks a command as begun; false where it was before.
pub(crate) fn begin(connection: &Connection, id: Uuid) -> Result<bool, StoreError> {
    let sql = "UPDATE commands SET state = 'begun' WHERE id = ? AND state = 'waiting'";
    Ok(connection.prepare_cached(sql)?.execute([id.as_bytes()])? > 0)
}

/// Keeps what came of a command and records it. A result that is there stays.
pub(crate) fn finish(
    connection: &Connection,
    origin: &Origin,
    now: Timestamp,
    id: Uuid,
    result: &CommandResult,
) -> Result<(), StoreError> {
    let sql = "UPDATE commands SET state = 'finished', result = ? WHERE id = ? AND state <> 'finished' RETURNING kind";
    let json = serde_json::to_string(result).map_err(|_| StoreError::Internal)?;
    let kind: Option<String> = connection
        .prepare_cached(sql)?
        .query_row(params![json, id.as_bytes()], |row| row.get(0))
        .optional()?;
    let Some(kind) = kind else { return Ok(()) };
    let kind = Key::try_from(kind).map_err(|_| StoreError::unreadable("a command"))?;
    let outcome = result.outcome.word().to_owned();
    journal::append(connection, origin, now, &[TrailEvent::CommandEnded { command: id, kind, outcome }])
}

/// Ends what was begun when the terminal went down.
pub(crate) fn interrupt(connection: &Connection, origin: &Origin, now: Timestamp) -> Result<(), StoreError> {
    let mut select =
        connection.prepare_cached("SELECT id FROM commands WHERE state = 'begun' ORDER BY id")?;
    let begun = select.query_map([], |row| row.get(0))?.collect::<Result<Vec<[u8; 16]>, _>>()?;
    let result = CommandResult::new(Outcome::Interrupted, "");
    begun.into_iter().try_for_each(|id| finish(connection, origin, now, Uuid::from_bytes(id), &result))
}

/// The oldest result the platform was not told.
pub(crate) fn untold(connection: &Connection) -> Result<Option<(Uuid, CommandResult)>, StoreError> {
    let sql = "SELECT id, result FROM commands WHERE state = 'finished' AND is_told = 0 ORDER BY id LIMIT 1";
    let row = connection
        .prepare_cached(sql)?
        .query_row([], |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, String>(1)?)))
        .optional()?;
    let read = |(id, json): ([u8; 16], String)| {
        let result = serde_json::from_str(&json).map_err(|_| StoreError::unreadable("a result"))?;
        Ok((Uuid::from_bytes(id), result))
    };
    row.map(read).transpose()
}

/// The platform has the result.
pub(crate) fn told(connection: &Connection, id: Uuid) -> Result<(), StoreError> {
    connection.prepare_cached("UPDATE commands SET is_told = 1 WHERE id = ?")?.execute([id.as_bytes()])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_protocol::wire::Change;

    use super::*;
    use crate::testing::{Bench, lane};

    fn restart(number: u128) -> Command {
        let kind = Key::try_from("restart-when-idle").unwrap();
        Command { id: lane(number), kind, expires_at: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn a_command_is_begun_once_and_its_result_stays() {
        let bench = Bench::new();
        let store = bench.open();
        let page = [Change::Command(restart(2)), Change::Command(restart(1))];
        store.apply_changes(&page, "c2").unwrap();
        assert_eq!(store.next_command().unwrap(), Some(restart(1)));
        assert!(store.begin_command(lane(1)).unwrap());
        assert!(!store.begin_command(lane(1)).unwrap());
        assert_eq!(store.next_command().unwrap(), Some(restart(2)));
        let done = CommandResult::new(Outcome::Done, "restarts");
        store.finish_command(lane(1), &done).unwrap();
        store.finish_command(lane(1), &CommandResult::new(Outcome::Failed, "")).unwrap();
        assert_eq!(store.untold_result().unwrap(), Some((lane(1), done.clone())));
        store.result_told(lane(1)).unwrap();
        assert_eq!(store.untold_result().unwrap(), None);
        // It is delivered again: the same answer, and nothing is done.
        store.apply_changes(&page[1..], "c2").unwrap();
        assert_eq!(store.untold_result().unwrap(), Some((lane(1), done)));
        assert_eq!(store.next_command().unwrap(), Some(restart(2)));
        assert_eq!(store.verify_journal().unwrap().rows, 1);
    }

    #[test]
    fn what_was_begun_when_the_power_went_is_not_tried_again() {
        let bench = Bench::new();
        let store = bench.open();
        store.apply_changes(&[Change::Command(restart(1))], "c1").unwrap();
        store.begin_command(lane(1)).unwrap();
        drop(store);
        let store = bench.open();
        store.interrupt_commands().unwrap();
        assert_eq!(store.next_command().unwrap(), None);
        let (_, result) = store.untold_result().unwrap().unwrap();
        assert_eq!(result.outcome, Outcome::Interrupted);
    }
}
