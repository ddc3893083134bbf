//! Text about a person.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Text that may name a person, ready to show. Zeroed when dropped; `Debug` hides it.
#[derive(Clone, Default, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Shown(String);

impl Shown {
    /// The text. Hand it to the glass and to nothing else.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Shown {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Shown {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown(…)")
    }
}
