//! The device: mute, disturbed, cancelled, unplugged, asked how it stands.

use kiosk_serial::LinkError;

use super::*;
use crate::deadlines::{ANSWER, COMMAND_GAP};
use crate::scripted::done;

#[test]
fn a_scanner_that_does_not_acknowledge_is_mute() {
    for dialect in [Dialect::NEWLAND, Dialect::ZEBRA_SSI] {
        let (mut scanner, peer) = scanner(dialect);
        peer.state().is_mute = true;
        assert_eq!(scan(&mut scanner), Err(ScanFault::NoAnswer));
        assert!(peer.state().now <= ANSWER * 2 + COMMAND_GAP + LET_GO, "{:?}", peer.state().now);
        assert!(!peer.state().is_open);
        peer.state().is_mute = false;
        peer.show(&wire(dialect, b"abc"));
        assert_eq!(scan(&mut scanner).as_deref(), Ok("abc"));
    }
}

#[test]
fn a_scanner_that_falls_silent_while_it_looks_is_known_within_two_seconds() {
    for dialect in [Dialect::NEWLAND, Dialect::ZEBRA_SSI] {
        let (mut scanner, peer) = scanner(dialect);
        peer.fall_mute_at(ms(1));
        assert_eq!(scan(&mut scanner), Err(ScanFault::NoAnswer));
        assert!(peer.times_sent(dialect.pull) > 1, "it looked before");
        assert!(peer.state().now <= ms(1_800), "{:?}", peer.state().now);
    }
}

#[test]
fn a_line_that_takes_no_bytes_is_no_answer_soon() {
    for dialect in COMMANDED {
        let (mut scanner, peer) = scanner(dialect);
        peer.state().is_full = true;
        assert_eq!(scan(&mut scanner), Err(ScanFault::NoAnswer));
        assert!(peer.state().now <= ms(1_000), "{:?}", peer.state().now);
    }
}

#[test]
fn a_command_that_was_refused_or_disturbed_is_sent_again() {
    let pull = Dialect::NEWLAND.pull;
    let refused: Vec<u8> = done(pull).iter().map(|byte| if *byte == 0x06 { 0x15 } else { *byte }).collect();
    for answer in [refused.as_slice(), b"\xFF\x55\x00"] {
        let (mut scanner, peer) = scanner(Dialect::NEWLAND);
        peer.answer_once(pull, answer);
        peer.show(b"abc\r");
        assert_eq!(scan(&mut scanner).as_deref(), Ok("abc"));
        assert_eq!(peer.times_sent(pull), 2);
    }
}

#[test]
fn a_code_stands_for_a_lost_acknowledgement() {
    let (mut scanner, peer) = scanner(Dialect::NEWLAND);
    peer.answer_once(Dialect::NEWLAND.pull, b"abc\r");
    assert_eq!(scan(&mut scanner).as_deref(), Ok("abc"));
    assert_eq!(peer.times_sent(Dialect::NEWLAND.pull), 1);
}

#[test]
fn commands_keep_their_distance() {
    let (mut scanner, peer) = scanner(Dialect::NEWLAND);
    assert_eq!(scanner.set_trigger(Trigger::Pulled), Ok(()));
    assert_eq!(scanner.set_trigger(Trigger::Released), Ok(()));
    assert_eq!(peer.state().now, COMMAND_GAP + ANSWERS_AFTER);
    assert_eq!(peer.state().sent, [Dialect::NEWLAND.pull, Dialect::NEWLAND.release]);
}

#[test]
fn a_model_without_commands_says_so() {
    let (mut scanner, peer) = scanner(Dialect::PLAIN);
    assert_eq!(scanner.set_trigger(Trigger::Pulled), Err(ScanFault::NoAnswer));
    assert!(peer.state().sent.is_empty());
}

#[test]
fn cancel_releases_the_trigger_within_half_a_second() {
    for dialect in COMMANDED {
        for is_mute in [false, true] {
            let (mut scanner, peer) = scanner(dialect);
            let cancel = Cancel::default();
            peer.state().is_mute = is_mute;
            peer.cancel_at(ms(30), cancel.clone());
            assert_eq!(scanner.scan(&cancel).err(), Some(ScanFault::Cancelled));
            assert!(peer.state().now <= ms(530), "{:?}", peer.state().now);
            assert!(peer.times_sent(dialect.release) > 0);
        }
    }
}

#[test]
fn a_broken_line_is_reopened_by_the_next_call() {
    let (mut scanner, peer) = scanner(Dialect::NEWLAND);
    peer.show(b"half of a co");
    peer.break_at(READS_AFTER + ms(50));
    assert_eq!(scan(&mut scanner), Err(ScanFault::NotConnected));
    assert!(!peer.state().is_open);
    peer.show(b"abc\r");
    assert_eq!(scan(&mut scanner).as_deref(), Ok("abc"));
    assert_eq!(peer.state().times_opened, 2);
}

#[test]
fn what_cannot_be_opened_is_told_by_its_cause() {
    for (error, fault, status) in [
        (LinkError::Missing, ScanFault::NotConnected, DeviceStatus::NoDevice),
        (LinkError::Refused, ScanFault::NoPermission, DeviceStatus::NoDevice),
        (LinkError::InUse, ScanFault::NotConnected, DeviceStatus::Busy),
    ] {
        let (mut scanner, peer) = scanner(Dialect::NEWLAND);
        peer.state().open_error = Some(error);
        assert_eq!(scan(&mut scanner), Err(fault));
        assert_eq!(scanner.status(), status);
    }
}

#[test]
fn status_asks_what_can_be_asked() {
    for dialect in SERIAL {
        let (mut scanner, peer) = scanner(dialect);
        peer.answer_once(Dialect::HONEYWELL.probe, b"REVINF: synthetic\r\n1.0\x06.");
        assert_eq!(scanner.status(), DeviceStatus::Online, "{}", dialect.name);
        peer.state().is_mute = true;
        let mute = if dialect.probe.is_empty() { DeviceStatus::Online } else { DeviceStatus::Offline };
        assert_eq!(scanner.status(), mute, "{}", dialect.name);
        peer.break_at(ms(0));
        assert_eq!(scanner.status(), DeviceStatus::NoDevice, "{}", dialect.name);
    }
}

#[test]
fn one_lost_answer_makes_no_scanner_mute() {
    let (mut scanner, peer) = scanner(Dialect::HONEYWELL);
    peer.answer_once(Dialect::HONEYWELL.probe, b"");
    peer.answer_once(Dialect::HONEYWELL.probe, b"REVINF: synthetic\r\n1.0\x06.");
    assert_eq!(scanner.status(), DeviceStatus::Online);
    assert_eq!(peer.times_sent(Dialect::HONEYWELL.probe), 2);
}
