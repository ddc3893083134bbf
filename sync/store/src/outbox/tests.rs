#![allow(clippy::unwrap_used)]

use kiosk_protocol::item::ItemBody;

use super::*;
use crate::Store;
use crate::error::TooBig;
use crate::limits::ITEM_BYTES_MAX;
use crate::testing::{Bench, VISIT, draft, lane, terminal};

fn submit(store: &Store, lane: u128) -> ItemId {
    store.submit(draft(lane), vec![]).unwrap().id
}

fn case(number: u128, cipher: String) -> Draft {
    let content = Content::Case {
        case: lane(number),
        service: "rent".try_into().unwrap(),
        version: 1,
        department: "fund".try_into().unwrap(),
        language: kiosk_protocol::service::Language::ZhCn,
        file: kiosk_protocol::crypto::Sealed { suite: kiosk_protocol::crypto::Suite::Sm2Sm3, cipher },
        files: Vec::new(),
    };
    Draft { lane: lane(number), content }
}

fn due(store: &Store, now: Timestamp) -> Vec<u64> {
    store.due(now, 100, 1 << 20).unwrap().into_iter().map(|item| item.id.seq).collect()
}

fn accepted(id: &ItemId) -> ItemAnswer {
    let case_number = Some(CaseNumber("230202-2026-1".to_owned()));
    ItemAnswer { id: id.clone(), verdict: Verdict::Accepted { case_number } }
}

#[test]
fn an_item_has_its_identity_bytes_and_hash_before_anybody_sees_it() {
    let bench = Bench::new();
    let store = bench.open();
    let kept = store.submit(draft(7), vec![]).unwrap();
    let item = store.due(bench.now(), 1, 1).unwrap().remove(0);
    assert_eq!(item.id, ItemId { terminal: terminal(), epoch: 1, seq: 1 });
    assert_eq!(kept.receipt, ReceiptNumber::of(&item.id));
    assert_eq!(item.hash, Digest::of(item.body.as_bytes()));
    let body: ItemBody = serde_json::from_str(&item.body).unwrap();
    assert_eq!((body.lane, body.created_at), (draft(7).lane, kept.accepted_at));
    assert_eq!((body.content, body.uuid.get_version_num()), (draft(7).content, 7));
}

#[test]
fn a_postponed_head_holds_up_its_own_lane_only() {
    let bench = Bench::new();
    let store = bench.open();
    let head = submit(&store, 1);
    (0..3).for_each(|number| drop(submit(&store, 1 + number % 2)));
    assert_eq!(due(&store, bench.now()), [1, 2, 3, 4]);
    store.postpone(&[head], bench.after(60), "no network").unwrap();
    assert_eq!(due(&store, bench.now()), [3]);
    assert_eq!(due(&store, bench.after(59)), [3]);
    assert_eq!(due(&store, bench.after(60)), [1, 2, 3, 4]);
}

#[test]
fn a_batch_keeps_its_limits_but_never_starves() {
    let bench = Bench::new();
    let store = bench.open();
    (0..3).for_each(|number| drop(submit(&store, number)));
    let size = store.due(bench.now(), 1, 1).unwrap()[0].body.len();
    let count = |items, bytes| store.due(bench.now(), items, bytes).unwrap().len();
    assert_eq!([count(2, 1 << 20), count(9, 0), count(9, 2 * size), count(9, 3 * size - 1)], [2, 1, 2, 2]);
    assert_eq!(count(0, 1 << 20), 0);
}

#[test]
fn a_clock_that_jumps_stops_nobody() {
    let bench = Bench::new();
    let store = bench.open();
    let head = submit(&store, 1);
    store.postpone(std::slice::from_ref(&head), bench.after(300), "no network").unwrap();
    for years in [-10, 10] {
        let then = bench.after(years * 365 * 86_400);
        assert_eq!(due(&store, then), [1], "{years} years");
    }
    bench.turn_clock(-10 * 365 * 86_400);
    assert_eq!(store.next_due().unwrap(), Some(bench.now()));
}

#[test]
fn order_is_that_of_acceptance_whatever_the_clock_says() {
    let bench = Bench::new();
    let store = bench.open();
    submit(&store, 1);
    bench.turn_clock(-86_400);
    submit(&store, 1);
    assert_eq!(due(&store, bench.now()), [1, 2]);
}

#[test]
fn next_due_is_that_of_the_first_lane_to_come() {
    let bench = Bench::new();
    let store = bench.open();
    assert_eq!(store.next_due().unwrap(), None);
    let (one, two) = (submit(&store, 1), submit(&store, 2));
    submit(&store, 1);
    assert_eq!(store.next_due().unwrap(), Some(bench.now()));
    store.postpone(&[one], bench.after(60), "").unwrap();
    store.postpone(std::slice::from_ref(&two), bench.after(90), "").unwrap();
    assert_eq!(store.next_due().unwrap(), Some(bench.after(60)));
    store.settle(&[accepted(&two)]).unwrap();
    assert_eq!(store.next_due().unwrap(), Some(bench.after(60)));
}

#[test]
fn settling_is_kept_once_with_one_journal_row() {
    let bench = Bench::new();
    let store = bench.open();
    let id = submit(&store, 1);
    store.settle(&[accepted(&id)]).unwrap();
    let rows = store.verify_journal().unwrap().rows;
    let refused = Verdict::Rejected { reason: "too late".to_owned() };
    let unknown = ItemId { seq: u64::MAX, ..id.clone() };
    store.settle(&[accepted(&id), ItemAnswer { id, verdict: refused }, accepted(&unknown)]).unwrap();
    assert_eq!((rows, store.verify_journal().unwrap().rows), (1, 1));
    let row = store.queue().unwrap().remove(0);
    assert_eq!((row.state, row.reason), (ItemState::Settled, None));
    assert_eq!(row.case_number, Some(CaseNumber("230202-2026-1".to_owned())));
    assert_eq!((store.backlog(), due(&store, bench.now())), (Ok(0), vec![]));
}

#[test]
fn an_accepted_body_goes_and_its_identity_stays() {
    let bench = Bench::new();
    let store = bench.open();
    let (gone, kept) = (submit(&store, 1), submit(&store, 2));
    let poison = Verdict::Quarantined { reason: "unknown schema".to_owned() };
    store.settle(&[accepted(&gone), ItemAnswer { id: kept, verdict: poison }]).unwrap();
    drop(store);
    let raw = bench.raw();
    let mut rows = raw.prepare("SELECT body IS NULL, length(hash), length(uuid) FROM outbox").unwrap();
    let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    let rows: Vec<(bool, i64, i64)> = rows.map(Result::unwrap).collect();
    assert_eq!(rows, [(true, 32, 16), (false, 32, 16)]);
    raw.execute("DELETE FROM outbox", []).unwrap_err();
    raw.execute("UPDATE outbox SET seq = 9", []).unwrap_err();
}

#[test]
fn a_poison_item_is_seen_and_holds_up_nothing() {
    let bench = Bench::new();
    let store = bench.open();
    let id = submit(&store, 1);
    submit(&store, 1);
    let long = "字".repeat(2 * REASON_CHARS_MAX);
    store.settle(&[ItemAnswer { id, verdict: Verdict::Quarantined { reason: long } }]).unwrap();
    assert_eq!(due(&store, bench.now()), [2]);
    let row = store.queue().unwrap().remove(0);
    assert_eq!((row.seq, row.state), (1, ItemState::Quarantined));
    assert_eq!(row.reason.map(|reason| reason.chars().count()), Some(REASON_CHARS_MAX));
}

#[test]
fn technicians_see_attempts_and_their_reason() {
    let bench = Bench::new();
    let store = bench.open();
    let id = submit(&store, 5);
    (0..2).for_each(|_| store.postpone(std::slice::from_ref(&id), bench.after(1), "no route").unwrap());
    let row = store.queue().unwrap().remove(0);
    assert_eq!((row.kind.as_str(), row.lane, row.attempts), ("rating", draft(5).lane, 2));
    assert_eq!((row.state, row.reason.as_deref()), (ItemState::Waiting, Some("no route")));
    assert_eq!(row.created_at, bench.now());
}

#[test]
fn a_refused_item_is_seen_behind_a_long_queue() {
    let bench = Bench::new();
    let store = bench.open();
    let (refused, settled) = (submit(&store, 1), submit(&store, 1));
    let reason = "rule".to_owned();
    store.settle(&[ItemAnswer { id: refused, verdict: Verdict::Rejected { reason } }]).unwrap();
    store.settle(&[accepted(&settled)]).unwrap();
    let seqs = |store: &Store| {
        store.record(vec![]).unwrap();
        store.queue().unwrap().into_iter().map(|row| row.seq).collect::<Vec<_>>()
    };
    let shown = u64::from(LIST_ROWS_MAX);
    (3..shown).for_each(|_| drop(submit(&store, 2)));
    assert_eq!(seqs(&store), (1..shown).collect::<Vec<_>>());
    (shown..=shown + 5).for_each(|_| drop(submit(&store, 2)));
    assert_eq!(seqs(&store), [1].into_iter().chain(7..=shown + 5).collect::<Vec<_>>());
}

#[test]
fn what_is_not_filed_yet_hides_no_refused_item() {
    let bench = Bench::new();
    let store = bench.open();
    let (refused, waiting) = (LIST_ROWS_MAX - 10, 20);
    let reject = |id| ItemAnswer { id, verdict: Verdict::Rejected { reason: "rule".to_owned() } };
    store.settle(&(0..refused).map(|_| reject(submit(&store, 1))).collect::<Vec<_>>()).unwrap();
    (0..waiting).for_each(|_| drop(submit(&store, 1)));
    let seqs = || store.queue().unwrap().into_iter().map(|row| row.seq).collect::<Vec<_>>();
    let expected: Vec<u64> =
        (1..=refused + waiting).filter(|seq| *seq <= refused || *seq > refused + 10).map(u64::from).collect();
    assert_eq!(seqs(), expected);
    store.record(vec![]).unwrap();
    assert_eq!(seqs(), expected, "nor once it is filed");
}

#[test]
fn every_item_is_seen_page_by_page_filed_or_not() {
    let bench = Bench::new();
    let store = bench.open();
    let all = u64::from(LIST_ROWS_MAX) + 5;
    (1..=all).for_each(|_| drop(submit(&store, 1)));
    let (first, rest) = (store.queue_page(0).unwrap(), store.queue_page(LIST_ROWS_MAX.into()).unwrap());
    let seqs: Vec<u64> = first.iter().chain(&rest).map(|row| row.seq).collect();
    assert_eq!((seqs, rest.len()), ((1..=all).collect(), 5));
    assert!(first.iter().chain(&rest).all(|row| row.position == row.seq), "none is filed for it");
    store.record(vec![]).unwrap();
    assert_eq!(store.queue_page(LIST_ROWS_MAX.into()), Ok(rest), "and has its place before");
    assert_eq!(store.queue_page(all), Ok(vec![]));
}

#[test]
fn a_new_epoch_counts_from_one_and_old_items_keep_their_name() {
    let bench = Bench::new();
    submit(&bench.open(), 1);
    let options = crate::Options { epoch: 2, ..bench.options() };
    let store = Store::open(options, &bench.key).unwrap();
    submit(&store, 1);
    let ids = store.due(bench.now(), 9, 9999).unwrap().into_iter().map(|item| (item.id.epoch, item.id.seq));
    assert_eq!(ids.collect::<Vec<_>>(), [(1, 1), (2, 1)]);
}

#[test]
fn an_item_too_big_to_send_is_refused_before_it_is_promised() {
    let bench = Bench::new();
    let store = bench.open();
    let error = store.submit(case(1, "A".repeat(ITEM_BYTES_MAX)), vec![]).unwrap_err();
    assert_eq!(error, StoreError::TooBig(TooBig::Item));
    assert_eq!(submit(&store, 1).seq, 1);
}

#[test]
fn a_case_is_kept_once_in_an_epoch_and_answered_alike_each_time() {
    let bench = Bench::new();
    let store = bench.open();
    let hand_over = |store: &Store, sealing: &str| {
        store.submit(case(1, sealing.to_owned()), vec![TrailEvent::VisitBegun { visit: VISIT }]).unwrap()
    };
    let first = hand_over(&store, "A");
    assert_eq!(submit(&store, 1).seq, 2, "a rating in its lane is another item");
    bench.turn_clock(60);
    assert_eq!(hand_over(&store, "B"), first);
    assert_eq!((due(&store, bench.now()), store.verify_journal().unwrap().rows), (vec![1, 2], 1));
    store.settle(&[accepted(&first.id)]).unwrap();
    assert_eq!(hand_over(&store, "C"), first, "also when the platform has it");
    assert_eq!(store.submit(case(2, "A".to_owned()), vec![]).unwrap().id.seq, 3);
    drop(store);
    let store = Store::open(crate::Options { epoch: 2, ..bench.options() }, &bench.key).unwrap();
    assert_eq!((hand_over(&store, "D").id.epoch, hand_over(&store, "E").id.seq), (2, 1));
}
