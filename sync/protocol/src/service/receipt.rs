//! What the receipt of a service says.

use serde::{Deserialize, Serialize};

use super::Text;
use crate::ids::Key;

/// The lines between the heading and the code. Number, time, place and QR code are always printed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptTemplate {
    /// From top to bottom.
    pub lines: Vec<ReceiptLine>,
    /// What happens next, below the lines.
    pub next: Text,
}

/// A label and its value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptLine {
    /// What it is.
    pub label: Text,
    /// Where its value comes from.
    pub value: Slot,
}

/// Where a printed value comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// The applicant's name, masked.
    Applicant,
    /// A field of the form, written as its input says.
    Field(Key),
    /// The time limit of the guide.
    TimeLimit,
}
