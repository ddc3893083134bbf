use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::item::{Content, Verdict};
use kiosk_protocol::limits::{BATCH_ITEMS_MAX, BATCH_UNPACKED_BYTES_MAX};
use kiosk_protocol::wire::{Batch, BatchAnswer, CaseState, Change};
use reqwest::Response;
use uuid::Uuid;

use crate::world::{ALICE, Terminal, World, problem};

stories! {
    partitioned too:
    sending_again_gives_the_same_case_number,
    the_same_identity_with_other_bytes_is_quarantined_and_alarmed,
    bytes_that_do_not_fit_their_hash_leave_the_identity_free,
    what_nobody_knows_is_put_aside_and_delays_nothing,
    a_bad_form_is_rejected_by_field_and_without_its_values,
    a_visit_is_rated_once,
    a_batch_has_256_items_at_most,
    a_bomb_is_refused_before_it_unpacks,
    a_batch_may_come_as_it_is_and_says_how_it_is_packed,
    an_item_of_another_terminal_is_put_aside_and_the_rest_is_taken_in,
    a_case_moves_on_and_its_terminal_alone_is_told,
    a_clock_that_jumps_tells_each_change_once,
}

fn number(verdict: &Verdict) -> &str {
    let Verdict::Accepted { case_number: Some(number) } = verdict else { panic!("{verdict:?}") };
    &number.0
}

async fn sending_again_gives_the_same_case_number(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let item = terminal.item(1, terminal.withdrawal(ALICE));
    let first = terminal.send(vec![item.clone()]).await;
    world.pass(24 * 3600);
    let again = terminal.send(vec![item]).await;
    assert_eq!(first, again);
    assert!(number(&first[0]).ends_with("0001") && number(&first[0]).len() == 43, "{first:?}");
    let next = terminal.send(vec![terminal.item(2, terminal.withdrawal(ALICE))]).await;
    assert_ne!(number(&next[0]), number(&first[0]));
    assert_eq!(world.platform().cases().unwrap().len(), 2);
    world.stop().await;
}

async fn the_same_identity_with_other_bytes_is_quarantined_and_alarmed(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let first = terminal.item(1, terminal.withdrawal(ALICE));
    let other = terminal.item(1, terminal.withdrawal(ALICE));
    let verdicts = terminal.send(vec![first.clone(), other, first]).await;
    assert!(matches!(verdicts[1], Verdict::Quarantined { .. }), "{verdicts:?}");
    assert_eq!(verdicts[0], verdicts[2]);
    assert_eq!(world.platform().cases().unwrap().len(), 1);
    assert_eq!(world.alarms(), ["identity-conflict"]);
    world.stop().await;
}

async fn bytes_that_do_not_fit_their_hash_leave_the_identity_free(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let good = terminal.item(1, terminal.withdrawal(ALICE));
    let mut torn = good.clone();
    torn.body.pop();
    let verdicts = terminal.send(vec![torn, good]).await;
    assert!(matches!(verdicts[0], Verdict::Quarantined { .. }), "{verdicts:?}");
    assert!(matches!(verdicts[1], Verdict::Accepted { .. }), "{verdicts:?}");
    world.stop().await;
}

async fn what_nobody_knows_is_put_aside_and_delays_nothing(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let unknown = terminal.raw(1, r#"{"kind":"tomorrow"}"#.to_owned());
    let mut case = terminal.withdrawal(ALICE);
    if let Content::Case { version, .. } = &mut case {
        *version = 99;
    }
    let unpublished = terminal.item(2, case);
    let mut late = terminal.item(3, terminal.withdrawal(ALICE));
    late.id.epoch = 2;
    let good = terminal.item(4, terminal.withdrawal(ALICE));
    let verdicts = terminal.send(vec![unknown, unpublished, late, good]).await;
    for verdict in &verdicts[..3] {
        assert!(matches!(verdict, Verdict::Quarantined { .. }), "{verdict:?}");
    }
    assert!(matches!(verdicts[3], Verdict::Accepted { .. }), "{verdicts:?}");
    world.stop().await;
}

async fn a_bad_form_is_rejected_by_field_and_without_its_values(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let fields = [("applicant-name", ALICE.0), ("home", "castle"), ("amount", "150000"), ("phone", "139")];
    let bad = terminal.item(1, terminal.case("gjj-rent-withdrawal", ALICE, &fields));
    let other_name = [
        ("applicant-name", "李志强"),
        ("home", "market"),
        ("amount", "150000"),
        ("phone", "13900000000"),
        ("bank-card", "6217000012345678903"),
    ];
    let not_own = terminal.item(2, terminal.case("gjj-rent-withdrawal", ALICE, &other_name));
    let verdicts = terminal.send(vec![bad, not_own]).await;
    let rejected = |reason: &str| Verdict::Rejected { reason: reason.to_owned() };
    let reason = "home is not an option, phone is too short, bank-card is missing";
    assert_eq!(verdicts, [rejected(reason), rejected("applicant-name is not the applicant's")]);
    assert!(world.platform().cases().unwrap().is_empty());
    world.stop().await;
}

async fn a_visit_is_rated_once(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let rating = Content::Rating { visit: Uuid::now_v7(), case: None, level: RatingLevel::Satisfied };
    let items = vec![terminal.item(1, rating.clone()), terminal.item(2, rating)];
    let verdicts = terminal.send(items).await;
    assert_eq!(verdicts[0], Verdict::Accepted { case_number: None });
    assert!(matches!(verdicts[1], Verdict::Rejected { .. }), "{verdicts:?}");
    world.stop().await;
}

async fn a_batch_has_256_items_at_most(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let items: Vec<_> =
        (1..=BATCH_ITEMS_MAX as u64 + 1).map(|seq| terminal.raw(seq, "{}".to_owned())).collect();
    let json = serde_json::to_vec(&Batch { items: items.clone() }).unwrap();
    let answer = terminal.post("/v1/sync/batches", json).await;
    assert_eq!(problem(answer).await, (413, "too-large".to_owned()));
    assert!(world.quarantined().is_empty(), "nothing of it is taken in");
    assert_eq!(terminal.send(items[1..].to_vec()).await.len(), BATCH_ITEMS_MAX);
    world.stop().await;
}

async fn a_bomb_is_refused_before_it_unpacks(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let bomb = zstd::bulk::compress(&vec![b' '; 4 * BATCH_UNPACKED_BYTES_MAX], 3).unwrap();
    assert!(bomb.len() < 10_000);
    let answer = packed(&terminal, "zstd", bomb).await;
    assert_eq!(problem(answer).await, (413, "too-large".to_owned()));
    let answer = packed(&terminal, "zstd", b"not zstd".to_vec()).await;
    assert_eq!(problem(answer).await, (400, "bad-request".to_owned()));
    world.stop().await;
}

async fn a_batch_may_come_as_it_is_and_says_how_it_is_packed(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let batch = Batch { items: vec![terminal.item(1, terminal.withdrawal(ALICE))] };
    let json = serde_json::to_vec(&batch).unwrap();
    let answer: BatchAnswer = packed(&terminal, "identity", json.clone()).await.json().await.unwrap();
    assert!(matches!(answer.answers[0].verdict, Verdict::Accepted { .. }));
    assert_eq!(terminal.post("/v1/sync/batches", json.clone()).await.status(), 200);
    assert_eq!(problem(packed(&terminal, "br", json).await).await, (415, "unknown-encoding".to_owned()));
    world.stop().await;
}

async fn packed(terminal: &Terminal, how: &str, body: Vec<u8>) -> Response {
    let request = terminal.client.post(format!("{}/v1/sync/batches", terminal.base));
    request.header("content-encoding", how).body(body).send().await.unwrap()
}

async fn an_item_of_another_terminal_is_put_aside_and_the_rest_is_taken_in(world: World) {
    let (one, two) = (world.terminal("230202-0001").await, world.terminal("230202-0002").await);
    let theirs = one.item(1, one.withdrawal(ALICE));
    let own = two.item(1, two.withdrawal(ALICE));
    let verdicts = two.send(vec![theirs.clone(), own]).await;
    assert!(matches!(verdicts[0], Verdict::Quarantined { .. }), "{verdicts:?}");
    assert!(matches!(verdicts[1], Verdict::Accepted { .. }), "{verdicts:?}");
    assert_eq!(world.alarms(), ["foreign-item"]);
    assert_eq!(world.quarantined(), [theirs.body.clone().into_bytes()]);
    let at_home = one.send(vec![theirs.clone()]).await;
    assert!(matches!(at_home[0], Verdict::Accepted { .. }), "the identity stays its owner's: {at_home:?}");
    let again = two.send(vec![theirs]).await;
    assert!(matches!(again[0], Verdict::Quarantined { .. }), "no other is told its answer: {again:?}");
    world.stop().await;
}

async fn a_case_moves_on_and_its_terminal_alone_is_told(world: World) {
    let (one, two) = (world.terminal("230202-0001").await, world.terminal("230202-0002").await);
    one.send(vec![one.item(1, one.withdrawal(ALICE))]).await;
    let first = one.changes("").await;
    assert_eq!(states(&first.changes), [CaseState::Received]);
    assert!(!first.more && first.metadata_version == 1);
    assert!(one.changes(&first.cursor).await.changes.is_empty());
    world.pass(60);
    let second = one.changes(&first.cursor).await;
    assert_eq!(states(&second.changes), [CaseState::InProgress, CaseState::Granted]);
    assert!(two.changes("").await.changes.is_empty());
    let answer = one.get("/v1/sync/changes?cursor=x").await;
    assert_eq!(problem(answer).await, (400, "bad-request".to_owned()));
    world.stop().await;
}

async fn a_clock_that_jumps_tells_each_change_once(world: World) {
    let terminal = world.terminal("230202-0001").await;
    let ten_years = 10 * 365 * 24 * 3600;
    let mut cursor = String::new();
    for (seq, jump) in (1..).zip([0, ten_years, -ten_years, -ten_years, ten_years]) {
        world.pass(jump);
        terminal.send(vec![terminal.item(seq, terminal.withdrawal(ALICE))]).await;
        world.pass(60);
        let page = terminal.changes(&cursor).await;
        assert_eq!(page.changes.len(), 3, "after a jump of {jump} s");
        cursor = page.cursor;
    }
    assert!(terminal.changes(&cursor).await.changes.is_empty());
    world.stop().await;
}

fn states(changes: &[Change]) -> Vec<CaseState> {
    let state = |change: &Change| match change {
        Change::Case { state, .. } => Some(*state),
        Change::Command(_) => None,
    };
    changes.iter().filter_map(state).collect()
}
