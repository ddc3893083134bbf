//! What a scanner on USB gives and takes: scanned-data reports of 64 bytes (HID point of sale usage tables 1.02), and
//! Honeywell's orders in report FD.
//!
//! Report 02: length of the data, `]`, letter and digit of the AIM identifier, data, padded; bit 0 of the last byte: more
//! reports follow.

use super::code::Shown;
use super::orders::Order;

const REPORT_BYTES: usize = 64;
/// "Scanned data".
const SCANNED: u8 = 0x02;
/// Room for data in a report, between its head and the maker's own byte.
const DATA_BYTES: usize = 56;
const DATA_START: usize = 5;
/// In the last byte.
const MORE_FOLLOW: u8 = 0x01;
/// The report that carries orders.
const ORDERS: u8 = 0xFD;

type Report = [u8; REPORT_BYTES];

/// A report whose length cannot be.
pub(super) const NOISE: Report = {
    let mut report = [0xA5; REPORT_BYTES];
    report[0] = SCANNED;
    report
};

/// The reports of a code.
pub(super) fn of_code(shown: &Shown) -> Vec<Report> {
    let pieces: Vec<&[u8]> = shown.content.chunks(DATA_BYTES).collect();
    let last = pieces.len().saturating_sub(1);
    let report = |(number, piece): (usize, &&[u8])| report(shown.symbology.aim(), piece, number < last);
    pieces.iter().enumerate().map(report).collect()
}

/// The first half of a code, whose rest is announced and never comes.
pub(super) fn torn(shown: &Shown) -> Vec<Report> {
    let half = &shown.content[..shown.content.len() / 2];
    half.chunks(DATA_BYTES).map(|piece| report(shown.symbology.aim(), piece, true)).collect()
}

fn report(aim: [u8; 2], piece: &[u8], more: bool) -> Report {
    let mut report = [0; REPORT_BYTES];
    let length = u8::try_from(piece.len()).unwrap_or_default();
    report[..DATA_START].copy_from_slice(&[SCANNED, length, b']', aim[0], aim[1]]);
    report[DATA_START..DATA_START + piece.len()].copy_from_slice(piece);
    report[REPORT_BYTES - 1] = if more { MORE_FOLLOW } else { 0 };
    report
}

/// What an output report orders; nothing where it is none that carries orders.
pub(super) fn order(report: &[u8]) -> Option<Order> {
    let [ORDERS, length, rest @ ..] = report else { return None };
    Some(match rest.get(..usize::from(*length))? {
        [0x16, b'T', 0x0D] => Order::Pull,
        [0x16, b'U', 0x0D] => Order::Release,
        _ => Order::Unknown,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn qr(content: &[u8]) -> Shown {
        Shown { content: content.to_vec(), symbology: "Q1".parse().unwrap() }
    }

    #[test]
    fn a_long_code_goes_on_in_further_reports() {
        let reports = of_code(&qr(&[b'7'; 60]));
        assert_eq!(reports.len(), 2);
        assert_eq!((&reports[0][..5], reports[0][63]), ([0x02, 56, b']', b'Q', b'1'].as_slice(), 0x01));
        assert_eq!((reports[1][1], reports[1][63]), (4, 0x00));
    }

    #[test]
    fn of_a_torn_code_more_is_announced_than_comes() {
        let reports = torn(&qr(b"abcd"));
        assert_eq!((reports.len(), reports[0][1], reports[0][63]), (1, 2, 0x01));
    }

    #[test]
    fn orders_match_the_published_bytes() {
        assert_eq!(order(&[0xFD, 0x03, 0x16, 0x54, 0x0D, 0x00]), Some(Order::Pull));
        assert_eq!(order(&[0xFD, 0x03, 0x16, 0x55, 0x0D]), Some(Order::Release));
        assert_eq!(order(&[0xFD, 0x01, 0x00]), Some(Order::Unknown));
        assert_eq!(order(&[0x16, 0x54, 0x0D]), None, "bare bytes are no report");
        assert_eq!(order(&[0xFD, 0x09, 0x16]), None, "longer than it is");
    }
}
