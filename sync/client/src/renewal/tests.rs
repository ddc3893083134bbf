//! The machine in virtual time. Each test prints its seed where it fails.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::{Machine, Step, Validity};

const LIFE_DAYS: i64 = 90;
const DAY_S: i64 = 24 * 3600;

fn day(days: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(days * DAY_S)
}

fn validity(from: i64) -> Validity {
    Validity { from: day(from), until: day(from + LIFE_DAYS) }
}

fn machine(seed: u64) -> Machine {
    Machine::new(validity(0), false, StdRng::seed_from_u64(seed))
}

/// Goes on until there is something to do.
fn until_step(machine: &Machine, mut now: Timestamp) -> (Timestamp, Step) {
    loop {
        match machine.next(now) {
            Step::Wait(rest) => now += SignedDuration::try_from(rest).unwrap(),
            step @ (Step::Ask | Step::Prove) => return (now, step),
        }
    }
}

#[test]
fn it_asks_from_half_life_on_and_not_all_on_one_hour() {
    let mut hours = [0; 24];
    for seed in 0..240 {
        let (at, step) = until_step(&machine(seed), day(0));
        assert_eq!(step, Step::Ask, "seed {seed}");
        let since = at.duration_since(day(45));
        assert!(!since.is_negative() && since <= SignedDuration::from_hours(24), "seed {seed}: {since:?}");
        hours[(since.as_hours() as usize).min(23)] += 1;
    }
    assert!(hours.iter().all(|asked| *asked < 40), "{hours:?}");
}

#[test]
fn ten_years_of_certificates_never_end() {
    for seed in 0..20 {
        let (mut machine, mut now, mut until) = (machine(seed), day(0), validity(0).until);
        while now < day(3650) {
            let (at, step) = until_step(&machine, now);
            now = at;
            assert!(now < until, "seed {seed}: it ended");
            match step {
                Step::Ask => machine.asked(),
                Step::Prove => {
                    let new = Validity { from: now, until: now + SignedDuration::from_hours(24 * LIFE_DAYS) };
                    machine.proven(now, new);
                    until = new.until;
                }
                Step::Wait(_) => unreachable!(),
            }
        }
    }
}

#[test]
fn a_platform_that_is_away_is_asked_for_ever_and_ever_more_seldom() {
    for seed in 0..50 {
        let (mut machine, mut now, mut asked) = (machine(seed), day(50), 0);
        while now < day(60) {
            let (at, step) = until_step(&machine, now);
            assert_eq!(step, Step::Ask, "seed {seed}");
            assert!(at.duration_since(now) <= SignedDuration::from_hours(1), "seed {seed}: gave up");
            now = at;
            asked += 1;
            machine.failed(now, Duration::ZERO);
        }
        // Half of the cap on average.
        assert!((300..900).contains(&asked), "seed {seed}: asked {asked} times in ten days");
    }
}

#[test]
fn a_platform_that_asks_for_patience_gets_all_of_it_and_not_everybody_at_its_end() {
    for patience_s in [90, 3600, 1_000_000] {
        let granted = Duration::from_secs(patience_s.min(3600));
        let mut spread: Vec<_> = (0..60)
            .map(|seed| {
                let mut machine = machine(seed);
                machine.failed(day(50), Duration::from_secs(patience_s));
                let (at, step) = until_step(&machine, day(50));
                assert_eq!(step, Step::Ask, "seed {seed}");
                let waited = Duration::try_from(at.duration_since(day(50))).unwrap();
                waited
                    .checked_sub(granted)
                    .unwrap_or_else(|| panic!("seed {seed}: {waited:?} of {granted:?}"))
            })
            .collect();
        spread.sort();
        assert!(spread[0] < Duration::from_secs(10) && spread[59] > Duration::from_secs(50), "{spread:?}");
    }
}

#[test]
fn one_that_ended_while_the_terminal_was_off_is_asked_for_at_once() {
    assert_eq!(machine(1).next(day(100)), Step::Ask);
}

#[test]
fn a_new_one_proves_itself_before_anything_else_also_after_a_restart() {
    let mut machine = machine(1);
    machine.asked();
    assert_eq!(machine.next(day(46)), Step::Prove);
    machine.failed(day(46), Duration::ZERO);
    let (at, step) = until_step(&machine, day(46));
    assert_eq!(step, Step::Prove, "a network that is away does not make it bad");
    let restarted = Machine::new(validity(0), true, StdRng::seed_from_u64(1));
    assert_eq!(restarted.next(day(1)), Step::Prove);
    machine.discarded(at);
    assert_eq!(until_step(&machine, at).1, Step::Ask);
}

#[test]
fn a_clock_that_jumps_holds_nothing_up() {
    let mut ahead = machine(1);
    ahead.failed(day(3650), Duration::ZERO);
    assert_eq!(ahead.next(day(50)), Step::Ask, "a hold of ten years ahead counts as come");
    let Step::Wait(rest) = machine(1).next(day(-3650)) else { panic!("it is not due") };
    assert_eq!(rest, Duration::from_secs(3600), "and the clock is looked at every hour");
    let mut wrong = machine(1);
    wrong.asked();
    wrong.proven(day(3650), validity(50));
    let Step::Wait(rest) = wrong.next(day(3650)) else { panic!("asked again at once") };
    assert_eq!(rest, Duration::from_secs(3600));
}
