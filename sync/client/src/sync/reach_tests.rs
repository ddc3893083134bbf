//! Who may go before its time, and who waits because the platform asked for patience.

use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::tests::{START, idle, items, secs, wait};
use super::{Link, Machine, OfflineReason, Settings, Step};
use crate::deadlines::{BACKOFF_BASE, BACKOFF_CAP, POLL_MIN};
use crate::transport::TransportError;

/// Of a fleet that takes as long as may be set.
const WIDE: Duration = BACKOFF_CAP;

fn starting(seed: u64) -> Machine {
    let mut machine = Machine::new(Settings::default(), StdRng::seed_from_u64(seed), START);
    machine.spread_over(START, WIDE);
    machine
}

/// A machine of a fleet that was cut off for so many tries.
fn cut_off(seed: u64, tries: u32) -> Machine {
    let mut machine = idle(seed);
    machine.pulled(START, false, POLL_MIN, 0);
    machine.spread_over(START, WIDE);
    for _ in 0..tries {
        machine.failed(START, Step::Pull, &TransportError::Unreachable);
    }
    machine
}

/// A thousand waits fill this window from end to end.
fn fills(window: Duration, wait: impl FnMut(u64) -> Duration) {
    let waits: Vec<_> = (0..1000).map(wait).collect();
    for sixth in 0..6 {
        let part = window * sixth / 6..window * (sixth + 1) / 6;
        let here = waits.iter().filter(|wait| part.contains(*wait)).count();
        assert!((110..230).contains(&here), "{here} of 1000 in {part:?}");
    }
}

#[test]
fn a_spread_that_was_set_from_afar_holds_for_this_start() {
    fills(WIDE, |seed| wait(&starting(seed), START));
}

#[test]
fn one_that_comes_later_changes_no_plan() {
    let mut machine = idle(1);
    machine.spread_over(START, WIDE);
    assert_eq!(machine.next(START), Step::Wait { until: START + secs(60) });
}

#[test]
fn after_an_outage_however_short_or_long_the_first_contact_is_spread() {
    for tries in [1, 2, 20] {
        fills(WIDE, |seed| wait(&cut_off(seed, tries), START));
    }
}

#[test]
fn a_batch_that_fails_behind_a_long_outage_costs_no_second_of_the_longest_waits() {
    for seed in 0..50 {
        let (mut machine, now) = (cut_off(seed, 20), START + WIDE);
        machine.batch_failed(now, &items(1, 3), &TransportError::Unreachable);
        assert_eq!(machine.next(now + BACKOFF_BASE), Step::Pull, "seed {seed}");
        machine.failed(now + BACKOFF_BASE, Step::Pull, &TransportError::Unreachable);
        assert!(wait(&machine, now) > BACKOFF_BASE, "seed {seed}: it is the link");
    }
}

#[test]
fn that_another_call_got_through_brings_no_fleet_back_at_once() {
    let reached = |seed| {
        let mut machine = cut_off(seed, 3);
        machine.reached(START);
        assert_eq!(machine.link(), Link::Online);
        machine
    };
    fills(WIDE, |seed| wait(&reached(seed), START));
    let mut somebody_came = reached(1);
    somebody_came.woken(START);
    assert!(wait(&somebody_came, START) <= BACKOFF_BASE);
}

#[test]
fn whoever_stands_here_goes_at_once() {
    for seed in 0..50 {
        let mut submitted = starting(seed);
        submitted.woken(START);
        assert_eq!(wait(&submitted, START), Duration::ZERO, "seed {seed}");
        let mut asked = cut_off(seed, 3);
        asked.answered(START);
        assert_eq!(wait(&asked, START), Duration::ZERO, "seed {seed}");
        let mut asked_behind_another = cut_off(seed, 3);
        asked_behind_another.reached(START);
        asked_behind_another.answered(START);
        assert_eq!(wait(&asked_behind_another, START), Duration::ZERO, "seed {seed}");
    }
}

fn busy(patience: Duration) -> TransportError {
    TransportError::RetryAfter(patience)
}

#[test]
fn an_ask_that_meets_a_busy_platform_while_the_link_is_down_holds_the_link() {
    for seed in 0..50 {
        let mut machine = idle(seed);
        machine.failed(START, Step::Pull, &TransportError::Unreachable);
        machine.ask_failed(START, &busy(secs(90)));
        machine.woken(START);
        assert!(wait(&machine, START) >= secs(90), "seed {seed}");
        assert_eq!(machine.link(), Link::Offline { since: START, why: OfflineReason::Busy });
    }
}

#[test]
fn what_happens_meanwhile_cuts_no_patience_short() {
    for seed in 0..50 {
        let mut machine = idle(seed);
        machine.failed(START, Step::Pull, &busy(secs(90)));
        machine.answered(START + secs(1));
        machine.ask_failed(START + secs(2), &TransportError::Unreachable);
        machine.woken(START + secs(2));
        machine.ask_failed(START + secs(3), &busy(secs(5)));
        assert!(wait(&machine, START) >= secs(90), "seed {seed}");
    }
}

#[test]
fn a_call_beside_the_plan_says_nothing_else_of_the_link() {
    let mut machine = idle(1);
    for error in [TransportError::Unreachable, TransportError::TimedOut, TransportError::Unauthorised] {
        machine.beside_failed(START, &error);
        assert!(machine.may_go_on(START));
        assert_eq!(machine.link(), Link::Online);
    }
    machine.beside_failed(START, &busy(secs(90)));
    assert!(!machine.may_go_on(START + secs(89)));
    assert!(machine.may_go_on(START + secs(93)), "{:?}", machine.next(START));
}
