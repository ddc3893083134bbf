//! What a city changes of its terminals from afar: a small document, published and signed like the catalogue.
//!
//! | key | unit | bounds | left out | takes effect |
//! |---|---|---|---|---|
//! | `idle_s` | s | 60 to 180 | 60 | from the next visit |
//! | `elder_idle_s` | s | 120 to 300 | 120 | from the next visit |
//! | `warning_s` | s | 30 to 60 | 30 | from the next visit |
//! | `notice` | | 60 characters a language | none | at the attract screen, at once |
//! | `closed` | | 120 characters a language | open | once nobody is served |
//! | `hours` | | 14 spans; words as `closed` | always open | once nobody is served |
//! | `log` | | `warn`, `info`, `debug` | as in `kiosk.toml` | at once |
//! | `poll_s_min` | s | 1 to 900 | as servers say | from the next poll |
//! | `spread_s` | s | 0 to 300 | 2 | from the next start or outage |
//!
//! Bounds: a visit waits at least as long as a terminal does by itself, so that a city can give people more time and never
//! less (WCAG 2.2.1 asks for a warning of 20 s or more), and not so long that the next one in line finds somebody's form. A
//! terminal that asks every 900 s is told of a change within a quarter of an hour. Terminals that lose power or network together
//! come back over `spread_s`: 2 s suit one, 120 s a fleet (what platforms of terminals take is new connections a second, not
//! items), and 300 s keep none away for longer than the longest backoff does. It stands here and not in `kiosk.toml`, as it belongs to the
//! fleet; it is kept on disk, so that it is known before the first contact. Nothing here opens or shuts anything to
//! technicians, names a key, an address or a device, or changes what is kept, sealed or recorded: who could publish this
//! could close terminals, and no more.
//!
//! There is one document for all terminals and one for a single terminal, whose keys win. Each says inside whom it is for, and
//! its version; a target's name says the same, so that no terminal can be handed another's. What is not known or not
//! possible is refused whole, by its name, and what was in force stays.

mod hours;
#[cfg(test)]
mod tests;

pub use hours::{Day, Hours, Moment, Span};

use std::ops::RangeInclusive;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::{BadId, Key, TerminalId};
use crate::limits::{CLOSED_CHARS_MAX, CONFIGURATION_BYTES_MAX, NOTICE_CHARS_MAX};
use crate::service::Text;
use crate::trust::CONFIGURATION;

/// Without a touch until the warning, seconds.
pub const IDLE_S: RangeInclusive<u32> = 60..=180;
/// The same for 长辈版.
pub const ELDER_IDLE_S: RangeInclusive<u32> = 120..=300;
/// From the warning to the end of the visit, seconds.
pub const WARNING_S: RangeInclusive<u32> = 30..=60;
/// The least between two polls, seconds.
pub const POLL_S_MIN: RangeInclusive<u32> = 1..=900;

/// What terminals spread their first contact after a start or an outage over, seconds.
pub const SPREAD_S: RangeInclusive<u32> = 0..=300;

/// What is set. A key that is missing is left to the terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(try_from = "Map<String, Value>")]
pub struct Configuration {
    /// Without a touch until the warning, seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 60, maximum = 180))]
    pub idle_s: Option<u32>,
    /// The same for 长辈版.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 120, maximum = 300))]
    pub elder_idle_s: Option<u32>,
    /// From the warning to the end of the visit, seconds; residents extend it without end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 30, maximum = 60))]
    pub warning_s: Option<u32>,
    /// Stands on the attract screen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<Text>,
    /// The terminal takes nobody in, and says this instead. Technicians get in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<Text>,
    /// When the terminal takes people in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// How much the terminal writes into its log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<LogLevel>,
    /// The least between two polls, seconds, whatever servers say: for lines that are paid by what they carry.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 900))]
    pub poll_s_min: Option<u32>,
    /// What the first contact after a start or an outage is spread over, seconds, so that a fleet does not come back as one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 300))]
    pub spread_s: Option<u32>,
}

/// How much is logged. `trace` is not to be had from afar: what libraries say there is not known to name nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// What is wrong.
    Warn,
    /// What happens.
    Info,
    /// What the terminal's own parts do; libraries stay at `info`.
    Debug,
}

/// Whom a configuration is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// All terminals.
    All,
    /// One terminal. Its keys win.
    Own,
}

/// A target: what is set for all terminals, or for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfigurationFile {
    /// Counts up with each change and never goes back.
    pub version: u64,
    /// The one terminal it is for; all where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<TerminalId>,
    /// When an operator set it, by the platform's clock.
    pub set_at: Timestamp,
    /// What is set.
    pub set: Configuration,
}

/// Why a configuration is not taken. What was in force stays.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadConfiguration {
    /// Not JSON of this form. Cure: write it anew with `kiosk-platform configuration set`.
    #[error("not a configuration: {0}")]
    Form(String),
    /// Longer than any configuration is.
    #[error("{0} bytes; a configuration has at most {CONFIGURATION_BYTES_MAX}")]
    TooLarge(u64),
    /// A key this program does not have. Cure: mend the name, or bring the terminal's software up to date.
    #[error("unknown key {0}")]
    UnknownKey(String),
    /// A number beyond its bounds.
    #[error("{key} is {found}; possible are {least} to {most}")]
    OutOfRange {
        /// The key.
        key: &'static str,
        /// What stands there.
        found: Value,
        /// The least.
        least: u32,
        /// The most.
        most: u32,
    },
    /// A value that cannot be.
    #[error("{key}: {why}")]
    Value {
        /// The key.
        key: &'static str,
        /// What is possible.
        why: String,
    },
    /// It is another terminal's, or should be this one's and is everybody's.
    #[error("it is for {0}")]
    NotForHere(String),
    /// It is not of the version it was published as.
    #[error("it says it is version {says}, and was published as {named}")]
    OtherVersion {
        /// In the file.
        says: u64,
        /// In the signed list.
        named: u64,
    },
    /// Older than the one in force.
    #[error("version {offered} is older than {in_force}, which is in force")]
    GoesBack {
        /// The version that was offered.
        offered: u64,
        /// The version in force.
        in_force: u64,
    },
}

impl BadConfiguration {
    /// Its name, for reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Form(_) => "form",
            Self::TooLarge(_) => "too-large",
            Self::UnknownKey(_) => "unknown-key",
            Self::OutOfRange { .. } => "out-of-range",
            Self::Value { .. } => "value",
            Self::NotForHere(_) => "not-for-here",
            Self::OtherVersion { .. } => "other-version",
            Self::GoesBack { .. } => "goes-back",
        }
    }
}

/// The name of the target that is for a terminal, or for all. Ids have capitals and names have none, so that no two
/// terminals share one.
pub fn target(terminal: Option<&TerminalId>) -> Result<Key, BadId> {
    match terminal {
        None => Key::try_from(CONFIGURATION),
        Some(terminal) => Key::try_from(format!("{CONFIGURATION}.{}", terminal.to_string().to_lowercase())),
    }
}

/// The terminal a target of this name is for; nothing where it is for all, or is no configuration.
pub fn terminal_of(target: &Key) -> Option<TerminalId> {
    let name = target.as_str().strip_prefix(CONFIGURATION)?.strip_prefix('.')?;
    TerminalId::try_from(name.to_uppercase()).ok()
}

impl ConfigurationFile {
    /// Reads and checks a file that was published as this version for this terminal, or for all.
    pub fn parse(bytes: &[u8], named: u64, terminal: Option<&TerminalId>) -> Result<Self, BadConfiguration> {
        if bytes.len() > CONFIGURATION_BYTES_MAX {
            return Err(BadConfiguration::TooLarge(bytes.len() as u64));
        }
        let raw: Raw = serde_json::from_slice(bytes).map_err(form)?;
        if raw.terminal.as_ref() != terminal {
            let says = raw.terminal.map_or_else(|| "all terminals".to_owned(), String::from);
            return Err(BadConfiguration::NotForHere(says));
        }
        if raw.version != named {
            return Err(BadConfiguration::OtherVersion { says: raw.version, named });
        }
        let Raw { version, terminal, set_at, set } = raw;
        Ok(Self { version, terminal, set_at, set: Configuration::try_from(set)? })
    }

    /// As it is published.
    pub fn to_json(&self) -> Result<String, BadConfiguration> {
        let json = serde_json::to_string(self).map_err(form)?;
        if json.len() > CONFIGURATION_BYTES_MAX {
            return Err(BadConfiguration::TooLarge(json.len() as u64));
        }
        Ok(json)
    }
}

/// A file whose keys were not looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    version: u64,
    #[serde(default)]
    terminal: Option<TerminalId>,
    set_at: Timestamp,
    set: Map<String, Value>,
}

fn form(error: serde_json::Error) -> BadConfiguration {
    BadConfiguration::Form(error.to_string())
}

impl Configuration {
    /// These keys, and where one is missing that of all terminals.
    pub fn over(self, all: &Self) -> Self {
        let all = all.clone();
        Self {
            idle_s: self.idle_s.or(all.idle_s),
            elder_idle_s: self.elder_idle_s.or(all.elder_idle_s),
            warning_s: self.warning_s.or(all.warning_s),
            notice: self.notice.or(all.notice),
            closed: self.closed.or(all.closed),
            hours: self.hours.or(all.hours),
            log: self.log.or(all.log),
            poll_s_min: self.poll_s_min.or(all.poll_s_min),
            spread_s: self.spread_s.or(all.spread_s),
        }
    }

    /// What is set, by key.
    pub fn entries(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(entries)) => entries,
            Ok(_) | Err(_) => Map::new(),
        }
    }

    fn put(&mut self, key: &str, value: Value) -> Result<(), BadConfiguration> {
        match key {
            "idle_s" => self.idle_s = Some(number("idle_s", value, IDLE_S)?),
            "elder_idle_s" => self.elder_idle_s = Some(number("elder_idle_s", value, ELDER_IDLE_S)?),
            "warning_s" => self.warning_s = Some(number("warning_s", value, WARNING_S)?),
            "notice" => self.notice = Some(text("notice", value, NOTICE_CHARS_MAX)?),
            "closed" => self.closed = Some(text("closed", value, CLOSED_CHARS_MAX)?),
            "hours" => self.hours = Some(hours(value)?),
            "log" => self.log = Some(read("log", value)?),
            "poll_s_min" => self.poll_s_min = Some(number("poll_s_min", value, POLL_S_MIN)?),
            "spread_s" => self.spread_s = Some(number("spread_s", value, SPREAD_S)?),
            unknown => return Err(BadConfiguration::UnknownKey(unknown.to_owned())),
        }
        Ok(())
    }
}

impl TryFrom<Map<String, Value>> for Configuration {
    type Error = BadConfiguration;
    fn try_from(entries: Map<String, Value>) -> Result<Self, BadConfiguration> {
        let mut set = Self::default();
        entries.into_iter().try_for_each(|(key, value)| set.put(&key, value))?;
        Ok(set)
    }
}

fn number(key: &'static str, value: Value, range: RangeInclusive<u32>) -> Result<u32, BadConfiguration> {
    let found = value.as_u64().and_then(|number| u32::try_from(number).ok());
    let (least, most) = (*range.start(), *range.end());
    let fits = found.filter(|number| range.contains(number));
    fits.ok_or(BadConfiguration::OutOfRange { key, found: value, least, most })
}

fn read<T: DeserializeOwned>(key: &'static str, value: Value) -> Result<T, BadConfiguration> {
    serde_json::from_value(value).map_err(|error| BadConfiguration::Value { key, why: error.to_string() })
}

fn text(key: &'static str, value: Value, chars_max: usize) -> Result<Text, BadConfiguration> {
    let text: Text = read(key, value)?;
    checked(key, &text, chars_max)?;
    Ok(text)
}

fn hours(value: Value) -> Result<Hours, BadConfiguration> {
    let hours: Hours = read("hours", value)?;
    hours.check().map_err(|why| BadConfiguration::Value { key: "hours", why })?;
    checked("hours", &hours.says, CLOSED_CHARS_MAX)?;
    Ok(hours)
}

/// One line of plain characters in each language: none that steers where the others stand.
fn checked(key: &'static str, text: &Text, chars_max: usize) -> Result<(), BadConfiguration> {
    let why = |text: &String| match () {
        () if text.trim().is_empty() => Some("is empty in one language".to_owned()),
        () if text.chars().count() > chars_max => Some(format!("has more than {chars_max} characters")),
        () if text.chars().any(steers) => Some("has a character that is not shown".to_owned()),
        () => None,
    };
    match [&text.zh_cn, &text.en, &text.ru].into_iter().find_map(why) {
        Some(why) => Err(BadConfiguration::Value { key, why }),
        None => Ok(()),
    }
}

/// Control characters, and those of Unicode's bidirectional algorithm (UAX 9, 2.1 to 2.5).
fn steers(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
