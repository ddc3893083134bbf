//! The client against a line that drops, repeats, delays and garbles, in virtual time. Whatever happens,
//! once the line is whole again: nothing lost, nothing twice, every lane in order.

use std::sync::Arc;
use std::time::Duration;

use super::line::{CURSED, GOOD, Line, MemoryStore, POISON, VirtualClock, refused};
use kiosk_client::sync::{Settings, Step};
use kiosk_client::{LinkState, TransportError, Worker};
use kiosk_protocol::crypto::SigningKey;
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// One terminal, its line and its platform.
struct World {
    clock: Arc<VirtualClock>,
    store: Arc<MemoryStore>,
    line: Arc<Line>,
    worker: Worker,
}

impl World {
    fn new(seed: u64) -> Self {
        let clock = Arc::new(VirtualClock::default());
        let store = Arc::new(MemoryStore::default());
        let line = Arc::new(Line::new(seed, Arc::clone(&clock)));
        let key = SigningKey::generate().unwrap().verifying_key();
        let rng = StdRng::seed_from_u64(seed);
        let worker = Worker::new(store.clone(), line.clone(), key, Settings::default(), rng, clock.clone());
        Self { clock, store, line, worker }
    }

    fn submit(&mut self, lane: u64, word: &str) {
        self.store.submit(lane, word);
        self.worker.woken();
    }

    async fn run_for(&mut self, time: Duration) {
        let end = self.clock.now() + time;
        while self.clock.now() < end {
            match self.worker.next() {
                Step::Wait { until } => self.clock.set(until.min(end)),
                step @ (Step::Send { .. } | Step::Pull | Step::Fetch { .. } | Step::Upload(_)) => {
                    self.worker.perform(step).await
                }
            }
        }
    }
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_and_nothing_happens_twice(seed: u64) {
        run(async {
            let mut world = World::new(seed);
            let mut rng = StdRng::seed_from_u64(seed);
            world.line.faulty(true);
            for _ in 0..rng.random_range(1..60) {
                let word = if rng.random_ratio(1, 20) { POISON } else { GOOD };
                world.submit(rng.random_range(0..8), word);
                world.run_for(Duration::from_millis(rng.random_range(0..20_000))).await;
            }
            world.line.faulty(false);
            world.run_for(Duration::from_secs(1200)).await;
            world.store.check(&world.line, seed);
        });
    }
}

#[test]
fn a_poison_item_delays_no_other_lane() {
    run(async {
        let mut world = World::new(1);
        world.submit(0, POISON);
        for lane in 1..=300 {
            world.submit(lane, GOOD);
        }
        world.run_for(Duration::from_secs(10)).await;
        assert_eq!(world.store.waiting(), [(0, Some("the platform refused: about:blank (422)".to_owned()))]);
    });
}

/// A platform that fails at one item, in front of 300 others, for a day; then it is mended.
async fn a_day_with_a_cursed_item(error: TransportError, found_within: Duration) {
    let mut world = World::new(4);
    world.line.failing(Some(error.clone()));
    (0..3).for_each(|seq| world.submit(0, if seq == 1 { CURSED } else { GOOD }));
    (1..=300).for_each(|lane| world.submit(lane, GOOD));
    world.run_for(found_within).await;
    // The one behind it was in the batches that failed before it was found out, and keeps their reason.
    let waiting = [(0, Some(error.to_string())), (0, Some(error.to_string()))];
    assert_eq!(world.store.waiting(), waiting, "its own lane waits, with the reason");

    for lane in 1000..1000 + 24 * 60 {
        world.run_for(Duration::from_secs(58)).await;
        world.submit(lane, GOOD);
        world.run_for(Duration::from_secs(2)).await;
        assert_eq!(world.store.waiting(), waiting, "{error}: lane {lane} is held up");
    }
    let failures = world.line.failures();
    let gaps: Vec<_> = failures.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!((400..1000).contains(&failures.len()), "{error}: tried {} times in a day", failures.len());
    let longest = *gaps.iter().max().unwrap();
    assert!(longest > Duration::from_secs(240) && longest < Duration::from_secs(305), "{error}: {longest:?}");

    world.line.failing(None);
    world.run_for(Duration::from_secs(305)).await;
    world.store.check(&world.line, 4);
}

#[test]
fn an_item_the_platform_fails_at_delays_no_other_lane() {
    run(a_day_with_a_cursed_item(refused(500), Duration::from_secs(15)));
}

#[test]
fn an_item_that_makes_the_answer_unusable_delays_no_other_lane() {
    run(a_day_with_a_cursed_item(TransportError::BadAnswer("not JSON"), Duration::from_secs(15)));
}

#[test]
fn an_item_the_platform_never_answers_to_delays_no_other_lane() {
    run(a_day_with_a_cursed_item(TransportError::TimedOut, Duration::from_secs(15)));
}

#[test]
fn an_item_that_breaks_its_connection_delays_no_other_lane() {
    run(a_day_with_a_cursed_item(TransportError::Unreachable, Duration::from_secs(15)));
}

#[test]
fn a_queue_built_up_offline_drains_when_the_line_is_back() {
    run(async {
        let mut world = World::new(2);
        world.line.cut(true);
        for lane in 0..1000 {
            world.submit(lane, GOOD);
        }
        world.run_for(Duration::from_secs(3600)).await;
        assert!(matches!(*world.worker.link().borrow(), LinkState::Offline { .. }));
        assert_eq!(world.store.waiting().len(), 1000);
        assert!(world.line.batches() > 10, "it keeps trying");
        assert!(world.line.batches() < 100, "but not hard");
        world.line.cut(false);
        world.worker.asked(&Ok(()));
        assert_eq!(*world.worker.link().borrow(), LinkState::Online);
        world.run_for(Duration::from_secs(2)).await;
        world.store.check(&world.line, 2);
        assert_eq!(world.store.waiting(), []);
    });
}

#[test]
fn an_item_the_answer_forgot_is_sent_again_and_the_others_are_settled() {
    run(async {
        let mut world = World::new(3);
        world.line.forget_first_answer();
        (0..5).for_each(|lane| world.submit(lane, GOOD));
        world.run_for(Duration::from_secs(5)).await;
        assert_eq!(world.store.waiting().len(), 1);
        world.run_for(Duration::from_secs(31)).await;
        world.store.check(&world.line, 3);
        assert_eq!(world.store.waiting(), []);
    });
}
