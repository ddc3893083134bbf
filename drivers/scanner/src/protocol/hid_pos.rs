//! Scanned-data reports of HID point-of-sale scanners (usage page 8C, usage 02).
//!
//! 64 bytes: report id 02 · length of the data, at most 56 · `]`, letter, digit · data, padded · the maker's own
//! identifier · reserved · bit 0 of the last byte: more reports follow.

use std::collections::VecDeque;

use kiosk_drivers_api::{AimId, ScanFault};
use zeroize::Zeroizing;

use super::code::{Code, PAYLOAD_BYTES_MAX, aim_id};
use super::{Decoder, Heard};

/// Bytes of a report, in both directions.
pub const REPORT_BYTES: usize = 64;

const SCANNED_DATA: u8 = 0x02;
const DATA_START: usize = 5;
const DATA_BYTES_MAX: usize = 56;
const MORE_FOLLOW: u8 = 0x01;

/// Puts reports together. Each push must hold whole reports, as a transfer does.
pub struct HidPos {
    symbology: Option<AimId>,
    parts: Zeroizing<Vec<u8>>,
    is_waiting: bool,
    is_oversize: bool,
}

impl Default for HidPos {
    fn default() -> Self {
        let parts = Zeroizing::new(Vec::with_capacity(PAYLOAD_BYTES_MAX));
        Self { symbology: None, parts, is_waiting: false, is_oversize: false }
    }
}

impl HidPos {
    fn take(&mut self, report: &[u8; REPORT_BYTES], heard: &mut VecDeque<Heard>) {
        let [SCANNED_DATA, length, bracket, family, modifier, ..] = *report else { return };
        if usize::from(length) > DATA_BYTES_MAX {
            return self.lose(ScanFault::Garbled, heard);
        }
        if !self.is_waiting {
            self.symbology = (bracket == b']').then(|| aim_id(family, modifier)).flatten();
        }
        self.append(&report[DATA_START..DATA_START + usize::from(length)]);
        self.is_waiting = report[REPORT_BYTES - 1] & MORE_FOLLOW != 0;
        if !self.is_waiting {
            self.finish(heard);
        }
    }

    fn append(&mut self, data: &[u8]) {
        let room = PAYLOAD_BYTES_MAX - self.parts.len();
        self.is_oversize |= data.len() > room;
        self.parts.extend_from_slice(&data[..data.len().min(room)]);
    }

    fn finish(&mut self, heard: &mut VecDeque<Heard>) {
        if self.is_oversize {
            return self.lose(ScanFault::Oversize, heard);
        }
        heard.push_back(Heard::Code(Code::new(self.symbology, &self.parts)));
        self.forget();
    }

    fn lose(&mut self, fault: ScanFault, heard: &mut VecDeque<Heard>) {
        heard.push_back(Heard::Lost(fault));
        self.forget();
    }

    fn forget(&mut self) {
        self.parts.clear();
        self.is_waiting = false;
        self.is_oversize = false;
    }
}

impl Decoder for HidPos {
    fn push(&mut self, bytes: &[u8], heard: &mut VecDeque<Heard>) {
        let (reports, _) = bytes.as_chunks();
        reports.iter().for_each(|report| self.take(report, heard));
    }

    fn end(&mut self, heard: &mut VecDeque<Heard>) {
        if self.is_waiting {
            self.lose(ScanFault::Garbled, heard);
        }
    }

    fn is_waiting(&self) -> bool {
        self.is_waiting
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::words;
    use super::*;

    fn report(aim: &[u8; 3], data: &[u8], more: u8) -> Vec<u8> {
        let mut report = vec![0; 64];
        report[0] = 0x02;
        report[1] = u8::try_from(data.len()).unwrap();
        report[2..5].copy_from_slice(aim);
        report[5..5 + data.len()].copy_from_slice(data);
        report[61] = b's';
        report[63] = more;
        report
    }

    fn hear(bytes: &[u8]) -> Vec<String> {
        let mut heard = VecDeque::new();
        let mut decoder = HidPos::default();
        decoder.push(bytes, &mut heard);
        decoder.end(&mut heard);
        words(heard)
    }

    #[test]
    fn a_short_code_is_one_report() {
        assert_eq!(hear(&report(b"]Q1", b"abc", 0)), ["]Q1abc"]);
        assert_eq!(hear(&report(&[0; 3], b"abc", 0)), ["abc"]);
        assert_eq!(hear(&report(b"]Q1", &[b'7'; 56], 0xFE)), [format!("]Q1{}", "7".repeat(56))]);
    }

    #[test]
    fn a_long_code_is_put_together() {
        let reports =
            [report(b"]d1", &[b'1'; 56], 1), report(b"]d1", &[b'2'; 56], 1), report(b"]d1", b"3", 0)];
        assert_eq!(hear(&reports.concat()), [format!("]d1{}{}3", "1".repeat(56), "2".repeat(56))]);
    }

    #[test]
    fn a_code_whose_rest_never_comes_is_garbled() {
        assert_eq!(hear(&report(b"]Q1", b"abc", 1)), ["Garbled"]);
    }

    #[test]
    fn other_reports_are_skipped_and_impossible_lengths_garbled() {
        let mut other = report(b"]Q1", b"abc", 0);
        other[0] = 0xFD;
        let mut long = report(b"]Q1", b"abc", 1);
        long[1] = 57;
        assert_eq!(hear(&[other, long, report(b"]Q1", b"abc", 0)].concat()), ["Garbled", "]Q1abc"]);
    }

    #[test]
    fn a_code_without_end_is_oversize() {
        let mut stream = report(b"]Q1", &[b'7'; 56], 1).repeat(60);
        stream.extend(report(b"]Q1", b"7", 0));
        stream.extend(report(b"]Q1", b"next", 0));
        assert_eq!(hear(&stream), ["Oversize", "]Q1next"]);
    }

    proptest! {
        #[test]
        fn no_bytes_panic_or_outgrow_the_buffer(
            reports in proptest::collection::vec((any::<[u8; 32]>(), any::<[u8; 32]>(), any::<bool>()), 0..80)) {
            let mut decoder = HidPos::default();
            let mut heard = VecDeque::new();
            for (head, tail, is_data) in reports {
                let mut bytes = [head, tail].concat();
                bytes[0] = if is_data { 0x02 } else { bytes[0] };
                bytes[1] %= 60;
                decoder.push(&bytes, &mut heard);
            }
            decoder.end(&mut heard);
            prop_assert!(!decoder.is_waiting());
            prop_assert_eq!(decoder.parts.capacity(), PAYLOAD_BYTES_MAX);
        }
    }
}
