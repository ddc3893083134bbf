//! Errors as RFC 9457 writes them.

use serde::{Deserialize, Serialize};

/// `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A stable name of the kind of problem, for example `urn:hecheng:problem:ticket-used`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same for people.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What was wrong this time; never personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Kinds by which the platform says that this terminal has no rights: they were taken, or given to another key.
const NO_RIGHTS: [&str; 2] =
    ["urn:hecheng:problem:terminal-revoked", "urn:hecheng:problem:certificate-replaced"];

impl Problem {
    /// Whether it says that the caller has no rights any more.
    pub fn says_no_rights(&self) -> bool {
        NO_RIGHTS.contains(&self.kind.as_str())
    }
}
