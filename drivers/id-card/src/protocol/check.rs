//! The citizen identification number, GB 11643.

/// Weights of the first 17 digits (GB 11643, from ISO 7064 MOD 11-2).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// Check characters, by the weighted sum modulo 11.
const CHECKS: &[u8; 11] = b"10X98765432";

/// Tells whether `number` is 17 digits followed by the right check character (a capital X where it stands for ten).
pub fn is_valid_number(number: &str) -> bool {
    let bytes = number.as_bytes();
    let Some((check, digits)) = bytes.split_last() else {
        return false;
    };
    if digits.len() != WEIGHTS.len() || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    CHECKS[(sum % 11) as usize] == *check
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computed_examples_pass() {
        // Synthetic numbers.
        assert!(is_valid_number("11010519491231002X"));
        assert!(is_valid_number("810000199001010019"));
        assert!(is_valid_number("110101199003070011"));
    }

    #[test]
    fn one_changed_digit_fails() {
        let good = "110101199003070011";
        for index in 0..18 {
            let mut bytes = good.as_bytes().to_vec();
            bytes[index] = if bytes[index] == b'9' { b'0' } else { bytes[index] + 1 };
            let changed = String::from_utf8(bytes).unwrap_or_default();
            assert!(!is_valid_number(&changed), "digit {index}");
        }
    }

    #[test]
    fn other_shapes_fail() {
        for text in ["", "X", "11010519491231002x", "1101011990030700111", "11010119900307001", "１１０"] {
            assert!(!is_valid_number(text), "{text}");
        }
    }
}
