//! How the answer of a query is laid out.

use serde::{Deserialize, Serialize};

use super::Text;
use crate::ids::Key;

/// One block of an answer, from top to bottom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "snake_case", deny_unknown_fields)]
pub enum AnswerBlock {
    /// One value, large.
    Fact {
        /// Its name in the reply.
        key: Key,
        /// What it is.
        label: Text,
        /// How it is written.
        format: Format,
    },
    /// Rows of values.
    Table {
        /// Its name in the reply.
        key: Key,
        /// What it lists.
        label: Text,
        /// From left to right; 1 to 4.
        columns: Vec<Column>,
        /// What is said where there are no rows.
        empty: Text,
    },
}

/// One column of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name in each row.
    pub key: Key,
    /// Its heading.
    pub label: Text,
    /// How it is written.
    pub format: Format,
}

/// How a value is written for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// As it is.
    Plain,
    /// A whole number of fen, written in yuan.
    Amount,
    /// `YYYY-MM-DD`, written as the language does.
    Date,
    /// A number of which only the last four places are shown.
    Masked,
}
