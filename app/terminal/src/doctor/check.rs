//! One line of the report.

use serde::Serialize;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: String,
    /// How it stands.
    pub level: Level,
    /// What was found.
    pub says: String,
    /// What helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cure: Option<String>,
}

/// How something stands; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Well.
    Ok,
    /// Goes on, but wants attention.
    Warn,
    /// Keeps the terminal, or a part of it, from serving.
    Fail,
}

impl Level {
    /// As it is shown.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

impl Check {
    /// Well.
    pub fn ok(name: impl Into<String>, says: impl Into<String>) -> Self {
        Self { name: name.into(), level: Level::Ok, says: says.into(), cure: None }
    }

    /// Wants attention.
    pub fn warn(name: impl Into<String>, says: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { level: Level::Warn, cure: Some(cure.into()), ..Self::ok(name, says) }
    }

    /// Does not serve.
    pub fn fail(name: impl Into<String>, says: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { level: Level::Fail, cure: Some(cure.into()), ..Self::ok(name, says) }
    }
}
