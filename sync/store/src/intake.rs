//! The intake: what was accepted and is not filed yet.
//!
//! Somebody waits for a submission. So it writes one row, its item and the trail of its call, which is one page to
//! encrypt and to sync; outbox, indices and journal take six more. They take it from here within the next transaction, so that
//! one that was delivered meanwhile is written there once, as settled. A look at the journal has it filed before; a look at
//! the outbox looks here as well. A cut before that leaves the row, and it is filed after the next start.

use jiff::Timestamp;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::{ItemId, ReceiptNumber};
use kiosk_protocol::item::{Content, ItemBody};
use kiosk_protocol::trail::TrailEvent;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::db::{self, SUITE};
use crate::error::{StoreError, TooBig};
use crate::journal;
use crate::limits::{INTAKE_ITEM_BYTES_MAX, INTAKE_ROWS_MAX, ITEM_BYTES_MAX, TRAIL_EVENTS_MAX};
use crate::writer::{Db, Origin};
use crate::{Accepted, Draft};

/// Accepts a new item with its trail: gives it its identity, its bytes and their hash.
pub(crate) fn accept(
    connection: &Connection,
    origin: &Origin,
    draft: Draft,
    trail: &[TrailEvent],
) -> Result<Accepted, StoreError> {
    if trail.len() > TRAIL_EVENTS_MAX {
        return Err(StoreError::TooBig(TooBig::Trail));
    }
    let now = origin.now()?;
    let body = ItemBody { uuid: new_uuid(now), lane: draft.lane, created_at: now, content: draft.content };
    let json = serde_json::to_string(&body).map_err(|_| StoreError::Internal)?;
    if json.len() > ITEM_BYTES_MAX {
        return Err(StoreError::TooBig(TooBig::Item));
    }
    if rows(connection)? >= INTAKE_ROWS_MAX || json.len() > INTAKE_ITEM_BYTES_MAX {
        file(connection, origin)?;
    }
    let id = next_id(connection, origin)?;
    put(connection, &id, &body, &json, trail)?;
    Ok(Accepted { receipt: ReceiptNumber::of(&id), id, accepted_at: now })
}

fn put(
    connection: &Connection,
    id: &ItemId,
    body: &ItemBody,
    json: &str,
    trail: &[TrailEvent],
) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO intake (terminal, epoch, seq, uuid, lane, kind, created_at, hash, suite, trail, body)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    connection.prepare_cached(sql)?.execute(params![
        id.terminal.to_string(),
        id.epoch,
        db::to_db(id.seq)?,
        body.uuid.as_bytes(),
        body.lane.as_bytes(),
        kind(&body.content),
        body.created_at.to_string(),
        Digest::of(json.as_bytes()).as_bytes(),
        SUITE,
        serde_json::to_string(trail).map_err(|_| StoreError::Internal)?,
        json,
    ])?;
    Ok(())
}

fn kind(content: &Content) -> &'static str {
    match content {
        Content::Case { .. } => "case",
        Content::Rating { .. } => "rating",
    }
}

fn new_uuid(now: Timestamp) -> Uuid {
    // A clock before 1970 gives ids of 1970; order comes from the sequence anyway.
    let ms = u64::try_from(now.as_millisecond()).unwrap_or(0);
    let at = uuid::Timestamp::from_unix(uuid::NoContext, ms / 1000, (ms % 1000) as u32 * 1_000_000);
    Uuid::new_v7(at)
}

/// The identity behind the last one of this terminal and epoch, which stands here or is counted.
fn next_id(connection: &Connection, origin: &Origin) -> Result<ItemId, StoreError> {
    let terminal = origin.terminal.to_string();
    let sql = "SELECT seq FROM intake WHERE terminal = ? AND epoch = ? ORDER BY position DESC LIMIT 1";
    let mut select = connection.prepare_cached(sql)?;
    let last = select.query_row(params![terminal, origin.epoch], |row| row.get(0)).optional()?;
    let last: i64 = match last {
        Some(last) => last,
        None => db::counter(connection, &counter(&terminal, origin.epoch))?,
    };
    Ok(ItemId { terminal: origin.terminal.clone(), epoch: origin.epoch, seq: db::from_db(last)? + 1 })
}

/// The name of what counts the items of a terminal in an epoch.
fn counter(terminal: &str, epoch: u32) -> String {
    format!("item/{terminal}/{epoch}")
}

/// How many rows there are: their positions begin with 1, since they go together.
fn rows(connection: &Connection) -> Result<u32, StoreError> {
    let sql = "SELECT coalesce(max(position), 0) FROM intake";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// Files what was accepted, in a transaction of its own; where there is nothing, without one.
pub(crate) fn file_all(db: &mut Db<'_>) -> Result<(), StoreError> {
    if rows(db.connection)? == 0 {
        return Ok(());
    }
    db.write(|_, _| Ok(()))
}

/// Moves every row to its places, in the order of acceptance.
pub(crate) fn file(connection: &Connection, origin: &Origin) -> Result<(), StoreError> {
    if rows(connection)? == 0 {
        return Ok(());
    }
    let sql = "INSERT INTO outbox (terminal, epoch, seq, uuid, lane, kind, body, hash, suite, created_at)
               SELECT terminal, epoch, seq, uuid, lane, kind, body, hash, suite, created_at
               FROM intake ORDER BY position";
    connection.prepare_cached(sql)?.execute([])?;
    for (terminal, epoch, seq) in last_of_each(connection)? {
        db::set_counter(connection, &counter(&terminal, epoch), seq)?;
    }
    for Trail { at, events } in trails(connection)? {
        journal::append(connection, origin, at, &events)?;
    }
    connection.prepare_cached("DELETE FROM intake")?.execute([])?;
    Ok(())
}

/// The newest number of each terminal and epoch that has rows here.
fn last_of_each(connection: &Connection) -> Result<Vec<(String, u32, i64)>, StoreError> {
    let sql = "SELECT terminal, epoch, max(seq) FROM intake GROUP BY terminal, epoch";
    let mut select = connection.prepare_cached(sql)?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The trail of a call.
struct Trail {
    at: Timestamp,
    events: Vec<TrailEvent>,
}

fn trails(connection: &Connection) -> Result<Vec<Trail>, StoreError> {
    let sql = "SELECT created_at, trail FROM intake WHERE trail <> '[]' ORDER BY position";
    let mut select = connection.prepare_cached(sql)?;
    let rows = select.query_and_then([], |row| {
        let (at, events): (String, String) = (row.get(0)?, row.get(1)?);
        let events = serde_json::from_str(&events).map_err(|_| StoreError::unreadable("an item's trail"))?;
        Ok(Trail { at: db::time(&at)?, events })
    })?;
    rows.collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_protocol::item::Verdict;
    use kiosk_protocol::trail::TrailEvent;
    use kiosk_protocol::wire::ItemAnswer;

    use super::*;
    use crate::testing::{Bench, VISIT, case, draft, lane};
    use crate::{DATABASE_FILE, ItemState, Options, Store, StoreError, log, schema};

    fn submit(store: &Store, number: u128) -> u64 {
        store.submit(draft(number), vec![TrailEvent::VisitBegun { visit: VISIT }]).unwrap().id.seq
    }

    /// Rows that are not filed, and frames of the log, looked at without filing anything.
    fn look(store: &Store) -> (u32, u64) {
        store.writer.call(|db| Ok((rows(db.connection)?, log::frames(db.connection)?))).unwrap()
    }

    #[test]
    fn a_submission_writes_one_page() {
        let bench = Bench::new();
        let store = bench.open();
        submit(&store, 1);
        let (_, before) = look(&store);
        submit(&store, 2);
        assert_eq!(look(&store), (2, before + 1));
    }

    #[test]
    fn it_shows_at_once_and_is_filed_for_who_looks_further() {
        let bench = Bench::new();
        let store = bench.open();
        (1..=3).for_each(|number| assert_eq!(u128::from(submit(&store, number)), number));
        let seqs: Vec<u64> = store.queue().unwrap().iter().map(|row| row.seq).collect();
        assert_eq!(
            (seqs.as_slice(), look(&store).0),
            ([1, 2, 3].as_slice(), 3),
            "shown, and not filed for it"
        );
        let report = store.verify_journal().unwrap();
        assert_eq!((report.rows, report.first_bad, look(&store).0), (3, None, 0));
        assert_eq!(submit(&store, 4), 4);
    }

    #[test]
    fn many_without_a_reader_are_filed_as_they_come() {
        let bench = Bench::new();
        let store = bench.open();
        let all = u64::from(INTAKE_ROWS_MAX) * 2 + 1;
        (1..=all).for_each(|number| assert_eq!(submit(&store, number.into()), number));
        assert_eq!(look(&store).0, 1);
        assert_eq!((store.backlog(), store.verify_journal().unwrap().rows), (Ok(all), all));
    }

    #[test]
    fn a_large_item_waits_behind_none() {
        let bench = Bench::new();
        let store = bench.open();
        let large = |number| Draft { lane: lane(number), content: case(number, INTAKE_ITEM_BYTES_MAX) };
        (1..=3).for_each(|number| assert_eq!(u128::from(submit(&store, number)), number));
        for (number, seq) in [(4, 4), (5, 5)] {
            assert_eq!((store.submit(large(number), vec![]).unwrap().id.seq, look(&store).0), (seq, 1));
        }
        assert_eq!((submit(&store, 6), look(&store).0), (6, 2));
    }

    #[test]
    fn what_is_delivered_from_the_intake_is_filed_once_as_settled() {
        let bench = Bench::new();
        let store = bench.open();
        (1..=3).for_each(|number| assert_eq!(u128::from(submit(&store, number)), number));
        let due = store.due(bench.now(), 2, 9999).unwrap();
        assert_eq!((due.len(), look(&store).0), (2, 3), "sent, and not filed for it");
        let verdict = Verdict::Accepted { case_number: None };
        let answer = |item: kiosk_protocol::item::Item| ItemAnswer { id: item.id, verdict: verdict.clone() };
        store.settle(&due.into_iter().map(answer).collect::<Vec<_>>()).unwrap();
        let states: Vec<_> = store.queue().unwrap().iter().map(|row| (row.seq, row.state)).collect();
        let expected = [(1, ItemState::Settled), (2, ItemState::Settled), (3, ItemState::Waiting)];
        assert_eq!((states.as_slice(), look(&store).0), (expected.as_slice(), 0));
        assert_eq!(store.due(bench.now(), 9, 9999).unwrap()[0].id.seq, 3);
        assert_eq!(store.verify_journal().unwrap().first_bad, None);
    }

    #[test]
    fn a_lane_that_waits_holds_up_what_is_not_filed_yet() {
        let bench = Bench::new();
        let store = bench.open();
        let submit = |number| store.submit(Draft { lane: lane(1), ..draft(number) }, vec![]).unwrap().id;
        let first = submit(1);
        let later = bench.now() + jiff::SignedDuration::from_secs(60);
        store.postpone(std::slice::from_ref(&first), later, "planted").unwrap();
        submit(2);
        assert_eq!((look(&store).0, store.due(bench.now(), 9, 9999)), (1, Ok(vec![])));
        assert_eq!(store.next_due(), Ok(Some(later)));
        store.submit(draft(3), vec![]).unwrap();
        let due: Vec<_> = store.due(bench.now(), 9, 9999).unwrap().iter().map(|item| item.id.seq).collect();
        assert_eq!((due, store.next_due()), (vec![3], Ok(Some(bench.now()))));
    }

    #[test]
    fn numbers_go_on_over_a_restart_though_nothing_waits() {
        let bench = Bench::new();
        let store = bench.open();
        (1..=2).for_each(|number| assert_eq!(u128::from(submit(&store, number)), number));
        let verdict = Verdict::Accepted { case_number: None };
        let due = store.due(bench.now(), 9, 9999).unwrap();
        let answer = |item: kiosk_protocol::item::Item| ItemAnswer { id: item.id, verdict: verdict.clone() };
        store.settle(&due.into_iter().map(answer).collect::<Vec<_>>()).unwrap();
        drop(store);
        assert_eq!(submit(&bench.open(), 3), 3, "a number is never given twice");
    }

    #[test]
    fn a_cut_before_filing_leaves_it_to_the_next_opener() {
        let (bench, copy) = (Bench::new(), tempfile::tempdir().unwrap());
        let store = bench.open();
        submit(&store, 1);
        assert_eq!(look(&store).0, 1);
        for file in [DATABASE_FILE, schema::LOG_FILE] {
            std::fs::copy(bench.path().join(file), copy.path().join(file)).unwrap();
        }
        let cut = Options { path: copy.path().to_owned(), ..bench.options() };
        let later = Store::open(Options { epoch: 2, ..cut }, &bench.key).unwrap();
        assert_eq!(later.submit(draft(2), vec![]).unwrap().id.seq, 1, "the first of its epoch");
        let ids: Vec<_> = later.due(bench.now(), 9, 9999).unwrap().into_iter().map(|item| item.id).collect();
        assert_eq!(ids.iter().map(|id| (id.epoch, id.seq)).collect::<Vec<_>>(), [(1, 1), (2, 1)]);
        assert_eq!(later.verify_journal().unwrap().rows, 1);
    }

    #[test]
    fn a_case_that_is_not_filed_yet_is_not_accepted_twice() {
        let bench = Bench::new();
        let store = bench.open();
        let draft = || Draft { lane: lane(1), content: case(1, 99) };
        let first = store.submit(draft(), vec![]).unwrap();
        bench.turn_clock(60);
        assert_eq!(store.submit(draft(), vec![]), Ok(first));
        store.record(vec![]).unwrap();
        assert_eq!((store.submit(draft(), vec![]).unwrap().id.seq, look(&store).0), (1, 0), "nor once it is");
        assert_eq!(store.backlog(), Ok(1));
    }

    #[test]
    fn what_cannot_be_filed_stays_and_is_seen_to_wait() {
        let bench = Bench::new();
        let store = bench.open();
        let submit = |number| store.submit(Draft { lane: lane(number), content: case(number, 3000) }, vec![]);
        let pages = |count: i64| {
            let set =
                move |db: &mut Db<'_>| Ok(db.connection.pragma_update(None, "max_page_count", count)?);
            store.writer.call(set).unwrap();
        };
        submit(1).unwrap();
        assert_eq!(store.next_due(), Ok(Some(bench.now())));
        submit(2).unwrap();
        pages(1);
        assert_eq!((store.backlog(), store.queue().map(|rows| rows.len())), (Ok(2), Ok(2)));
        assert_eq!(store.record(vec![TrailEvent::VisitBegun { visit: VISIT }]), Err(StoreError::Full));
        assert_eq!((look(&store).0, submit(3)), (2, Err(StoreError::Full)));
        assert_eq!(store.due(bench.now(), 9, 1 << 20).map(|items| items.len()), Ok(2), "sent all the same");
        pages(100_000);
        assert_eq!((submit(3).unwrap().id.seq, store.due(bench.now(), 9, 1 << 20).unwrap().len()), (3, 3));
    }
}
