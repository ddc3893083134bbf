//! What comes down: states of cases, commands, the catalogue, and the cursor of both.

use jiff::Timestamp;
use kiosk_protocol::catalogue::CatalogueBundle;
use kiosk_protocol::ids::{CaseNumber, TerminalId};
use kiosk_protocol::limits::CATALOGUE_BYTES_MAX;
use kiosk_protocol::trail::TrailEvent;
use kiosk_protocol::wire::{CaseState, Change};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::commands;
use crate::db;
use crate::error::{StoreError, TooBig};
use crate::journal;
use crate::limits::LIST_ROWS_MAX;
use crate::writer::Origin;

/// The name of the cursor of `Changes`. Each terminal has its own, whatever its epoch: the platform
/// numbers changes by terminal.
fn changes_of(terminal: &TerminalId) -> String {
    format!("changes/{terminal}")
}

/// Where a case is, as the platform last said.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct CaseRow {
    /// The case.
    pub case: Uuid,
    /// Its state.
    pub state: CaseState,
    /// Its national number.
    pub case_number: CaseNumber,
    /// Since when, by the platform's clock.
    pub at: Timestamp,
}

pub(crate) fn cursor(connection: &Connection, terminal: &TerminalId) -> Result<Option<String>, StoreError> {
    db::value(connection, &changes_of(terminal))
}

/// Takes the changes in their order, which is the platform's, and the cursor behind them.
pub(crate) fn apply(
    connection: &Connection,
    terminal: &TerminalId,
    changes: &[Change],
    cursor: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO cases (\"case\", state, case_number, at) VALUES (?, ?, ?, ?)
               ON CONFLICT (\"case\") DO UPDATE
               SET state = excluded.state, case_number = excluded.case_number, at = excluded.at";
    let mut put = connection.prepare_cached(sql)?;
    for change in changes {
        let (case, case_number, state, at) = match change {
            Change::Case { case, case_number, state, at } => (case, case_number, state, at),
            Change::Command(command) => {
                commands::keep(connection, command)?;
                continue;
            }
        };
        let state = serde_json::to_string(state).map_err(|_| StoreError::Internal)?;
        put.execute(params![case.as_bytes(), state, case_number.0, at.to_string()])?;
    }
    db::put_value(connection, &changes_of(terminal), cursor)
}

/// The latest cases (UUIDv7 sorts by time), oldest first.
pub(crate) fn cases(connection: &Connection) -> Result<Vec<CaseRow>, StoreError> {
    let sql = "SELECT \"case\", state, case_number, at FROM cases ORDER BY \"case\" DESC LIMIT ?";
    let mut select = connection.prepare_cached(sql)?;
    let rows = select.query_and_then([LIST_ROWS_MAX], |row| {
        let (state, at): (String, String) = (row.get(1)?, row.get(3)?);
        Ok::<_, StoreError>(CaseRow {
            case: Uuid::from_bytes(row.get(0)?),
            state: serde_json::from_str(&state).map_err(|_| StoreError::unreadable("a case's state"))?,
            case_number: CaseNumber(row.get(2)?),
            at: db::time(&at)?,
        })
    })?;
    let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
    rows.reverse();
    Ok(rows)
}

pub(crate) fn catalogue(connection: &Connection) -> Result<Option<CatalogueBundle>, StoreError> {
    let mut select = connection.prepare_cached("SELECT bundle FROM catalogue")?;
    let bundle: Option<String> = select.query_row([], |row| row.get(0)).optional()?;
    let parse =
        |json: String| serde_json::from_str(&json).map_err(|_| StoreError::unreadable("the catalogue"));
    bundle.map(parse).transpose()
}

/// The bundle as it is stored.
pub(crate) fn catalogue_json(bundle: &CatalogueBundle) -> Result<String, StoreError> {
    let json = serde_json::to_string(bundle).map_err(|_| StoreError::Internal)?;
    if json.len() > CATALOGUE_BYTES_MAX {
        return Err(StoreError::TooBig(TooBig::Catalogue));
    }
    Ok(json)
}

/// Puts a newer catalogue in force; the same version changes nothing, an older one is refused.
pub(crate) fn put_catalogue(
    connection: &Connection,
    origin: &Origin,
    version: u64,
    json: &str,
) -> Result<(), StoreError> {
    let mut select = connection.prepare_cached("SELECT version FROM catalogue")?;
    let have: Option<i64> = select.query_row([], |row| row.get(0)).optional()?;
    let have = have.map(db::from_db).transpose()?;
    match have {
        Some(have) if version < have => {
            return Err(StoreError::OlderCatalogue { have, offered: version });
        }
        Some(have) if version == have => return Ok(()),
        Some(_) | None => {}
    }
    let sql = "INSERT INTO catalogue (only_one, version, bundle) VALUES (1, ?, ?)
               ON CONFLICT (only_one) DO UPDATE SET version = excluded.version, bundle = excluded.bundle";
    connection.prepare_cached(sql)?.execute((db::to_db(version)?, json))?;
    journal::append(connection, origin, origin.now()?, &[TrailEvent::CatalogueChanged { version }])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_protocol::catalogue::Signed;
    use kiosk_protocol::crypto::Suite;

    use super::*;
    use crate::testing::{Bench, lane};
    use crate::{Options, Store};

    fn bundle(name: &str) -> CatalogueBundle {
        let index =
            Signed { suite: Suite::Sm2Sm3, payload: name.to_owned(), signature: "made up".to_owned() };
        CatalogueBundle { index, packages: vec![] }
    }

    fn change(case: u128, state: CaseState) -> Change {
        let case_number = CaseNumber(format!("number-{case}"));
        Change::Case { case: lane(case), case_number, state, at: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn a_catalogue_never_goes_back() {
        let bench = Bench::new();
        let store = bench.open();
        assert_eq!(store.catalogue().unwrap(), None);
        store.put_catalogue(3, &bundle("three")).unwrap();
        store.put_catalogue(3, &bundle("other three")).unwrap();
        let refused = store.put_catalogue(2, &bundle("two")).unwrap_err();
        assert_eq!(refused, StoreError::OlderCatalogue { have: 3, offered: 2 });
        assert_eq!(store.catalogue().unwrap(), Some(bundle("three")));
        assert_eq!(store.verify_journal().unwrap().rows, 1);
        store.put_catalogue(4, &bundle("four")).unwrap();
        drop(store);
        let store = bench.open();
        assert_eq!(store.catalogue().unwrap(), Some(bundle("four")));
        assert!(store.put_catalogue(3, &bundle("three")).is_err());
        assert_eq!(store.verify_journal().unwrap().rows, 2);
    }

    #[test]
    fn a_catalogue_over_its_limit_is_refused() {
        let bench = Bench::new();
        let big = bundle(&"x".repeat(CATALOGUE_BYTES_MAX));
        assert_eq!(bench.open().put_catalogue(1, &big), Err(StoreError::TooBig(TooBig::Catalogue)));
    }

    #[test]
    fn the_last_change_of_a_case_counts_and_a_page_may_come_twice() {
        let bench = Bench::new();
        let store = bench.open();
        let page =
            [change(1, CaseState::Received), change(2, CaseState::Received), change(1, CaseState::Granted)];
        for cursor in ["page-1", "page-1", "page-2"] {
            store.apply_changes(&page, cursor).unwrap();
            assert_eq!(store.cursor().unwrap().as_deref(), Some(cursor));
        }
        let states: Vec<_> =
            store.case_states().unwrap().into_iter().map(|row| (row.case, row.state)).collect();
        assert_eq!(states, [(lane(1), CaseState::Granted), (lane(2), CaseState::Received)]);
    }

    #[test]
    fn a_cursor_belongs_to_one_terminal_whatever_its_epoch() {
        let bench = Bench::new();
        let open = |name: &str, epoch| {
            let terminal = TerminalId::try_from(name.to_owned()).unwrap();
            Store::open(Options { terminal, epoch, ..bench.options() }, &bench.key).unwrap()
        };
        open("230202-0001", 1).apply_changes(&[], "of-one").unwrap();
        let other = open("230202-0002", 1);
        assert_eq!(other.cursor(), Ok(None));
        other.apply_changes(&[], "of-two").unwrap();
        drop(other);
        assert_eq!(open("230202-0001", 2).cursor().unwrap().as_deref(), Some("of-one"));
        assert_eq!(open("230202-0002", 1).cursor().unwrap().as_deref(), Some("of-two"));
    }
}
