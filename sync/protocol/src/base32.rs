//! Crockford's Base32: digits and capitals without I, L, O, U, so that people can read it out and type it.

/// The 32 characters, by value.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The lowest bits of a number, five a character, lowest first.
pub fn encode(bits: u128, chars: usize) -> String {
    (0..chars).map(|place| char::from(ALPHABET[(bits >> (5 * place)) as usize % 32])).collect()
}

/// Whether the text is as many characters of the alphabet.
pub fn is_valid(text: &str, chars: usize) -> bool {
    text.len() == chars && text.bytes().all(|byte| ALPHABET.contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_valid_and_nothing_else_is() {
        assert_eq!(encode(31 << 5 | 1, 3), "1Z0");
        assert!(is_valid(&encode(u128::MAX, 16), 16));
        for wrong in ["", "0000", "00I", "00L", "00O", "00U", "00a", "0é"] {
            assert!(!is_valid(wrong, 3), "{wrong}");
        }
    }
}
