//! Commands: what an operator asks of one terminal, and what came of it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::Key;

/// Send what waits now.
pub const SYNC_NOW: &str = "sync-now";
/// Tell how the terminal stands.
pub const REPORT_STATUS: &str = "report-status";
/// Start again once nobody is served.
pub const RESTART_WHEN_IDLE: &str = "restart-when-idle";

/// Asks one terminal to do something, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Command {
    /// Its name for ever: delivered again, it is not carried out again.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub id: Uuid,
    /// What to do. A terminal that does not know it says so.
    pub kind: Key,
    /// From then on it is not carried out any more.
    pub expires_at: jiff::Timestamp,
}

/// What came of a command. The terminal keeps it before it tells it, and tells the same whenever it is asked again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CommandResult {
    /// How it ended.
    pub outcome: Outcome,
    /// What there is to say, for operators; about nobody. At most `limits::COMMAND_DETAIL_CHARS_MAX`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "openapi", schema(max_length = 8192))]
    pub detail: String,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was carried out.
    Done,
    /// It was tried and failed.
    Failed,
    /// It came too late.
    Expired,
    /// The terminal does not know it.
    Unsupported,
    /// The terminal went down in the middle of it; it may have been carried out or not, and is not tried again.
    Interrupted,
}

impl Outcome {
    /// Its word, as on the line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Unsupported => "unsupported",
            Self::Interrupted => "interrupted",
        }
    }
}

impl CommandResult {
    /// An outcome, and what there is to say.
    pub fn new(outcome: Outcome, detail: impl Into<String>) -> Self {
        Self { outcome, detail: detail.into() }
    }
}
