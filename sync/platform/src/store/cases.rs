//! Cases: their numbers, their states, what is due, and the changes terminals fetch.

use jiff::{SignedDuration, Timestamp};
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::{CaseNumber, ItemId, Key, ReceiptNumber, TerminalId};
use kiosk_protocol::wire::{CaseState, Change};
use rusqlite::{Row, params};
use uuid::Uuid;

use super::{StoreError, Tx, from_millis};
use crate::departments::Step;

/// A case to be kept.
pub struct NewCase<'a> {
    /// The case.
    pub case: Uuid,
    /// The item that brought it.
    pub item: &'a ItemId,
    /// The service.
    pub service: &'a Key,
    /// Version of the package.
    pub version: u32,
    /// The department.
    pub department: &'a Key,
    /// Its national number.
    pub case_number: &'a CaseNumber,
    /// Pseudonym of the applicant.
    pub person: &'a Digest,
    /// The terminal's clock.
    pub submitted_at: Timestamp,
}

/// A case as operators and its owner see it. No personal data.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct CaseRow {
    /// The terminal's number.
    pub receipt: ReceiptNumber,
    /// The national number.
    pub case_number: CaseNumber,
    /// The service.
    pub service: Key,
    /// Version of the package it was filled in by.
    pub version: u32,
    /// Where it is.
    pub state: CaseState,
    /// The terminal's clock.
    pub submitted_at: Timestamp,
    /// The platform's clock.
    pub accepted_at: Timestamp,
    /// When the state changed last.
    pub changed_at: Timestamp,
}

/// A case found by the number on its receipt.
pub struct NumberedCase {
    /// Its id.
    pub case: Uuid,
    /// Pseudonym of the applicant.
    pub person: Digest,
    /// The rest.
    pub row: CaseRow,
}

const COLUMNS: &str =
    "terminal, epoch, seq, case_number, service, version, state, submitted_at, accepted_at, changed_at";

impl Tx<'_> {
    /// Counts a running number up: per implementing code and day, from 1.
    pub fn next_running_number(&self, code: &str, day: jiff::civil::Date) -> Result<u64, StoreError> {
        let number: i64 = self.0.query_row(
            "INSERT INTO case_numbers (prefix, day, last) VALUES (?1, ?2, 1)
             ON CONFLICT (prefix, day) DO UPDATE SET last = last + 1 RETURNING last",
            params![code, day.to_string()],
            |row| row.get(0),
        )?;
        Ok(number.cast_unsigned())
    }

    /// The case is known.
    pub fn has_case(&self, case: Uuid) -> Result<bool, StoreError> {
        let mut lookup = self.0.prepare_cached("SELECT 1 FROM cases WHERE case_id = ?1")?;
        Ok(lookup.exists([case.as_bytes()])?)
    }

    /// Keeps a case as received, and what its department will do.
    pub fn keep_case(&self, case: &NewCase, steps: &[Step], now: Timestamp) -> Result<(), StoreError> {
        let mut insert = self.0.prepare_cached(
            "INSERT INTO cases (case_id, terminal, epoch, seq, service, version, department, case_number, person,
                 state, submitted_at, accepted_at, changed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'received', ?10, ?11, ?11)",
        )?;
        insert.execute(params![
            case.case.as_bytes(),
            case.item.terminal.to_string(),
            case.item.epoch,
            case.item.seq.cast_signed(),
            case.service.as_str(),
            case.version,
            case.department.as_str(),
            case.case_number.0,
            case.person.as_bytes(),
            case.submitted_at.as_millisecond(),
            now.as_millisecond(),
        ])?;
        self.add_change(
            case.case.as_bytes(),
            &case.item.terminal.to_string(),
            "received",
            now.as_millisecond(),
        )?;
        self.plan(case.case, steps, now)
    }

    fn plan(&self, case: Uuid, steps: &[Step], now: Timestamp) -> Result<(), StoreError> {
        let mut insert = self
            .0
            .prepare_cached("INSERT INTO due_steps (due_at, case_id, step, state) VALUES (?1, ?2, ?3, ?4)")?;
        for (number, step) in (0_u32..).zip(steps) {
            let due = now.saturating_add(SignedDuration::from_secs(step.after_s.into()));
            let due = due.unwrap_or(now).as_millisecond();
            insert.execute(params![due, case.as_bytes(), number, state_name(step.state)])?;
        }
        Ok(())
    }

    fn add_change(&self, case: &[u8; 16], terminal: &str, state: &str, at: i64) -> Result<(), StoreError> {
        let mut insert = self.0.prepare_cached(
            "INSERT INTO case_changes (terminal, n, case_id, state, at)
             VALUES (?1, (SELECT coalesce(max(n), 0) + 1 FROM case_changes WHERE terminal = ?1), ?2, ?3, ?4)",
        )?;
        insert.execute(params![terminal, case, state, at])?;
        Ok(())
    }

    /// Something is due.
    pub fn is_due(&self, now: Timestamp) -> Result<bool, StoreError> {
        let mut lookup = self.0.prepare_cached("SELECT 1 FROM due_steps WHERE due_at <= ?1 LIMIT 1")?;
        Ok(lookup.exists([now.as_millisecond()])?)
    }

    /// Does everything that is due.
    pub fn advance(&self, now: Timestamp) -> Result<(), StoreError> {
        let now = now.as_millisecond();
        let mut due = self.0.prepare_cached(
            "SELECT d.case_id, c.terminal, d.state, d.due_at FROM due_steps d JOIN cases c USING (case_id)
             WHERE d.due_at <= ?1 ORDER BY d.due_at, d.case_id, d.step",
        )?;
        let rows = due.query_map([now], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
        let rows: Vec<([u8; 16], String, String, i64)> = rows.collect::<Result<_, _>>()?;
        let mut update =
            self.0.prepare_cached("UPDATE cases SET state = ?2, changed_at = ?3 WHERE case_id = ?1")?;
        for (case, terminal, state, at) in rows {
            update.execute(params![case, state, at])?;
            self.add_change(&case, &terminal, &state, at)?;
        }
        self.0.execute("DELETE FROM due_steps WHERE due_at <= ?1", [now])?;
        Ok(())
    }

    /// Changes for a terminal behind number `after`, oldest first, each with its number.
    pub fn changes(
        &self,
        terminal: &TerminalId,
        after: u64,
        rows_max: u32,
    ) -> Result<Vec<(u64, Change)>, StoreError> {
        let mut select = self.0.prepare_cached(
            "SELECT h.n, h.case_id, c.case_number, h.state, h.at FROM case_changes h JOIN cases c USING (case_id)
             WHERE h.terminal = ?1 AND h.n > ?2 ORDER BY h.n LIMIT ?3",
        )?;
        let mut rows = select.query(params![terminal.to_string(), after.cast_signed(), rows_max])?;
        let mut changes = Vec::new();
        while let Some(row) = rows.next()? {
            let change = Change::Case {
                case: Uuid::from_bytes(row.get(1)?),
                case_number: CaseNumber(row.get(2)?),
                state: state_named(&row.get::<_, String>(3)?)?,
                at: from_millis("case_changes.at", row.get(4)?)?,
            };
            changes.push((row.get::<_, i64>(0)?.cast_unsigned(), change));
        }
        Ok(changes)
    }

    /// All cases, oldest first.
    pub fn cases(&self) -> Result<Vec<CaseRow>, StoreError> {
        let mut select =
            self.0.prepare(&format!("SELECT {COLUMNS} FROM cases ORDER BY accepted_at, case_number"))?;
        let mut rows = select.query([])?;
        let mut cases = Vec::new();
        while let Some(row) = rows.next()? {
            cases.push(case_row(row)?);
        }
        Ok(cases)
    }

    /// A person's cases, newest first.
    pub fn cases_of(&self, person: &Digest, rows_max: u32) -> Result<Vec<CaseRow>, StoreError> {
        let mut select = self.0.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM cases WHERE person = ?1 ORDER BY accepted_at DESC, case_number DESC LIMIT ?2"
        ))?;
        let mut rows = select.query(params![person.as_bytes(), rows_max])?;
        let mut cases = Vec::new();
        while let Some(row) = rows.next()? {
            cases.push(case_row(row)?);
        }
        Ok(cases)
    }

    /// The cases with this number: one, but for epochs beyond 99, where digits can be read in two ways.
    pub fn cases_numbered(&self, receipt: &ReceiptNumber) -> Result<Vec<NumberedCase>, StoreError> {
        let mut select = self.0.prepare_cached(&format!(
            "SELECT {COLUMNS}, case_id, person FROM cases
             WHERE terminal = ?1 AND printf('%02d%06d', epoch, seq) = ?2"
        ))?;
        let (terminal, run) = receipt.parts();
        let mut rows = select.query(params![terminal, run])?;
        let mut cases = Vec::new();
        while let Some(row) = rows.next()? {
            let (case, person) = (Uuid::from_bytes(row.get(10)?), Digest::from_bytes(row.get(11)?));
            cases.push(NumberedCase { case, person, row: case_row(row)? });
        }
        Ok(cases)
    }
}

fn case_row(row: &Row) -> Result<CaseRow, StoreError> {
    let terminal = TerminalId::try_from(row.get::<_, String>(0)?);
    let terminal = terminal.map_err(|_| StoreError::Unreadable("a terminal id"))?;
    let seq = row.get::<_, i64>(2)?.cast_unsigned();
    let service = Key::try_from(row.get::<_, String>(4)?);
    Ok(CaseRow {
        receipt: ReceiptNumber::of(&ItemId { terminal, epoch: row.get(1)?, seq }),
        case_number: CaseNumber(row.get(3)?),
        service: service.map_err(|_| StoreError::Unreadable("a service"))?,
        version: row.get(5)?,
        state: state_named(&row.get::<_, String>(6)?)?,
        submitted_at: from_millis("cases.submitted_at", row.get(7)?)?,
        accepted_at: from_millis("cases.accepted_at", row.get(8)?)?,
        changed_at: from_millis("cases.changed_at", row.get(9)?)?,
    })
}

/// The name of a state, as on the line.
pub fn state_name(state: CaseState) -> &'static str {
    match state {
        CaseState::Received => "received",
        CaseState::InProgress => "in_progress",
        CaseState::Granted => "granted",
        CaseState::Refused => "refused",
    }
}

fn state_named(name: &str) -> Result<CaseState, StoreError> {
    use CaseState::{Granted, InProgress, Received, Refused};
    let found = [Received, InProgress, Granted, Refused].into_iter().find(|state| state_name(*state) == name);
    found.ok_or(StoreError::Unreadable("a case's state"))
}
