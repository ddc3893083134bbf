//! The planner in virtual time. Each test prints its seed where it fails.

use std::time::Duration;

use kiosk_protocol::ids::{ItemId, TerminalId};
use kiosk_protocol::limits::BATCH_ITEMS_MAX;
use kiosk_protocol::wire::Problem;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::{Blame, Link, Machine, OfflineReason, Settings, Step};
use crate::deadlines;
use crate::transport::TransportError;

pub(super) const START: Duration = Duration::from_secs(100);
const CAP: Duration = deadlines::BACKOFF_CAP;
const SEND: Step = Step::Send { items_max: BATCH_ITEMS_MAX };

fn machine(seed: u64) -> Machine {
    Machine::new(Settings::default(), StdRng::seed_from_u64(seed), START)
}

/// A machine that reached the platform, has nothing to send, and polls again in 60 s.
pub(super) fn idle(seed: u64) -> Machine {
    let mut machine = machine(seed);
    machine.nothing_due(START, None);
    machine.pulled(START, false, secs(60), 0);
    machine
}

pub(super) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) fn refused(status: u16) -> TransportError {
    let problem = Problem { kind: "about:blank".to_owned(), title: String::new(), status, detail: None };
    TransportError::Refused(problem)
}

/// So many items, from a sequence on.
pub(super) fn items(first: usize, count: usize) -> Vec<ItemId> {
    let terminal = TerminalId::try_from("230202-0001".to_owned()).unwrap();
    let id = |seq| ItemId { terminal: terminal.clone(), epoch: 1, seq: seq as u64 };
    (first..first + count).map(id).collect()
}

/// How long the machine wants to wait from now.
pub(super) fn wait(machine: &Machine, now: Duration) -> Duration {
    match machine.next(now) {
        Step::Wait { until } => until - now,
        Step::Send { .. } | Step::Pull | Step::Fetch { .. } | Step::Upload(_) => Duration::ZERO,
    }
}

#[test]
fn the_first_contact_is_spread_over_the_whole_window() {
    let settings = Settings { spread: secs(120), ..Settings::default() };
    let first = |seed| wait(&Machine::new(settings, StdRng::seed_from_u64(seed), START), START);
    let waits: Vec<_> = (0..1000).map(first).collect();
    assert!(waits.iter().all(|wait| *wait <= secs(120)));
    for twelfth in 0..12 {
        let part = secs(twelfth * 10)..secs(twelfth * 10 + 10);
        let here = waits.iter().filter(|wait| part.contains(*wait)).count();
        assert!((40..130).contains(&here), "{here} of 1000 in {part:?}");
    }
}

#[test]
fn windows_double_from_the_base_to_the_cap_and_never_undercut_the_spread() {
    let settings = Settings { spread: Duration::ZERO, ..Settings::default() };
    let windows: Vec<_> = (0..10).map(|failures| settings.window(failures).as_secs()).collect();
    assert_eq!(windows, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
    assert_eq!(settings.window(u32::MAX), CAP);
    let fleet = Settings { spread: secs(120), ..settings };
    assert_eq!(fleet.window(0), secs(120));
}

#[test]
fn failures_back_off_with_full_jitter_for_ever() {
    let mut longest = vec![Duration::ZERO; 40];
    for seed in 0..200 {
        let (mut machine, mut now) = (machine(seed), START);
        for (failures, longest) in longest.iter_mut().enumerate() {
            machine.failed(now, Step::Pull, &TransportError::Unreachable);
            let wait = wait(&machine, now);
            let window = Settings::default().window(failures as u32);
            assert!(wait <= window, "seed {seed}: {wait:?} after {failures} failures");
            *longest = (*longest).max(wait);
            now += wait;
            assert!(!matches!(machine.next(now), Step::Wait { .. }), "seed {seed}: gave up");
        }
    }
    for (failures, longest) in longest.iter().enumerate() {
        let window = Settings::default().window(failures as u32);
        assert!(*longest > window * 9 / 10, "{longest:?} of {window:?} after {failures} failures");
    }
}

#[test]
fn success_ends_the_backoff() {
    let mut machine = idle(1);
    for _ in 0..20 {
        machine.failed(START, Step::Pull, &TransportError::TimedOut);
    }
    machine.pulled(START, false, secs(60), 0);
    machine.failed(START, Step::Pull, &TransportError::TimedOut);
    assert!(wait(&machine, START + secs(60)) <= deadlines::SPREAD);
}

#[test]
fn retry_after_is_obeyed_whoever_asks_meanwhile() {
    for seed in 0..100 {
        let mut machine = idle(seed);
        machine.failed(START, Step::Pull, &TransportError::RetryAfter(secs(90)));
        machine.woken(START + secs(1));
        machine.reached(START + secs(2));
        machine.answered(START + secs(2));
        let wait = wait(&machine, START);
        assert!((secs(90)..=secs(90) + deadlines::SPREAD).contains(&wait), "seed {seed}: {wait:?}");
    }
}

#[test]
fn an_unauthorised_terminal_stops_everything_and_tries_at_the_cap() {
    let mut machine = machine(1);
    machine.failed(START, Step::Pull, &TransportError::Unauthorised);
    machine.woken(START + secs(1));
    assert_eq!(machine.next(START + secs(1)), Step::Wait { until: START + CAP });
    assert_eq!(machine.link(), Link::Offline { since: START, why: OfflineReason::Unauthorised });
}

#[test]
fn the_platform_sets_the_poll_within_limits() {
    let mut machine = idle(1);
    assert_eq!(machine.next(START), Step::Wait { until: START + secs(60) });
    assert_eq!(machine.next(START + secs(60)), Step::Pull);
    machine.pulled(START, false, Duration::ZERO, 0);
    assert_eq!(machine.next(START), Step::Wait { until: START + deadlines::POLL_MIN });
    machine.pulled(START, false, secs(1_000_000), 0);
    assert_eq!(machine.next(START), Step::Wait { until: START + deadlines::POLL_MAX });
    machine.pulled(START, true, secs(60), 0);
    assert_eq!(machine.next(START), Step::Pull);
}

#[test]
fn a_terminal_can_be_told_to_ask_less_often_than_servers_say() {
    let mut machine = idle(1);
    machine.poll_no_sooner(secs(300));
    machine.pulled(START, false, secs(5), 0);
    assert_eq!(machine.next(START), Step::Wait { until: START + secs(300) });
    machine.pulled(START, false, secs(600), 0);
    assert_eq!(
        machine.next(START),
        Step::Wait { until: START + secs(600) },
        "a server that asks for more gets it"
    );
    machine.pulled(START, true, secs(5), 0);
    assert_eq!(machine.next(START), Step::Pull, "what there is more of is not waited for");
    machine.poll_no_sooner(Duration::ZERO);
    machine.pulled(START, false, secs(5), 0);
    assert_eq!(machine.next(START), Step::Wait { until: START + secs(5) });
}

#[test]
fn the_link_follows_outcomes_and_remembers_when_it_broke() {
    let mut machine = machine(1);
    assert_eq!(machine.link(), Link::Offline { since: START, why: OfflineReason::Starting });
    machine.failed(START + secs(1), Step::Pull, &TransportError::Unreachable);
    assert_eq!(machine.link(), Link::Offline { since: START, why: OfflineReason::Unreachable });
    machine.sent(START + secs(2), false, None);
    assert_eq!(machine.link(), Link::Online);
    machine.failed(START + secs(3), Step::Pull, &TransportError::TimedOut);
    machine.failed(START + secs(9), Step::Pull, &refused(500));
    let failing = Link::Offline { since: START + secs(3), why: OfflineReason::Failing };
    assert_eq!(machine.link(), failing);
    machine.failed(START + secs(10), Step::Pull, &refused(409));
    assert_eq!(machine.link(), Link::Online, "who refuses is there");
}

#[test]
fn an_answered_ask_brings_the_sync_back_at_once() {
    let mut machine = idle(1);
    for _ in 0..20 {
        machine.failed(START, Step::Pull, &TransportError::Unreachable);
    }
    machine.answered(START + secs(5));
    assert_eq!(machine.link(), Link::Online);
    assert!(matches!(machine.next(START + secs(5)), Step::Send { .. }));
    machine.nothing_due(START + secs(5), None);
    assert_eq!(machine.next(START + secs(5)), Step::Pull);
}

#[test]
fn a_failed_ask_breaks_the_link_once_and_has_it_tried_soon() {
    let mut machine = idle(1);
    machine.ask_failed(START + secs(1), &TransportError::Unreachable);
    let broken = Link::Offline { since: START + secs(1), why: OfflineReason::Unreachable };
    assert_eq!(machine.link(), broken);
    let first = machine.next(START + secs(1));
    assert!(wait(&machine, START + secs(1)) <= deadlines::SPREAD, "{first:?}");
    for _ in 0..20 {
        machine.ask_failed(START + secs(1), &TransportError::Unreachable);
    }
    assert_eq!(machine.next(START + secs(1)), first, "residents do not lengthen the backoff");
    assert_eq!(machine.link(), broken);
}

#[test]
fn a_wake_sends_at_once_online_and_soon_offline() {
    let mut machine = idle(1);
    machine.woken(START + secs(1));
    assert!(matches!(machine.next(START + secs(1)), Step::Send { .. }));
    for _ in 0..20 {
        machine.failed(START + secs(1), Step::Pull, &TransportError::Unreachable);
    }
    machine.woken(START + secs(2));
    assert!(matches!(machine.next(START + secs(2)), Step::Send { .. }));
    machine.failed(START + secs(2), Step::Pull, &TransportError::Unreachable);
    machine.woken(START + secs(2));
    assert!(wait(&machine, START + secs(2)) <= deadlines::BACKOFF_BASE);
}

#[test]
fn a_refused_pull_delays_neither_sending_nor_the_link() {
    let mut machine = idle(1);
    machine.failed(START, Step::Pull, &refused(400));
    assert_eq!(machine.next(START), Step::Wait { until: START + CAP });
    machine.woken(START);
    assert!(matches!(machine.next(START), Step::Send { .. }));
}

#[test]
fn a_refused_batch_is_halved_down_to_the_culprit_and_grows_again() {
    let mut machine = idle(1);
    let mut size = BATCH_ITEMS_MAX;
    while size > 1 {
        assert_eq!(machine.batch_failed(START, &items(1, size), &refused(422)), Blame::Batch);
        size /= 2;
        assert_eq!(machine.next(START), Step::Send { items_max: size });
    }
    let blame = machine.batch_failed(START, &items(1, 1), &refused(422));
    assert!(matches!(blame, Blame::Item { wait } if wait <= deadlines::SPREAD), "{blame:?}");
    assert_eq!(machine.next(START), Step::Send { items_max: 1 }, "the next one goes at once");
    machine.sent(START, false, Some(START));
    assert_eq!(machine.next(START), Step::Send { items_max: 2 });
    for _ in 0..20 {
        machine.sent(START, false, Some(START));
    }
    assert_eq!(machine.next(START), SEND);
}

#[test]
fn refusing_everything_slackens_the_pace() {
    let slowest = |seed| {
        let mut machine = idle(seed);
        (0..20).for_each(|seq| {
            machine.batch_failed(START, &items(seq, 1), &refused(422));
        });
        wait(&machine, START)
    };
    let slowest = (0..50).map(slowest).max();
    assert!(slowest > Some(secs(50)), "{slowest:?}");
}

#[test]
fn only_a_newer_catalogue_is_fetched() {
    let mut machine = idle(1);
    machine.in_force(7);
    for old in [0, 6, 7] {
        machine.pulled(START, false, secs(60), old);
        assert_eq!(machine.next(START), Step::Wait { until: START + secs(60) });
    }
    machine.pulled(START, false, secs(60), 8);
    assert_eq!(machine.next(START), Step::Fetch { have: 7 });
    machine.catalogue_refused(START);
    machine.pulled(START, false, secs(600), 8);
    assert_eq!(machine.next(START), Step::Wait { until: START + CAP }, "a bad one is not fetched at once");
    machine.fetched();
    machine.in_force(8);
    machine.pulled(START, false, secs(60), 8);
    assert_eq!(machine.next(START), Step::Wait { until: START + secs(60) });
}

#[test]
fn a_head_that_is_not_taken_backs_off_alone() {
    let mut longest = Duration::ZERO;
    for seed in 0..50 {
        let (mut machine, mut now) = (idle(seed), START);
        for _ in 0..20 {
            assert!(machine.may_show_head(now), "seed {seed}");
            machine.head_failed(now, &TransportError::Unreachable);
            let wait = (0..=CAP.as_secs() + 1).find(|wait| machine.may_show_head(now + secs(*wait)));
            longest = longest.max(secs(wait.expect("within the cap")));
            now += secs(wait.unwrap());
        }
        assert_eq!(machine.link(), Link::Online, "seed {seed}: it says nothing of the link");
        assert_eq!(machine.next(now), Step::Pull, "seed {seed}: it holds up nothing");
        machine.head_shown();
        machine.head_failed(now, &TransportError::Unreachable);
        assert!(machine.may_show_head(now + deadlines::SPREAD), "seed {seed}: from the start again");
    }
    assert!(longest > CAP * 9 / 10, "{longest:?}");
}

#[test]
fn a_long_backlog_and_a_long_downlink_take_turns() {
    let (mut machine, mut now) = (idle(1), START);
    machine.woken(now);
    machine.pulled(now, true, secs(60), 0);
    let mut last = None;
    for _ in 0..20 {
        now += Duration::from_millis(50);
        let step = machine.next(now);
        assert_ne!(Some(step), last, "one job starves the other");
        match step {
            Step::Send { .. } => machine.sent(now, false, Some(now)),
            Step::Pull => machine.pulled(now, true, secs(60), 0),
            Step::Fetch { .. } | Step::Upload(_) | Step::Wait { .. } => unreachable!("{step:?}"),
        }
        last = Some(step);
    }
}
