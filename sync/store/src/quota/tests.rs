//! A store that may grow to a few hundred kilobytes.
#![allow(clippy::unwrap_used)]

use kiosk_protocol::item::Verdict;
use kiosk_protocol::trail::TrailEvent;
use kiosk_protocol::wire::ItemAnswer;

use super::*;
use crate::testing::{Bench, VISIT, draft};
use crate::{Options, Store};

const KIB: u64 = 1024;

fn small(bench: &Bench, limit: u64) -> Store {
    Store::open(Options { limit: Some(limit), ..bench.options() }, &bench.key).unwrap()
}

/// Ratings with a trail until the store has come to this tier; how many.
fn fill(store: &Store, tier: Tier) -> usize {
    let until = |_: &u128| store.room().unwrap().tier < tier;
    let trail = || vec![TrailEvent::VisitBegun { visit: VISIT }; 2];
    let submit = |number: &u128| drop(store.submit(draft(*number), trail()).unwrap());
    (1..).take_while(until).inspect(submit).count()
}

fn deliver(store: &Store, bench: &Bench) {
    let items = store.due(bench.now(), 10_000, 1 << 30).unwrap();
    let taken = |id| ItemAnswer { id, verdict: Verdict::Accepted { case_number: None } };
    store.settle(&items.into_iter().map(|item| taken(item.id)).collect::<Vec<_>>()).unwrap();
}

#[test]
fn tiers_begin_at_their_percent() {
    let tiers = [0, 79, 80, 89, 90, 94, 95, 99, 100, 255].map(Tier::of);
    let [ample, filling, tight, scarce, out] =
        [Tier::Ample, Tier::Filling, Tier::Tight, Tier::Scarce, Tier::Out];
    assert_eq!(tiers, [ample, ample, filling, filling, tight, tight, scarce, scarce, out, out]);
    assert!(tiers.is_sorted());
}

#[test]
fn what_is_left_is_of_the_limit_or_of_the_disk_whichever_is_less() {
    let percent = |used, on_disk| Room::new(1000, used, on_disk).percent;
    assert_eq!([percent(0, 5000), percent(795, 5000), percent(796, 5000)], [0, 80, 80]);
    assert_eq!([percent(10, 60), percent(10, 9), percent(0, 0)], [94, 100, 100]);
    assert_eq!([percent(2000, 5000), percent(1000, 5000)], [100, 100]);
    assert_eq!(Room::new(0, 0, 0).tier, Tier::Out, "a limit of nothing divides nothing");
}

#[test]
fn submissions_between_two_looks_never_outgrow_what_was_left() {
    let bench = Bench::new();
    let store = small(&bench, 4 * SUBMISSION_BYTES_MAX);
    store.submit(draft(1), vec![]).unwrap();
    let granted = || store.writer.call(|db| Ok(db.quota.granted.get())).unwrap();
    let first = granted();
    assert!((2 * SUBMISSION_BYTES_MAX..4 * SUBMISSION_BYTES_MAX).contains(&first), "{first}");
    store.submit(draft(2), vec![]).unwrap();
    assert_eq!(granted(), first - SUBMISSION_BYTES_MAX);
    (3..9).for_each(|number| drop(store.submit(draft(number), vec![]).unwrap()));
    assert!(granted() > 0, "it was looked again");
    store.room().unwrap();
    assert!(granted() > 2 * SUBMISSION_BYTES_MAX, "each look grants what is left");
}

#[test]
fn a_full_store_takes_no_application_and_still_the_trail_and_answers() {
    let bench = Bench::new();
    let store = small(&bench, 400 * KIB);
    let kept = fill(&store, Tier::Out);
    assert!(kept > 50, "{kept}");
    assert_eq!(store.submit(draft(9_999), vec![]), Err(StoreError::Full));
    assert_eq!(store.backlog().unwrap(), kept as u64, "nothing unsent was dropped");
    store.record(vec![TrailEvent::VisitBegun { visit: VISIT }]).unwrap();
    deliver(&store, &bench);
    assert_eq!(store.backlog(), Ok(0));
    assert_eq!(store.verify_journal().unwrap().first_bad, None);
}

#[test]
fn delivery_makes_room_again() {
    let bench = Bench::new();
    let store = small(&bench, 600 * KIB);
    let big = |number: u128| {
        let mut draft = draft(number);
        draft.content = crate::testing::case(number, 20_000);
        store.submit(draft, vec![])
    };
    let full = (1..).map(big).find_map(Result::err);
    assert_eq!(full, Some(StoreError::Full));
    deliver(&store, &bench);
    let room = store.room().unwrap();
    assert!(room.tier < Tier::Filling, "{room:?}");
    assert!(bench.path().join(RESERVE_FILE).exists(), "and the reserve is held back again");
    big(5_000).unwrap();
}

#[test]
fn the_reserve_is_held_back_and_given_up_with_the_last_room() {
    let bench = Bench::new();
    let store = small(&bench, 400 * KIB);
    store.room().unwrap();
    let held = || fs::metadata(bench.path().join(RESERVE_FILE)).map(|about| about.len()).ok();
    assert_eq!(held(), Some(400 * KIB / RESERVE_SHARE));
    fill(&store, Tier::Scarce);
    assert!(held().is_some());
    fill(&store, Tier::Out);
    store.room().unwrap();
    assert_eq!(held(), None);
}

#[test]
fn a_write_that_finds_no_room_has_the_reserve_given_up_whatever_is_counted() {
    let bench = Bench::new();
    let store = bench.open();
    let pages = |count: i64| {
        let set = move |db: &mut Db<'_>| Ok(db.connection.pragma_update(None, "max_page_count", count)?);
        store.writer.call(set).unwrap();
    };
    let (step, reserve) =
        (|| vec![TrailEvent::VisitBegun { visit: VISIT }; 256], bench.path().join(RESERVE_FILE));
    let tier = store.room().unwrap().tier;
    assert!(tier < Tier::Out && reserve.exists());
    pages(1);
    let refused = (0..9).find_map(|_| store.record(step()).err());
    assert_eq!((refused, store.backlog()), (Some(StoreError::Full), Ok(0)));
    assert!(!reserve.exists(), "it is held at {tier:?}");
    pages(100_000);
    store.record(step()).unwrap();
    store.room().unwrap();
    assert!(reserve.exists(), "and again once there is room");
}

#[test]
fn only_what_the_platform_has_and_no_list_shows_is_dropped() {
    let bench = Bench::new();
    let store = bench.open();
    let (kept, count) = (10, 30);
    let answer = |seq| {
        let id = kiosk_protocol::ids::ItemId { terminal: crate::testing::terminal(), epoch: 1, seq };
        ItemAnswer { id, verdict: Verdict::Accepted { case_number: None } }
    };
    (1..=count).for_each(|_| drop(store.submit(draft(1), vec![]).unwrap()));
    // The third stays unsent.
    store.settle(&(1..=count).filter(|seq| *seq != 3).map(answer).collect::<Vec<_>>()).unwrap();
    store.writer.call(|db| db.write(|change, _| prune(change, kept))).unwrap();
    let rows = |sql: &'static str| {
        store
            .writer
            .call(move |db| Ok(db.connection.query_row(sql, [], |row| row.get::<_, i64>(0))?))
            .unwrap()
    };
    assert_eq!(rows("SELECT count(*) FROM outbox"), i64::from(kept) + 1);
    assert_eq!(rows("SELECT min(seq) FROM outbox"), 3);
    assert_eq!(store.due(bench.now(), 9, 9999).unwrap()[0].id.seq, 3);
    assert_eq!(store.submit(draft(2), vec![]).unwrap().id.seq, count + 1, "no number is given twice");
}

#[test]
fn files_count_and_are_refused_before_they_take_what_applications_need() {
    let bench = Bench::new();
    let store = small(&bench, 2000 * KIB);
    let before = store.room().unwrap();
    let file = store.keep_file(&[7; 600 * KIB as usize]).unwrap();
    let with = store.room().unwrap();
    assert_eq!((with.used - before.used, before.left - with.left), (600 * KIB, 600 * KIB));
    assert_eq!(store.keep_file(&[8; 1900 * KIB as usize]), Err(StoreError::Full));
    assert_eq!(store.files().unwrap().len(), 1);
    store.submit(draft(1), vec![]).unwrap();
    store.remove_file(&file).unwrap();
    assert!(store.keep_file(&[8; 1000 * KIB as usize]).is_ok(), "its room is there again");
}
