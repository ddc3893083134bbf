//! The national case number (办件编号).
//!
//! Implementing code of 31 characters (实施编码: 统一社会信用代码 18, level 1, item 12), the day, and a running
//! number of four digits. This split is seen in other provinces and taken as local practice; it is no
//! national standard, so the generator is a function that can be exchanged.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use kiosk_protocol::ids::CaseNumber;

/// Characters of an implementing code (GB/T 39554.1-2020).
pub const CODE_CHARS: usize = 31;

/// Implementing code for items that have none of their own. Synthetic, valid by check character
/// (GB 32100-2015); a real centre configures its own.
pub const SYNTHETIC_CODE: &str = "11230200MB000000054000199000000";

/// Makes a case number: implementing code, day, running number of that code and day from 1.
pub type Generator = fn(code: &str, day: Date, running: u64) -> CaseNumber;

/// The local practice. A day with more than 9,999 cases of one item gets a fifth digit rather than a refusal.
pub fn local(code: &str, day: Date, running: u64) -> CaseNumber {
    CaseNumber(format!("{code}{:04}{:02}{:02}{running:04}", day.year(), day.month(), day.day()))
}

/// The calendar day in China, UTC+8 all year.
pub fn day_in_china(at: jiff::Timestamp) -> Date {
    at.to_zoned(TimeZone::fixed(jiff::tz::offset(8))).date()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_number_is_code_day_and_running_number() {
        let number = local(SYNTHETIC_CODE, jiff::civil::date(2026, 11, 3), 7);
        assert_eq!(number.0, "11230200MB000000054000199000000202611030007");
        assert_eq!(number.0.len(), 43);
        assert_eq!(SYNTHETIC_CODE.len(), CODE_CHARS);
    }

    #[test]
    fn a_busy_day_gets_a_longer_number() {
        let number = local("C", jiff::civil::date(2026, 1, 2), 12_345);
        assert_eq!(number.0, "C2026010212345");
    }

    #[test]
    fn the_day_is_the_one_in_china() {
        let evening: jiff::Timestamp = "2026-11-23T16:00:00Z".parse().unwrap();
        assert_eq!(day_in_china(evening), jiff::civil::date(2026, 11, 24));
    }
}
