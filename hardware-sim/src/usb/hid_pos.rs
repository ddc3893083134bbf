//! A code scanner that gives reports (HID point of sale usage tables 1.02) and takes its trigger in report FD. No I/O.

use std::collections::VecDeque;
use std::time::Duration;

use super::peripheral::{Setup, UsbPeripheral};
use crate::limits::USB_SCAN_TIME;
use crate::peripheral::{Peripheral, Said};

const REPORT_BYTES: usize = 64;
/// "Scanned data".
const SCANNED: u8 = 0x02;
/// Room for data in a report, between its head and the maker's own byte.
const DATA_BYTES: usize = 56;
const DATA_START: usize = 5;
/// In the last byte.
const MORE_FOLLOW: u8 = 0x01;

/// `SET_REPORT` to an interface (HID 1.11, 7.2), and the report that carries orders.
const SET_REPORT: (u8, u8) = (0x21, 0x09);
const ORDERS: u8 = 0xFD;
const PULL: &[u8] = &[0x16, 0x54, 0x0D];
const RELEASE: &[u8] = &[0x16, 0x55, 0x0D];

/// A code before the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HidCode {
    /// Letter and digit of its AIM identifier: `Q1` is a QR code.
    pub symbology: [u8; 2],
    /// What it holds.
    pub content: Vec<u8>,
}

/// A scanner with a trigger.
#[derive(Debug, Default)]
pub struct HidScanner {
    shown: Option<HidCode>,
    is_lit: bool,
    /// When it will have read what it sees.
    reads_at: Option<Duration>,
    said: VecDeque<Said>,
    unknown_orders: u64,
}

impl HidScanner {
    /// Holds a code before its window, or takes it away.
    pub fn show(&mut self, now: Duration, shown: Option<HidCode>) {
        self.shown = shown;
        self.look(now);
    }

    /// Whether its light is on.
    pub fn is_lit(&self) -> bool {
        self.is_lit
    }

    /// Orders it did not know.
    pub fn unknown_orders(&self) -> u64 {
        self.unknown_orders
    }

    fn look(&mut self, now: Duration) {
        let sees = self.is_lit && self.shown.is_some();
        self.reads_at = sees.then_some(now + USB_SCAN_TIME);
    }

    fn order(&mut self, now: Duration, order: &[u8]) {
        match order {
            PULL => self.is_lit = true,
            RELEASE => self.is_lit = false,
            _ => self.unknown_orders += 1,
        }
        self.look(now);
    }
}

impl Peripheral for HidScanner {
    /// It has no line rate.
    fn baud(&self) -> u32 {
        0
    }

    fn room(&self) -> usize {
        0
    }

    fn hear(&mut self, _now: Duration, _bytes: &[u8]) {}

    fn advance(&mut self, now: Duration) {
        let Some(at) = self.reads_at.take_if(|at| *at <= now) else { return };
        self.is_lit = false;
        let reports = self.shown.iter().flat_map(reports);
        self.said.extend(reports.map(|report| Said { at, bytes: report.to_vec() }));
    }

    fn due(&self) -> Option<Duration> {
        self.reads_at
    }

    fn say(&mut self) -> Option<Said> {
        self.said.pop_front()
    }

    fn said(&mut self) {}

    fn power_cycle(&mut self) {
        *self = HidScanner { shown: self.shown.take(), ..HidScanner::default() };
    }
}

impl UsbPeripheral for HidScanner {
    fn class_request(&mut self, now: Duration, setup: Setup, data: &[u8]) -> Option<Vec<u8>> {
        let is_order = (setup.kind, setup.request) == SET_REPORT && data.first() == Some(&ORDERS);
        let order = data.get(2..2 + usize::from(*data.get(1)?)).filter(|_| is_order)?;
        self.order(now, order);
        Some(Vec::new())
    }
}

fn reports(code: &HidCode) -> Vec<[u8; REPORT_BYTES]> {
    let pieces: Vec<&[u8]> = code.content.chunks(DATA_BYTES).collect();
    let report = |(number, piece): (usize, &&[u8])| {
        let mut report = [0; REPORT_BYTES];
        let length = u8::try_from(piece.len()).unwrap_or_default();
        report[..DATA_START].copy_from_slice(&[SCANNED, length, b']', code.symbology[0], code.symbology[1]]);
        report[DATA_START..DATA_START + piece.len()].copy_from_slice(piece);
        report[REPORT_BYTES - 1] = if number + 1 < pieces.len() { MORE_FOLLOW } else { 0 };
        report
    };
    pieces.iter().enumerate().map(report).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1);

    fn ask(scanner: &mut HidScanner, order: &[u8]) -> Option<Vec<u8>> {
        let setup = Setup { kind: 0x21, request: 0x09, value: 0x02FD, index: 0, length: 64 };
        scanner.class_request(NOW, setup, order)
    }

    fn said(scanner: &mut HidScanner) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| scanner.say()).map(|said| said.bytes).collect()
    }

    #[test]
    fn a_code_is_read_once_the_trigger_is_pulled() {
        let mut scanner = HidScanner::default();
        scanner.show(NOW, Some(HidCode { symbology: *b"Q1", content: vec![b'7'; 60] }));
        scanner.advance(NOW * 9);
        assert!(said(&mut scanner).is_empty(), "its light is off");
        assert_eq!(ask(&mut scanner, &[0xFD, 0x03, 0x16, 0x54, 0x0D]), Some(Vec::new()));
        scanner.advance(NOW + USB_SCAN_TIME);
        let reports = said(&mut scanner);
        assert_eq!(reports.len(), 2);
        assert_eq!((&reports[0][..5], reports[0][63]), ([0x02, 56, b']', b'Q', b'1'].as_slice(), 0x01));
        assert_eq!((reports[1][1], reports[1][63]), (4, 0x00));
        assert!(!scanner.is_lit());
    }

    #[test]
    fn what_is_no_order_stalls_or_is_counted() {
        let mut scanner = HidScanner::default();
        assert_eq!(ask(&mut scanner, &[0x16, 0x54, 0x0D]), None, "bare bytes are no report");
        assert_eq!(ask(&mut scanner, &[0xFD, 0x09, 0x16]), None, "longer than it is");
        assert_eq!(ask(&mut scanner, &[0xFD, 0x01, 0x00]), Some(Vec::new()));
        assert_eq!(scanner.unknown_orders(), 1);
    }
}
