//! Items that come one by one share batches.

use super::tests::{START, idle};
use super::{Machine, Step};
use crate::deadlines::GATHER;
use crate::transport::TransportError;

fn woken_at(machine: &mut Machine, now: std::time::Duration) -> Step {
    machine.woken(now);
    machine.next(now)
}

#[test]
fn the_first_goes_at_once_and_what_follows_gathers() {
    let mut machine = idle(1);
    assert!(matches!(woken_at(&mut machine, START), Step::Send { .. }));
    machine.sent(START, true, None);
    let gathered = START + GATHER;
    assert_eq!(woken_at(&mut machine, START), Step::Wait { until: gathered });
    assert!(matches!(machine.next(gathered), Step::Send { .. }));
}

#[test]
fn while_items_gather_nobody_is_woken_for_one_more() {
    let mut machine = idle(1);
    assert!(machine.heeds_waking(START));
    machine.sent(START, true, None);
    assert!(machine.heeds_waking(START), "the first of them has to say that there is one");
    machine.woken(START);
    assert!(!machine.heeds_waking(START) && machine.heeds_waking(START + GATHER));
    let Step::Send { .. } = machine.next(START + GATHER) else { panic!("it goes all the same") };
    machine.failed(START, Step::Pull, &TransportError::TimedOut);
    assert!(machine.heeds_waking(START), "what holds the link may end early");
}

#[test]
fn behind_a_full_batch_the_next_goes_at_once() {
    let mut machine = idle(1);
    machine.sent(START, true, Some(START));
    machine.sent(START + GATHER, false, Some(START));
    assert!(matches!(machine.next(START + GATHER), Step::Send { .. }));
}
