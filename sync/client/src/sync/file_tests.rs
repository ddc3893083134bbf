//! Files beside all else, in virtual time.

use std::time::Duration;

use kiosk_protocol::crypto::Digest;
use kiosk_store::WaitingFile;

use super::tests::{START, idle, secs, wait};
use super::{Link, Part, Step};
use crate::transport::TransportError;

fn waiting(number: u8) -> WaitingFile {
    WaitingFile { digest: Digest::of(&[number]), bytes: 10 }
}

#[test]
fn a_file_that_breaks_its_connection_backs_off_alone() {
    let (mut machine, mut now, mut tries, mut files_at) = (idle(1), START, Vec::new(), START);
    machine.files(now, &[waiting(1)]);
    while now < START + secs(24 * 3600) {
        now += wait(&machine, now).max(Duration::from_millis(30));
        match machine.next(now) {
            step @ Step::Upload(Part::Chunk { .. }) => {
                machine.failed(now, step, &TransportError::Unreachable);
                tries.push(now);
            }
            Step::Upload(part) => drop(machine.file_stands_at(now, part.file(), Some(0))),
            Step::Pull => {
                assert!(now - files_at < secs(61), "the downlink waits for a file");
                machine.pulled(now, false, secs(60), 0);
                files_at = now;
            }
            Step::Send { .. } => machine.nothing_due(now, None),
            Step::Fetch { .. } | Step::Wait { .. } => {}
        }
        assert_eq!(machine.link(), Link::Online);
    }
    assert!((400..1000).contains(&tries.len()), "tried {} times in a day", tries.len());
}

#[test]
fn files_and_items_take_turns() {
    let (mut machine, mut now, mut order) = (idle(1), START, String::new());
    machine.woken(now);
    machine.files(now, &[WaitingFile { bytes: 20 << 20, ..waiting(1) }]);
    let mut offset = 0;
    for _ in 0..20 {
        now += Duration::from_millis(50);
        match machine.next(now) {
            Step::Send { .. } => {
                order.push('i');
                machine.sent(now, false, Some(now));
            }
            Step::Upload(part) => {
                order.push('f');
                machine.file_stands_at(now, part.file(), Some(offset));
                offset += 256 * 1024;
            }
            step @ (Step::Pull | Step::Fetch { .. } | Step::Wait { .. }) => unreachable!("{step:?}"),
        }
    }
    assert_eq!(order, "if".repeat(10));
}

#[test]
fn a_platform_that_asks_for_patience_about_a_file_gets_it_for_all() {
    let mut machine = idle(1);
    machine.files(START, &[waiting(1)]);
    let step = machine.next(START);
    machine.failed(START, step, &TransportError::RetryAfter(secs(50)));
    machine.woken(START);
    assert!(wait(&machine, START) >= secs(50));
}
