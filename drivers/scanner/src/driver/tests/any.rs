//! Any input: reports of HID devices, and bytes without sense.

use std::collections::VecDeque;

use kiosk_serial::LinkError;
use proptest::prelude::*;

use super::*;
use crate::protocol::REPORT_BYTES;

/// A HID device that gives its reports one by one.
struct Reports {
    reports: VecDeque<[u8; REPORT_BYTES]>,
    sent: Vec<Vec<u8>>,
    now: Duration,
}

impl Input for Reports {
    fn open(&mut self) -> Result<(), LinkError> {
        Ok(())
    }

    fn close(&mut self) {}

    fn send(&mut self, command: &[u8], _: Duration) -> Result<bool, LinkError> {
        self.sent.push(command.to_vec());
        Ok(true)
    }

    fn receive(&mut self, buffer: &mut [u8], wait: Duration) -> Result<usize, LinkError> {
        let is_asked = !self.sent.is_empty();
        self.now += wait;
        let Some(report) = self.reports.pop_front_if(|_| is_asked) else { return Ok(0) };
        buffer[..REPORT_BYTES].copy_from_slice(&report);
        Ok(REPORT_BYTES)
    }

    fn now(&self) -> Duration {
        self.now
    }
}

#[test]
fn reports_of_a_hid_scanner_feed_the_same_driver() {
    let report = |data: &[u8], more: u8| {
        let mut report = [0; REPORT_BYTES];
        report[..5].copy_from_slice(&[0x02, u8::try_from(data.len()).unwrap(), b']', b'Q', b'1']);
        report[5..5 + data.len()].copy_from_slice(data);
        report[63] = more;
        report
    };
    let reports = [report(&[b'7'; 56], 1), report(b"8", 0)].into();
    let input = Reports { reports, sent: Vec::new(), now: Duration::ZERO };
    let mut scanner = Scanner::on(input, Dialect::HONEYWELL_HID);
    let text = scan(&mut scanner).unwrap();
    assert_eq!((text.len(), text.ends_with("78")), (57, true));
}

proptest! {
    #[test]
    fn any_bytes_at_any_time_neither_panic_nor_hold_a_call_past_its_end(
        which in 0..SERIAL.len(),
        chunks in proptest::collection::vec((0_u64..4_000, proptest::collection::vec(
            prop_oneof![Just(b'\r'), Just(0x02), Just(0x06), Just(0xF3), Just(0x00), any::<u8>()], 0..300)), 0..60),
    ) {
        let (mut scanner, peer) = scanner(SERIAL[which]);
        let mut at = Duration::ZERO;
        for (wait, bytes) in &chunks {
            at += ms(*wait % 300 * (wait / 3_000));
            peer.say(at, bytes);
        }
        for _ in 0..4 {
            let start = peer.state().now;
            let _ = scan(&mut scanner);
            let took = peer.state().now - start;
            prop_assert!(took <= LAST_CODE + SCAN + LAST_CODE + LET_GO + ms(100), "{:?}", took);
        }
    }

    #[test]
    fn after_any_bytes_and_a_pause_a_code_is_read(
        which in 0..SERIAL.len(), noise in proptest::collection::vec(any::<u8>(), 1..400),
    ) {
        let dialect = SERIAL[which];
        let (mut scanner, peer) = scanner(dialect);
        peer.say(ms(0), &noise);
        let fresh = wire(dialect, "a code of 齐齐哈尔".as_bytes());
        peer.say(ms(1_500), &fresh);
        prop_assert_eq!(scan(&mut scanner), Ok("a code of 齐齐哈尔".to_owned()));
    }
}
