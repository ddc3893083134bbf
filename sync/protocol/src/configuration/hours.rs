//! When a terminal takes people in, by the clock of Qiqihar.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

use crate::limits::SPANS_MAX;
use crate::service::Text;

/// China has one time and no summer time (since 1992).
const SHANGHAI: Offset = Offset::constant(8);
const DAY_MINUTES: u16 = 24 * 60;

/// Spans in which a terminal takes people in, and what it says outside of them. A terminal whose clock is wrong is closed at
/// wrong hours; it has no other clock to go by while it is offline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// One to `limits::SPANS_MAX`.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 14))]
    pub spans: Vec<Span>,
    /// What the screen says outside of them: the hours, as the city writes them.
    pub says: Text,
}

/// A part of some days of the week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// One at least.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 7))]
    pub days: Vec<Day>,
    /// From then on.
    pub from: Moment,
    /// Until then, this not included; later than `from`. `24:00` is the end of the day.
    pub until: Moment,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "they are what they are")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// A time of day: `08:30`, at most `24:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Moment(u16);

impl TryFrom<String> for Moment {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let unfit = || format!("`{text}` is not a time of day as 08:30");
        let fits = |(at, byte): (usize, u8)| if at == 2 { byte == b':' } else { byte.is_ascii_digit() };
        let is_formed = text.len() == 5 && text.bytes().enumerate().all(fits);
        let (hour, minute) = text.split_once(':').filter(|_| is_formed).ok_or_else(unfit)?;
        let number = |digits: &str| digits.parse::<u16>().map_err(|_| unfit());
        let (hour, minute) = (number(hour)?, number(minute)?);
        let minutes = hour * 60 + minute;
        if minute < 60 && minutes <= DAY_MINUTES { Ok(Self(minutes)) } else { Err(unfit()) }
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        moment.to_string()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl From<Weekday> for Day {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Monday => Self::Mon,
            Weekday::Tuesday => Self::Tue,
            Weekday::Wednesday => Self::Wed,
            Weekday::Thursday => Self::Thu,
            Weekday::Friday => Self::Fri,
            Weekday::Saturday => Self::Sat,
            Weekday::Sunday => Self::Sun,
        }
    }
}

impl Hours {
    /// Whether people are taken in at this time.
    pub fn is_open(&self, at: Timestamp) -> bool {
        let local = SHANGHAI.to_datetime(at);
        let (day, minutes) = (Day::from(local.weekday()), minutes(local.hour(), local.minute()));
        self.spans
            .iter()
            .any(|span| span.days.contains(&day) && (span.from.0..span.until.0).contains(&minutes))
    }

    /// Why these hours cannot be: a terminal that never opens is closed, and says so by `closed`.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.spans.is_empty() || self.spans.len() > SPANS_MAX {
            return Err(format!("has 1 to {SPANS_MAX} spans"));
        }
        match self.spans.iter().find_map(Span::flaw) {
            Some(why) => Err(why),
            None => Ok(()),
        }
    }
}

impl Span {
    fn flaw(&self) -> Option<String> {
        let Self { days, from, until } = self;
        if days.is_empty() || days.len() > 7 {
            return Some("a span has one to seven days".to_owned());
        }
        (from >= until).then(|| format!("{until} is not later than {from}"))
    }
}

/// Both are of a clock, so that nothing is negative.
fn minutes(hour: i8, minute: i8) -> u16 {
    u16::from(hour.unsigned_abs()) * 60 + u16::from(minute.unsigned_abs())
}
