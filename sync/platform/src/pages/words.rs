//! Values as they stand on an official page: Chinese, whatever the second language is.

use jiff::civil::Date;
use kiosk_protocol::service::Format;

/// What stands in the place of a value that is not on file.
const NOTHING: &str = "—";
/// Places of a masked number that are shown.
const MASKED_SHOWN: usize = 4;

/// A department's value is not of its format: nothing false may be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a department's value is not of its format")]
pub struct BadValue;

/// A value as its format says.
pub fn written(format: Format, value: Option<&str>) -> Result<String, BadValue> {
    let Some(value) = value else { return Ok(NOTHING.to_owned()) };
    match format {
        Format::Plain => Ok(value.to_owned()),
        Format::Amount => value.parse().map(amount).map_err(|_| BadValue),
        Format::Date => value.parse().map(date).map_err(|_| BadValue),
        Format::Masked => Ok(masked(value)),
    }
}

/// `2026年11月24日`.
pub fn date(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// Fen as yuan, with commas between thousands.
fn amount(fen: i64) -> String {
    let (sign, fen) = (if fen < 0 { "-" } else { "" }, fen.unsigned_abs());
    let digits = (fen / 100).to_string();
    let groups: Vec<&[u8]> = digits.as_bytes().rchunks(3).rev().collect();
    let yuan = String::from_utf8_lossy(&groups.join(&b',')).into_owned();
    format!("{sign}{yuan}.{:02} 元", fen % 100)
}

fn masked(number: &str) -> String {
    let hidden = number.chars().count().saturating_sub(MASKED_SHOWN);
    number.chars().enumerate().map(|(place, c)| if place < hidden { '*' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn values_are_written_as_official_papers_write_them() {
        for (format, value, expected) in [
            (Format::Plain, "鹤城公交维修厂（虚构）", "鹤城公交维修厂（虚构）"),
            (Format::Amount, "0", "0.00 元"),
            (Format::Amount, "4055007", "40,550.07 元"),
            (Format::Amount, "123456789012", "1,234,567,890.12 元"),
            (Format::Amount, "-10000000", "-100,000.00 元"),
            (Format::Date, "2026-11-03", "2026年11月3日"),
            (Format::Masked, "20230001880312", "**********0312"),
            (Format::Masked, "12", "12"),
        ] {
            assert_eq!(written(format, Some(value)).unwrap(), expected);
            assert_eq!(written(format, None).unwrap(), NOTHING);
        }
    }

    #[test]
    fn what_is_not_of_its_format_is_not_sealed() {
        assert_eq!(written(Format::Amount, Some("1.5")), Err(BadValue));
        assert_eq!(written(Format::Date, Some("2026-13-01")), Err(BadValue));
    }
}
