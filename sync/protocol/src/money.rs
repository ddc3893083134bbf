//! Money.

use serde::{Deserialize, Serialize};

/// An amount of renminbi in fen (分, 1/100 yuan). Never a float.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(pub i64);
