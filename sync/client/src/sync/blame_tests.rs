//! Whether a batch failed by the link or by an item in it.

use std::time::Duration;

use super::tests::{START, idle, items, refused, secs, wait};
use super::{Blame, Machine, Settings, Step};
use crate::deadlines;
use crate::transport::TransportError;

/// A machine whose batches of so many items failed until they are to blame, and which answers all else.
fn suspicious(seed: u64, count: usize) -> Machine {
    let mut machine = idle(seed);
    machine.woken(START);
    for _ in 1..deadlines::BATCHES_FAILED {
        assert_eq!(machine.batch_failed(START, &items(1, count), &refused(500)), Blame::Link, "seed {seed}");
        machine.pulled(START, false, secs(60), 0);
    }
    machine
}

#[test]
fn a_batch_that_fails_while_all_else_is_answered_is_halved() {
    let mut machine = suspicious(1, 256);
    for size in [256, 128, 64] {
        assert_eq!(machine.batch_failed(START, &items(1, size), &refused(500)), Blame::Batch);
        assert_eq!(machine.next(START), Step::Pull, "asked again between each two");
        machine.pulled(START, false, secs(60), 0);
        assert_eq!(machine.next(START), Step::Send { items_max: size / 2 }, "and not held");
    }
}

#[test]
fn a_link_that_fails_at_everything_is_to_blame_and_no_batch_is() {
    let mut machine = idle(1);
    let mut now = START;
    for _ in 0..50 {
        assert_eq!(machine.batch_failed(now, &items(1, 256), &refused(500)), Blame::Link);
        now += wait(&machine, now);
        assert_eq!(machine.next(now), Step::Pull);
        machine.failed(now, Step::Pull, &refused(500));
        now += wait(&machine, now);
        assert!(matches!(machine.next(now), Step::Send { .. } | Step::Pull));
    }
}

#[test]
fn a_failing_batch_and_a_failing_downlink_starve_neither() {
    let (mut machine, mut now, mut batches) = (idle(1), START, 0);
    machine.woken(now);
    for _ in 0..20 {
        now += wait(&machine, now);
        match machine.next(now) {
            Step::Send { .. } => {
                batches += 1;
                machine.batch_failed(now, &items(1, 9), &refused(500));
            }
            step @ (Step::Pull | Step::Fetch { .. } | Step::Upload(_) | Step::Wait { .. }) => {
                machine.failed(now, step, &refused(500));
            }
        }
    }
    assert_eq!(batches, 10);
}

#[test]
fn an_item_found_out_fails_alone_with_full_jitter_for_ever() {
    let mut longest = vec![Duration::ZERO; 12];
    for seed in 0..200 {
        let mut machine = suspicious(seed, 1);
        for longest in &mut longest {
            let blame = machine.batch_failed(START, &items(1, 1), &refused(500));
            let Blame::Item { wait } = blame else { panic!("seed {seed}: {blame:?}") };
            *longest = wait.max(*longest);
            machine.pulled(START, false, secs(60), 0);
            machine.sent(START, false, Some(START));
        }
    }
    for (times, longest) in longest.iter().enumerate() {
        let window = Settings::default().window(times as u32);
        assert!(*longest <= window && *longest > window * 9 / 10, "{longest:?} of {window:?}");
    }
}

#[test]
fn an_item_found_out_shares_no_batch_until_it_has_its_verdict() {
    let mut machine = suspicious(1, 1);
    machine.batch_failed(START, &items(5, 1), &refused(500));
    assert_eq!(machine.lead(&items(1, 9)), 4, "those before it go first");
    assert_eq!(machine.lead(&items(5, 9)), 1, "then it goes alone");
    assert_eq!(machine.lead(&items(6, 9)), 9);
    machine.settled(&items(5, 1)[0]);
    assert_eq!(machine.lead(&items(1, 9)), 9);
}

#[test]
fn a_batch_to_blame_does_not_shorten_the_patience_the_platform_asked_for() {
    let mut machine = suspicious(1, 256);
    let busy = TransportError::RetryAfter(secs(90));
    assert_eq!(machine.batch_failed(START, &items(1, 256), &busy), Blame::Batch);
    machine.woken(START);
    assert!(wait(&machine, START) >= secs(90));
}

#[test]
fn a_terminal_nobody_knows_blames_no_item() {
    let mut machine = suspicious(1, 1);
    for _ in 0..9 {
        let blame = machine.batch_failed(START, &items(1, 1), &TransportError::Unauthorised);
        assert_eq!(blame, Blame::Link);
    }
}
