//! Cases: their numbers, their states, what is due, and the changes terminals fetch.

use jiff::{SignedDuration, Timestamp};
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::{CaseNumber, ItemId, Key, ReceiptNumber, TerminalId};
use kiosk_protocol::wire::{CaseState, Change};
use uuid::Uuid;

use super::files::missing_of_c;
use super::{Row, StoreError, Tx, Value, values};
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
    /// Its files that are not here yet; its department gets it when there are none.
    pub files_missing: u32,
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
    "c.terminal, c.epoch, c.seq, c.case_number, c.service, c.version, s.state, c.submitted_at,
    c.accepted_at, coalesce(s.due_at, c.accepted_at), c.case_id, c.person, ";

/// Cases, each with its last step that is due at `$1`; none where it was only received. The plus keeps SQLite from walking
/// all steps of the terminal by their times.
const CASES: &str =
    "cases c LEFT JOIN case_steps s ON s.terminal = c.terminal AND s.case_id = c.case_id AND s.step =
    (SELECT max(t.step) FROM case_steps t
     WHERE t.terminal = c.terminal AND t.case_id = c.case_id AND +t.due_at <= $1)";

impl Tx<'_> {
    /// Counts a running number up: per implementing code and day, from 1.
    pub fn next_running_number(&self, code: &str, day: jiff::civil::Date) -> Result<u64, StoreError> {
        let number = self.first(
            "INSERT INTO case_numbers (prefix, day, last) VALUES ($1, $2, 1)
             ON CONFLICT (prefix, day) DO UPDATE SET last = case_numbers.last + 1 RETURNING last",
            values![code, day.to_string()],
        )?;
        number.ok_or(StoreError::Unreadable("a running number"))?.u64(0)
    }

    /// The case is known.
    pub fn has_case(&self, case: Uuid) -> Result<bool, StoreError> {
        Ok(self.first("SELECT 1 FROM cases WHERE case_id = $1", values![case])?.is_some())
    }

    /// Keeps a case as received. Needs the scope of its terminal.
    pub fn keep_case(&self, case: &NewCase, now: Timestamp) -> Result<(), StoreError> {
        let NewCase { case: id, item, service, version, department, case_number, person, submitted_at } =
            *case;
        self.0.put(
            "INSERT INTO cases (case_id, terminal, epoch, seq, service, version, department, case_number, person,
                 submitted_at, accepted_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            values![
                id,
                &item.terminal,
                item.epoch,
                item.seq,
                service.as_str(),
                version,
                department.as_str(),
                case_number.0.as_str(),
                person,
                submitted_at,
                now
            ],
        )?;
        let received = Due { case: id, step: 0, state: state_name(CaseState::Received).to_owned(), at: now };
        self.tell(&item.terminal, &[received])
    }

    /// Keeps what the department of a case will do, counted from now. Needs the scope of its terminal. A step planned
    /// before what its terminal was told last (a clock went back) takes the consumer back with it.
    pub fn plan(
        &self,
        case: Uuid,
        terminal: &TerminalId,
        steps: &[Step],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for (number, step) in (1_u32..).zip(steps) {
            let due = now.saturating_add(SignedDuration::from_secs(step.after_s.into())).unwrap_or(now);
            self.0.put(
                "INSERT INTO case_steps (case_id, step, terminal, state, due_at) VALUES ($1, $2, $3, $4, $5)",
                values![case, number, terminal, state_name(step.state), due],
            )?;
        }
        self.0.put(
            "UPDATE consumers SET due_at = $2 WHERE terminal = $1 AND due_at >= $3",
            values![terminal, now.as_millisecond() - 1, now],
        )
    }

    /// Numbers changes of a terminal, in this order.
    fn tell(&self, terminal: &TerminalId, changes: &[Due]) -> Result<(), StoreError> {
        let last = self.last_change(terminal)?;
        for (n, Due { case, step, state, at }) in (last + 1..).zip(changes) {
            self.0.put(
                "INSERT INTO case_changes (terminal, n, case_id, step, state, at)
                 VALUES ($1, $2, $3, $4, $5, $6)",
                values![terminal, n, *case, *step, state.as_str(), *at],
            )?;
        }
        Ok(())
    }

    /// Steps of this terminal's cases are due that it was not told of.
    pub fn is_due(&self, terminal: &TerminalId, now: Timestamp) -> Result<bool, StoreError> {
        Ok(!self.due(terminal, now)?.is_empty())
    }

    /// Numbers all changes that are due. Needs the scope of the terminal.
    pub fn advance(&self, terminal: &TerminalId, now: Timestamp) -> Result<(), StoreError> {
        let due = self.due(terminal, now)?;
        let Some(last) = due.last() else { return Ok(()) };
        self.tell(terminal, &due)?;
        self.0.put(
            "INSERT INTO consumers (terminal, due_at) VALUES ($1, $2)
             ON CONFLICT (terminal) DO UPDATE SET due_at = excluded.due_at",
            values![terminal, last.at],
        )
    }

    fn due(&self, terminal: &TerminalId, now: Timestamp) -> Result<Vec<Due>, StoreError> {
        let rows = self.0.rows(
            "SELECT s.case_id, s.step, s.state, s.due_at FROM case_steps s
             WHERE s.terminal = $1 AND s.due_at <= $2
                 AND s.due_at > coalesce((SELECT k.due_at FROM consumers k WHERE k.terminal = $1), $3)
                 AND NOT EXISTS (SELECT 1 FROM case_changes h
                     WHERE h.terminal = s.terminal AND h.case_id = s.case_id AND h.step = s.step)
             ORDER BY s.due_at, s.case_id, s.step",
            values![terminal, now, i64::MIN],
        )?;
        let due = |row: &Row| {
            let (case, step, state) = (row.uuid(0)?, row.u32(1)?, row.text(2)?.to_owned());
            Ok(Due { case, step, state, at: row.time(3)? })
        };
        rows.iter().map(due).collect()
    }

    /// Changes for a terminal behind number `after`, oldest first, each with its number.
    pub fn changes(
        &self,
        terminal: &TerminalId,
        after: u64,
        rows_max: u32,
    ) -> Result<Vec<(u64, Change)>, StoreError> {
        let rows = self.0.rows(
            "SELECT h.n, h.case_id, c.case_number, h.state, h.at FROM case_changes h JOIN cases c USING (case_id)
             WHERE h.terminal = $1 AND h.n > $2 ORDER BY h.n LIMIT $3",
            values![terminal, after, rows_max],
        )?;
        let change = |row: &Row| {
            let (case, case_number) = (row.uuid(1)?, CaseNumber(row.text(2)?.to_owned()));
            let change =
                Change::Case { case, case_number, state: state_named(row.text(3)?)?, at: row.time(4)? };
            Ok((row.u64(0)?, change))
        };
        let mut changes = rows.iter().map(change).collect::<Result<Vec<_>, StoreError>>()?;
        changes.extend(self.commands_behind(terminal, after, rows_max)?);
        changes.sort_by_key(|(n, _)| *n);
        changes.truncate(rows_max as usize);
        Ok(changes)
    }

    /// All cases as they are now, oldest first.
    pub fn cases(&self, now: Timestamp) -> Result<Vec<CaseRow>, StoreError> {
        self.select_cases("ORDER BY c.accepted_at, c.case_number", values![now])
    }

    /// A person's cases as they are now, newest first.
    pub fn cases_of(
        &self,
        person: &Digest,
        rows_max: u32,
        now: Timestamp,
    ) -> Result<Vec<CaseRow>, StoreError> {
        let of_person = "WHERE c.person = $2 ORDER BY c.accepted_at DESC, c.case_number DESC LIMIT $3";
        self.select_cases(of_person, values![now, person, rows_max])
    }

    fn select_cases(&self, which: &str, key: Vec<Value>) -> Result<Vec<CaseRow>, StoreError> {
        let select = format!("SELECT {COLUMNS}{} FROM {CASES} {which}", missing_of_c());
        let rows = self.0.rows(&select, key)?;
        rows.iter().map(case_row).collect()
    }

    /// The cases with this number as they are now: hardly ever more than one (`ReceiptNumber::items`).
    pub fn cases_numbered(
        &self,
        receipt: &ReceiptNumber,
        now: Timestamp,
    ) -> Result<Vec<NumberedCase>, StoreError> {
        let which = "WHERE c.terminal = $2 AND c.epoch = $3 AND c.seq = $4";
        let select = format!("SELECT {COLUMNS}{} FROM {CASES} {which}", missing_of_c());
        let keys = receipt.items().iter().map(|id| values![now, &id.terminal, id.epoch, id.seq]).collect();
        let rows = self.0.rows_of_each(&select, keys)?;
        let numbered = |row: &Row| {
            Ok(NumberedCase { case: row.uuid(10)?, person: row.digest(11)?, row: case_row(row)? })
        };
        rows.iter().flatten().map(numbered).collect()
    }
}

/// A change to tell.
struct Due {
    case: Uuid,
    /// 0 is the receipt.
    step: u32,
    state: String,
    at: Timestamp,
}

fn case_row(row: &Row) -> Result<CaseRow, StoreError> {
    let service = Key::try_from(row.text(4)?);
    Ok(CaseRow {
        receipt: ReceiptNumber::of(&ItemId {
            terminal: row.terminal(0)?,
            epoch: row.u32(1)?,
            seq: row.u64(2)?,
        }),
        case_number: CaseNumber(row.text(3)?.to_owned()),
        service: service.map_err(|_| StoreError::Unreadable("a service"))?,
        version: row.u32(5)?,
        state: row.maybe_text(6)?.map_or(Ok(CaseState::Received), state_named)?,
        submitted_at: row.time(7)?,
        accepted_at: row.time(8)?,
        changed_at: row.time(9)?,
        files_missing: row.u32(12)?,
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
