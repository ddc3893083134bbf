//! Check digits: of citizens' numbers, and of payment cards.

/// Weights of the first 17 digits (GB 11643, from ISO 7064 MOD 11-2).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// Check characters, by the weighted sum modulo 11.
const CHECKS: &[u8; 11] = b"10X98765432";

/// Tells whether `number` is 17 digits followed by the right check character of GB 11643.
pub fn is_valid_number(number: &[u8]) -> bool {
    let Some((check, digits)) = number.split_last() else {
        return false;
    };
    if digits.len() != WEIGHTS.len() || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    CHECKS[(sum % 11) as usize] == *check
}

/// Tells whether `digits` (0 to 9 each) end with the right check digit of ISO/IEC 7812-1, annex B (Luhn).
pub fn is_luhn_valid(digits: &[u8]) -> bool {
    let doubled = |digit: u8| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let from_the_right = digits.iter().rev().enumerate();
    let sum: u32 = from_the_right
        .map(|(place, digit)| u32::from(if place % 2 == 1 { doubled(*digit % 10) } else { *digit % 10 }))
        .sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computed_numbers_pass_and_one_changed_digit_fails() {
        // Synthetic numbers.
        for good in [b"11010519491231002X", b"810000199001010019", b"110101199003070011"] {
            assert!(is_valid_number(good));
            for index in 0..18 {
                let mut changed = *good;
                changed[index] = if changed[index] == b'9' { b'0' } else { changed[index] + 1 };
                assert!(!is_valid_number(&changed), "digit {index}");
            }
        }
    }

    #[test]
    fn other_shapes_are_no_numbers() {
        for text in ["", "X", "11010519491231002x", "1101011990030700111", "１１０"] {
            assert!(!is_valid_number(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn computed_cards_pass_and_every_single_error_fails() {
        // Synthetic; the last is the textbook's example.
        for good in ["6250940000000019", "6250940000000000016", "49927398716"] {
            let digits: Vec<u8> = good.bytes().map(|byte| byte - b'0').collect();
            for index in 0..digits.len() {
                let mut changed = digits.clone();
                changed[index] = (changed[index] + 3) % 10;
                assert_eq!(
                    (is_luhn_valid(&digits), is_luhn_valid(&changed)),
                    (true, false),
                    "{good} {index}"
                );
            }
        }
        assert!(!is_luhn_valid(&[]));
    }
}
