//! The sealed page a query service offers besides its answer.

use serde::{Deserialize, Serialize};

use super::{AnswerBlock, Text};
use crate::ids::Key;

/// An A4 page with a seal (电子证明). The platform makes it; the terminal offers and prints it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageOffer {
    /// What the resident touches to get it.
    pub label: Text,
    /// The template at the platform.
    pub template: Key,
    /// The heading of the page.
    pub title: Text,
    /// What it certifies: one or two sentences above the values.
    pub statement: Text,
    /// The values below name and number of the person, from top to bottom.
    pub blocks: Vec<AnswerBlock>,
}
