//! A code that is held before the window.

use std::str::FromStr;

/// What kind of code it is: letter and character of its AIM identifier (ISO/IEC 15424), such as `Q1` for a QR code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symbology {
    family: char,
    modifier: char,
}

impl FromStr for Symbology {
    type Err = String;

    fn from_str(word: &str) -> Result<Symbology, String> {
        let mut characters = word.chars();
        match (characters.next(), characters.next(), characters.next()) {
            (Some(family), Some(modifier), None)
                if family.is_ascii_alphabetic() && modifier.is_ascii_alphanumeric() =>
            {
                Ok(Symbology { family, modifier })
            }
            _ => Err(word.to_owned()),
        }
    }
}

impl Symbology {
    /// Letter and character, as they stand in reports.
    pub(super) fn aim(self) -> [u8; 2] {
        // Both are ASCII: that was seen to when the word was read.
        [self.family as u8, self.modifier as u8]
    }

    /// The code type a Zebra scanner puts before the content; 0 for kinds it has no number for.
    pub(super) fn zebra(self) -> u8 {
        match (self.family, self.modifier) {
            ('A', _) => 0x01,
            ('C', _) => 0x03,
            ('I', _) => 0x06,
            ('E', '4') => 0x0A,
            ('E', _) => 0x0B,
            ('L', _) => 0x11,
            ('d', _) => 0x1B,
            ('Q', _) => 0x1C,
            ('z', _) => 0x2D,
            _ => 0x00,
        }
    }
}

/// A code that is held before the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What it holds.
    pub content: Vec<u8>,
    /// What kind of code it is.
    pub symbology: Symbology,
}

impl Shown {
    /// A QR code with a text.
    pub fn qr(text: &str) -> Shown {
        let symbology = Symbology { family: 'Q', modifier: '1' };
        Shown { content: text.as_bytes().to_vec(), symbology }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_a_letter_and_a_letter_or_digit() {
        assert_eq!("Q1".parse().map(Symbology::zebra), Ok(0x1C));
        assert_eq!("E4".parse().map(Symbology::zebra), Ok(0x0A));
        assert_eq!("X0".parse().map(Symbology::zebra), Ok(0x00));
        for wrong in ["", "Q", "Q12", "1Q", "]Q"] {
            assert!(wrong.parse::<Symbology>().is_err(), "{wrong}");
        }
    }
}
