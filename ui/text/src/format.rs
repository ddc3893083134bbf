//! Money, days, times and masked numbers, as each language writes them.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use kiosk_model::Language;

use crate::Texts;

/// Asia/Shanghai: 8 hours ahead of UTC, without summer time since 1991.
const SHANGHAI: Offset = Offset::constant(8);

/// English short names of the months.
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Texts {
    /// An amount of fen (1/100 yuan): `12,345.60元`, `¥12,345.60`, `12 345,60 юаня`.
    pub fn amount(self, fen: i64) -> String {
        let sign = if fen < 0 { "-" } else { "" };
        let (yuan, rest) = (fen.unsigned_abs() / 100, fen.unsigned_abs() % 100);
        match self.language() {
            Language::ZhCn => format!("{sign}{}.{rest:02}元", grouped(yuan, ",")),
            Language::En => format!("{sign}¥{}.{rest:02}", grouped(yuan, ",")),
            Language::Ru => format!("{sign}{},{rest:02} юаня", grouped(yuan, "\u{a0}")),
        }
    }

    /// An amount that is being typed, with the sign of money only.
    pub fn amount_typed(self, typed: &str) -> String {
        match self.language() {
            Language::ZhCn => format!("{typed}元"),
            Language::En => format!("¥{typed}"),
            Language::Ru => format!("{typed} юаня"),
        }
    }

    /// A day: `2026年11月23日`, `23 Nov 2026`, `23.11.2026`.
    pub fn date(self, date: Date) -> String {
        let (year, month, day) = (date.year(), date.month(), date.day());
        match self.language() {
            Language::ZhCn => format!("{year}年{month}月{day}日"),
            Language::En => format!("{day} {} {year}", month_name(month)),
            Language::Ru => format!("{day:02}.{month:02}.{year}"),
        }
    }

    /// A moment in Qiqihar: the day, and the time to the minute.
    pub fn time(self, at: jiff::Timestamp) -> String {
        let local = at.to_zoned(TimeZone::fixed(SHANGHAI));
        let clock = clock(at);
        match self.language() {
            Language::En => format!("{}, {clock}", self.date(local.date())),
            Language::ZhCn | Language::Ru => format!("{} {clock}", self.date(local.date())),
        }
    }
}

/// The day in Qiqihar at a moment.
pub fn local_date(at: jiff::Timestamp) -> Date {
    at.to_zoned(TimeZone::fixed(SHANGHAI)).date()
}

fn grouped(number: u64, separator: &str) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push_str(separator);
        }
        out.push(digit);
    }
    out
}

fn month_name(month: i8) -> &'static str {
    let index = usize::try_from(month - 1).unwrap_or(0);
    MONTHS.get(index).copied().unwrap_or("")
}

/// The time of day in Qiqihar, the same in every language: `09:05`.
pub fn clock(at: jiff::Timestamp) -> String {
    let local = at.to_zoned(TimeZone::fixed(SHANGHAI));
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// A name with all characters but the first replaced by `*`, as counters print it.
pub fn mask_name(name: &str) -> String {
    name.chars().enumerate().map(|(place, char)| if place == 0 { char } else { '*' }).collect()
}

/// A number with all characters but the last four replaced by `*`; all of them where there are four or fewer.
pub fn mask_number(number: &str) -> String {
    let length = number.chars().count();
    let shown_from = if length > 4 { length - 4 } else { length };
    number.chars().enumerate().map(|(place, char)| if place < shown_from { '*' } else { char }).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn each(say: impl Fn(Texts) -> String) -> [String; 3] {
        [Language::ZhCn, Language::En, Language::Ru].map(|language| say(Texts::new(language)))
    }

    #[test]
    fn amounts_are_exact_and_grouped() {
        assert_eq!(
            each(|texts| texts.amount(1_234_560)),
            ["12,345.60元", "¥12,345.60", "12\u{a0}345,60 юаня"]
        );
        assert_eq!(Texts::new(Language::En).amount(5), "¥0.05");
        assert_eq!(Texts::new(Language::En).amount(-100_000_000), "-¥1,000,000.00");
        assert_eq!(Texts::new(Language::En).amount(i64::MIN), "-¥92,233,720,368,547,758.08");
    }

    #[test]
    fn times_are_those_of_qiqihar() {
        let at = "2026-11-23T16:05:59Z".parse().unwrap();
        assert_eq!(
            each(|texts| texts.time(at)),
            ["2026年11月24日 00:05", "24 Nov 2026, 00:05", "24.11.2026 00:05"]
        );
    }

    #[test]
    fn masks_keep_the_first_character_of_a_name_and_the_last_four_of_a_number() {
        assert_eq!([mask_name("王秀兰"), mask_name("王五"), mask_name("")], ["王**", "王*", ""]);
        assert_eq!(mask_number("6217000012345678"), "************5678");
        assert_eq!([mask_number("1234"), mask_number("")], ["****", ""]);
    }
}
