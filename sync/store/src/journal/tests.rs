#![allow(clippy::unwrap_used)]
use kiosk_protocol::journal::Countersigned;
use rusqlite::Connection;

use super::*;
use crate::Store;
use crate::testing::{Bench, VISIT, draft, platform, terminal};

const SEEN: TrailEvent = TrailEvent::VisitBegun { visit: VISIT };
const DROP_TRIGGERS: &str = "DROP TRIGGER journal_no_update; DROP TRIGGER journal_no_delete;";

/// Five rows; then the statements are run by somebody who has the key.
fn tampered(sql: &str) -> JournalReport {
    let bench = Bench::new();
    bench.open().record(vec![SEEN; 5]).unwrap();
    bench.raw().execute_batch(&format!("{DROP_TRIGGERS} {sql}")).unwrap();
    bench.open().verify_journal().unwrap()
}

#[test]
fn an_untouched_journal_holds_over_calls_and_restarts() {
    let bench = Bench::new();
    let empty = JournalReport { rows: 0, head: Digest::ZERO, signed: 0, countersigned: 0, first_bad: None };
    assert_eq!(bench.open().verify_journal().unwrap(), empty);
    bench.open().record(vec![SEEN; 3]).unwrap();
    let store = bench.open();
    store.submit(draft(1), vec![SEEN]).unwrap();
    store.record(vec![]).unwrap();
    let report = store.verify_journal().unwrap();
    assert_eq!((report.rows, report.first_bad), (4, None));
}

#[test]
fn the_head_is_the_chain_of_the_stored_bytes() {
    let bench = Bench::new();
    let store = bench.open();
    store.record(vec![SEEN; 2]).unwrap();
    let event = format!("{{\"event\":\"visit_begun\",\"visit\":\"{VISIT}\"}}");
    let lines = store.journal_lines(0).unwrap();
    let Line::Journal { terminal: name, key } = &lines[0] else { panic!("whose is it?") };
    assert_eq!((name, key), (&terminal(), &store.journal_key()));
    let mut head = Digest::ZERO;
    for line in &lines[1..] {
        let Line::Row(row) = line else { panic!("no head is signed yet") };
        assert_eq!(
            (row.event.as_ref(), row.wall_at.as_str()),
            (Some(&event), bench.now().to_string().as_str())
        );
        head = journal::link(&head, row.seq, &row.wall_at, &journal::commitment(&row.salt.unwrap(), &event));
    }
    let report = JournalReport { rows: 2, head, signed: 0, countersigned: 0, first_bad: None };
    assert_eq!((lines.len(), store.verify_journal().unwrap()), (3, report));
    assert!(store.journal_lines(2).unwrap().is_empty());
}

#[test]
fn rows_of_the_older_suite_still_hold() {
    let bench = Bench::new();
    drop(bench.open());
    let (at, event) = ("2026-11-23T08:00:00Z", "{}");
    let bytes = b"\0\0\0\0\0\0\0\x01\0\0\0\x142026-11-23T08:00:00Z\0\0\0\x02{}";
    let hash = Digest::ZERO.chain(bytes);
    let sql =
        "INSERT INTO journal (seq, wall_at, event, prev, hash, suite) VALUES (1, ?, ?, ?, ?, 'sm2-sm3')";
    let raw = bench.raw();
    raw.execute(sql, params![at, event, Digest::ZERO.as_bytes(), hash.as_bytes()]).unwrap();
    raw.execute("INSERT INTO counters VALUES ('journal', 1)", []).unwrap();
    drop(raw);
    let store = bench.open();
    store.record(vec![SEEN]).unwrap();
    let report = store.verify_journal().unwrap();
    assert_eq!((report.rows, report.first_bad), (2, None));
}

#[test]
fn a_long_journal_is_walked_in_turns() {
    let bench = Bench::new();
    let store = bench.open();
    let calls = VERIFY_ROWS_PER_TURN as usize / TRAIL_EVENTS_MAX;
    for rows_in_last in [0, 1] {
        (0..calls).for_each(|_| store.record(vec![SEEN; TRAIL_EVENTS_MAX]).unwrap());
        store.record(vec![SEEN; rows_in_last]).unwrap();
        assert_eq!(store.verify_journal().unwrap().first_bad, None);
    }
    assert_eq!(store.verify_journal().unwrap().rows, u64::from(2 * VERIFY_ROWS_PER_TURN + 1));
}

#[test]
fn the_triggers_refuse_change_and_removal() {
    let bench = Bench::new();
    bench.open().record(vec![SEEN; 2]).unwrap();
    let raw = bench.raw();
    raw.execute("UPDATE journal SET event = '{}' WHERE seq = 1", []).unwrap_err();
    raw.execute("DELETE FROM journal WHERE seq = 2", []).unwrap_err();
}

#[test]
fn a_changed_row_is_named() {
    for column in ["event", "wall_at"] {
        let report = tampered(&format!("UPDATE journal SET {column} = {column} || ' ' WHERE seq = 3"));
        assert_eq!((report.rows, report.first_bad), (2, Some((3, Flaw::Changed))), "{column}");
    }
    let report = tampered("UPDATE journal SET hash = zeroblob(32) WHERE seq = 3");
    assert_eq!(report.first_bad, Some((3, Flaw::Changed)));
    let report = tampered("UPDATE journal SET suite = 'none' WHERE seq = 3");
    assert_eq!(report.first_bad, Some((3, Flaw::UnknownSuite)));
}

#[test]
fn a_removed_row_is_named_at_the_start_within_and_at_the_end() {
    for seq in [1, 3, 5] {
        let report = tampered(&format!("DELETE FROM journal WHERE seq = {seq}"));
        assert_eq!(report.first_bad, Some((seq, Flaw::Missing)));
    }
}

#[test]
fn a_row_put_in_is_named() {
    let copy = |seq: i64| {
        format!(
            "INSERT INTO journal SELECT {seq}, wall_at, event, prev, hash, suite, salt FROM journal WHERE seq = 5"
        )
    };
    assert_eq!(tampered(&copy(6)).first_bad, Some((6, Flaw::Unlinked)));
    assert_eq!(tampered(&copy(0)).first_bad, Some((0, Flaw::Foreign)));
}

#[test]
fn a_forged_end_is_named_by_the_counter_and_stops_nobody() {
    let bench = Bench::new();
    bench.open().record(vec![SEEN; 5]).unwrap();
    bench.raw().execute("UPDATE counters SET value = 4 WHERE name = 'journal'", []).unwrap();
    let store: Store = bench.open();
    assert_eq!(store.verify_journal().unwrap().first_bad, Some((5, Flaw::Foreign)));
    store.record(vec![SEEN]).unwrap();
}

#[test]
fn a_row_replaced_whole_breaks_the_link_behind_it() {
    let bench = Bench::new();
    bench.open().record(vec![SEEN; 3]).unwrap();
    let raw = bench.raw();
    let prev: [u8; 32] =
        raw.query_row("SELECT prev FROM journal WHERE seq = 2", [], |row| row.get(0)).unwrap();
    let salt: [u8; 16] =
        raw.query_row("SELECT salt FROM journal WHERE seq = 2", [], |row| row.get(0)).unwrap();
    let hash = journal::link(&Digest::from_bytes(prev), 2, "x", &journal::commitment(&Salt(salt), "{}"));
    raw.execute_batch(DROP_TRIGGERS).unwrap();
    let sql = "UPDATE journal SET wall_at = 'x', event = '{}', hash = ? WHERE seq = 2";
    raw.execute(sql, [hash.as_bytes()]).unwrap();
    drop(raw);
    assert_eq!(bench.open().verify_journal().unwrap().first_bad, Some((3, Flaw::Unlinked)));
}

#[test]
fn too_many_events_at_once_are_refused_whole() {
    let bench = Bench::new();
    let store = bench.open();
    let trail = vec![SEEN; TRAIL_EVENTS_MAX + 1];
    assert_eq!(store.submit(draft(1), trail), Err(StoreError::TooBig(TooBig::Trail)));
    assert_eq!((store.backlog(), store.verify_journal().unwrap().rows), (Ok(0), 0));
}

/// Three hundred rows and the head of the newest; then the statements are run by somebody who has the key.
fn tampered_heads(sql: &str) -> JournalReport {
    let bench = Bench::new();
    let store = bench.open();
    store.record(vec![SEEN; 200]).unwrap();
    store.record(vec![SEEN; 100]).unwrap();
    store.sign_journal().unwrap();
    drop(store);
    let triggers = "DROP TRIGGER heads_no_update; DROP TRIGGER heads_no_delete;";
    bench.raw().execute_batch(&format!("{DROP_TRIGGERS} {triggers} {sql}")).unwrap();
    bench.open().verify_journal().unwrap()
}

#[test]
fn heads_are_signed_every_so_many_rows_and_when_asked_for() {
    let bench = Bench::new();
    let store = bench.open();
    assert_eq!(store.sign_journal().unwrap(), None);
    store.record(vec![SEEN; 200]).unwrap();
    let first = store.sign_journal().unwrap().unwrap();
    assert_eq!(store.sign_journal().unwrap().as_ref(), Some(&first), "a head is signed once");
    first.verify(&store.journal_key()).unwrap();
    store.record(vec![SEEN; 100]).unwrap();
    let second = store.sign_journal().unwrap().unwrap();
    store.record(vec![SEEN]).unwrap();
    store.sign_journal().unwrap();
    drop(store);
    let store = bench.open();
    second.verify(&store.journal_key()).unwrap();
    let heads: Vec<u64> = store.journal_lines(0).unwrap().into_iter().filter_map(seq_of_head).collect();
    assert_eq!((first.seq, second.seq, heads), (200, 300, vec![256, 301]), "of those between, the newest");
    let report = store.verify_journal().unwrap();
    assert_eq!((report.rows, report.signed, report.first_bad), (301, 301, None));
}

fn seq_of_head(line: Line) -> Option<u64> {
    match line {
        Line::Head(head) => Some(head.seq),
        Line::Row(_) | Line::Journal { .. } | Line::Countersigned(_) => None,
    }
}

#[test]
fn a_head_that_was_changed_removed_or_left_over_is_named() {
    assert_eq!(tampered_heads("").first_bad, None);
    let changed = "UPDATE heads SET epoch = 2 WHERE seq = 256";
    assert_eq!(tampered_heads(changed).first_bad, Some((256, Flaw::Forged)));
    let moved = "UPDATE heads SET seq = 255 WHERE seq = 256";
    assert_eq!(tampered_heads(moved).first_bad, Some((255, Flaw::Forged)));
    let cut = "DELETE FROM journal WHERE seq > 290; UPDATE counters SET value = 290 WHERE name = 'journal'";
    assert_eq!(tampered_heads(cut).first_bad, Some((291, Flaw::Missing)));
}

#[test]
fn the_heads_triggers_refuse_change_and_removal() {
    let bench = Bench::new();
    bench.open().record(vec![SEEN; TRAIL_EVENTS_MAX]).unwrap();
    let raw: Connection = bench.raw();
    raw.execute("UPDATE heads SET epoch = 2", []).unwrap_err();
    raw.execute("DELETE FROM heads", []).unwrap_err();
}

/// A store of five rows whose platform has countersigned the fifth.
fn shown() -> Bench {
    let bench = Bench::new();
    let store = bench.open();
    store.record(vec![SEEN; 5]).unwrap();
    let head = store.head_to_show().unwrap().unwrap();
    store.keep_countersigned(&Countersigned::sign(&platform(), head, bench.now()).unwrap()).unwrap();
    drop(store);
    bench
}

#[test]
fn a_head_is_shown_until_it_is_countersigned() {
    let bench = Bench::new();
    let store = bench.open();
    assert_eq!(store.head_to_show().unwrap(), None, "nothing was recorded");
    let bench = shown();
    let store = bench.open();
    assert_eq!(store.head_to_show().unwrap(), None);
    store.record(vec![SEEN]).unwrap();
    let next = store.head_to_show().unwrap().unwrap();
    assert_eq!(next.seq, 6);
    assert_eq!(store.head_to_show().unwrap().as_ref(), Some(&next), "until it is");
    store.keep_countersigned(&Countersigned::sign(&platform(), next, bench.now()).unwrap()).unwrap();
    assert_eq!(store.head_to_show().unwrap(), None);
    assert_eq!(store.verify_journal().unwrap().countersigned, 6);
}

#[test]
fn an_end_cut_off_below_a_countersigned_head_is_named() {
    let bench = shown();
    assert_eq!(bench.open().verify_journal().unwrap().first_bad, None);
    let triggers = "DROP TRIGGER heads_no_update; DROP TRIGGER heads_no_delete;";
    // By somebody who has the key and knows of the counter and of the heads.
    let cut = "DELETE FROM journal WHERE seq > 3; DELETE FROM heads;
               UPDATE counters SET value = 3 WHERE name = 'journal'";
    bench.raw().execute_batch(&format!("{DROP_TRIGGERS} {triggers} {cut}")).unwrap();
    let report = bench.open().verify_journal().unwrap();
    assert_eq!((report.rows, report.first_bad), (3, Some((4, Flaw::Missing))));
}

#[test]
fn rows_made_anew_behind_a_cut_do_not_fit_the_countersigned_head() {
    let bench = shown();
    let before = bench.open().last_shown().unwrap().unwrap();
    let triggers = "DROP TRIGGER heads_no_update; DROP TRIGGER heads_no_delete;";
    let cut = "DELETE FROM journal WHERE seq > 3; DELETE FROM heads;
               UPDATE counters SET value = 3 WHERE name = 'journal'";
    bench.raw().execute_batch(&format!("{DROP_TRIGGERS} {triggers} {cut}")).unwrap();
    let store = bench.open();
    store.record(vec![SEEN; 9]).unwrap();
    assert_eq!(store.verify_journal().unwrap().first_bad, Some((5, Flaw::Contradicted)));
    // Nor does the terminal tell the platform that they go on from it.
    let (row, head) = (store.last_shown().unwrap().unwrap(), store.head_at(5).unwrap().unwrap());
    let verified = row == Chain { seq: 5, head: head.hash } && head.verify(&store.journal_key()).is_ok();
    assert!(verified && row != before);
    assert_eq!(store.head_at(99), Ok(None));
}

#[test]
fn what_another_key_than_the_enrolments_countersigned_is_not_kept() {
    let bench = Bench::new();
    let store = bench.open();
    store.record(vec![SEEN; 5]).unwrap();
    let head = store.head_to_show().unwrap();
    let forged = Countersigned::sign(&SigningKey::generate().unwrap(), head.clone().unwrap(), bench.now());
    assert_eq!(store.keep_countersigned(&forged.unwrap()), Ok(false));
    assert_eq!((store.head_to_show().unwrap(), store.verify_journal().unwrap().countersigned), (head, 0));
}

#[test]
fn a_countersignature_made_with_a_key_of_ones_own_is_named() {
    let bench = shown();
    let store = bench.open();
    store.record(vec![SEEN]).unwrap();
    let head = store.head_to_show().unwrap().unwrap();
    drop(store);
    // By somebody who has the store's key.
    let forged = Countersigned::sign(&SigningKey::generate().unwrap(), head, bench.now()).unwrap();
    let json = serde_json::to_string(&forged).unwrap();
    let sql = "UPDATE cursors SET value = ? WHERE name = 'journal/countersigned'";
    assert_eq!(bench.raw().execute(sql, [json]), Ok(1));
    assert_eq!(bench.open().verify_journal().unwrap().first_bad, Some((6, Flaw::Forged)));
}

#[test]
fn an_export_carries_what_the_platform_countersigned() {
    let bench = shown();
    let lines = bench.open().journal_lines(0).unwrap();
    let Line::Countersigned(shown) = &lines[1] else { panic!("{:?}", lines[1]) };
    shown.verify(&platform().verifying_key()).unwrap();
    assert_eq!(shown.head.seq, 5);
}

#[test]
fn an_older_countersignature_does_not_displace_a_newer_one() {
    let bench = shown();
    let store = bench.open();
    let newest = store.journal_lines(0).unwrap();
    let Line::Countersigned(newest) = newest[1].clone() else { panic!() };
    let chain = Chain { seq: 2, head: Digest::ZERO };
    let old = SignedHead::sign(&platform(), terminal(), 1, chain, bench.now()).unwrap();
    store.keep_countersigned(&Countersigned::sign(&platform(), old, bench.now()).unwrap()).unwrap();
    assert_eq!(store.journal_lines(0).unwrap()[1..2], [Line::Countersigned(newest)]);
}

#[test]
fn a_new_epoch_holds_for_what_is_made_after_it_and_over_a_restart() {
    let bench = shown();
    let store = bench.open();
    let before = store.submit(draft(1), vec![]).unwrap().id;
    store.begin_epoch(3).unwrap();
    let after = store.submit(draft(2), vec![]).unwrap().id;
    assert_eq!(((before.epoch, before.seq), (after.epoch, after.seq)), ((1, 1), (3, 1)));
    assert_eq!(store.head_to_show().unwrap().unwrap().epoch, 3);
    store.begin_epoch(2).unwrap();
    drop(store);
    assert_eq!(bench.open().submit(draft(3), vec![]).unwrap().id.epoch, 3);
    assert_eq!(bench.open().verify_journal().unwrap().first_bad, None);
}

#[test]
fn the_key_is_known_before_the_terminal_has_a_name() {
    let bench = Bench::new();
    let key = Store::journal_key_at(&bench.path(), &bench.key).unwrap();
    let store = bench.open();
    assert_eq!(store.journal_key(), key);
    assert_eq!(Store::journal_key_at(&bench.path(), &bench.key), Err(StoreError::InUse));
}
