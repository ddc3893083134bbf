//! What a terminal says of the configuration that is meant for it.

use serde::{Deserialize, Serialize};

use crate::configuration::Reach;
use crate::ids::Key;
use crate::limits::{REPORT_REASON_CHARS_MAX, SOFTWARE_CHARS_MAX};

/// What is in force at a terminal, and what it refused. Told when it changes, and once after each start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfigurationReport {
    /// The version of its software, at most `limits::SOFTWARE_CHARS_MAX`.
    #[cfg_attr(feature = "openapi", schema(max_length = 64))]
    pub software: String,
    /// The version in force of the one for all terminals; 0 where there is none.
    #[cfg_attr(feature = "openapi", schema(maximum = 9223372036854775807_u64))]
    pub all: u64,
    /// The version in force of its own; 0 where there is none.
    #[cfg_attr(feature = "openapi", schema(maximum = 9223372036854775807_u64))]
    pub own: u64,
    /// What was published and is not taken: at most one of each.
    #[cfg_attr(feature = "openapi", schema(max_items = 2))]
    pub refused: Vec<RefusedConfiguration>,
    /// When, by the terminal's clock.
    pub at: jiff::Timestamp,
}

/// A configuration that is not taken; the one before stays in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RefusedConfiguration {
    /// Which.
    pub of: Reach,
    /// Its version.
    #[cfg_attr(feature = "openapi", schema(maximum = 9223372036854775807_u64))]
    pub version: u64,
    /// Why, by name (`BadConfiguration::name`).
    pub why: Key,
    /// Why, in words, at most `limits::REPORT_REASON_CHARS_MAX`.
    #[cfg_attr(feature = "openapi", schema(max_length = 500))]
    pub reason: String,
}

impl ConfigurationReport {
    /// Whether it is one the platform keeps.
    pub fn fits(&self) -> bool {
        let has = |text: &str, chars_max| text.chars().count() <= chars_max;
        let fits_db = |version: u64| i64::try_from(version).is_ok();
        let is_fit = |refused: &RefusedConfiguration| {
            fits_db(refused.version) && has(&refused.reason, REPORT_REASON_CHARS_MAX)
        };
        has(&self.software, SOFTWARE_CHARS_MAX)
            && fits_db(self.all)
            && fits_db(self.own)
            && self.refused.len() <= 2
            && self.refused.iter().all(is_fit)
    }
}
