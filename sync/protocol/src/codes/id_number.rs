//! The citizen identification number, GB 11643-1999.

/// Why a number is not a citizen identification number. Never carries the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadIdNumber {
    /// Not 18 characters, 17 digits and a digit or `X`.
    #[error("not 17 digits and a check character")]
    Shape,
    /// The birth date in places 7 to 14 is no day of the calendar.
    #[error("the birth date is not a day")]
    BirthDate,
    /// The check character does not fit.
    #[error("the check character does not fit")]
    CheckCharacter,
}

/// Weights of the 17 digits, GB 11643-1999, 4.2.5 (ISO 7064 MOD 11-2).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// Check characters for the remainders 0 to 10.
const CHECKS: [u8; 11] = *b"10X98765432";

/// The check character for the first 17 digits.
pub fn check_char(digits: &[u8; 17]) -> Option<char> {
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let pairs = digits.iter().zip(WEIGHTS);
    let sum: u32 = pairs.map(|(d, w)| u32::from(d - b'0') * w).sum();
    Some(char::from(CHECKS[(sum % 11) as usize]))
}

/// Checks shape, birth date and check character. The region prefix is not judged: numbers keep the
/// codes of districts that no longer exist.
pub fn check_id_number(number: &str) -> Result<(), BadIdNumber> {
    let bytes = number.as_bytes();
    let (digits, check) = bytes.split_first_chunk::<17>().ok_or(BadIdNumber::Shape)?;
    let expected = check_char(digits).ok_or(BadIdNumber::Shape)?;
    let [check] = check else {
        return Err(BadIdNumber::Shape);
    };
    check_birth(&digits[6..14])?;
    if char::from(*check) == expected { Ok(()) } else { Err(BadIdNumber::CheckCharacter) }
}

fn check_birth(digits: &[u8]) -> Result<(), BadIdNumber> {
    let number = |part: &[u8]| part.iter().fold(0_i16, |n, d| n * 10 + i16::from(d - b'0'));
    let (year, month, day) = (number(&digits[..4]), number(&digits[4..6]), number(&digits[6..]));
    let (Ok(month), Ok(day)) = (i8::try_from(month), i8::try_from(day)) else {
        return Err(BadIdNumber::BirthDate);
    };
    jiff::civil::Date::new(year, month, day).map_err(|_| BadIdNumber::BirthDate)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    // Synthetic numbers, valid by check digit.
    const VALID: [&str; 3] = ["11010519491231002X", "810000199001010019", "110101199003070011"];

    #[test]
    fn valid_numbers_pass() {
        for number in VALID {
            assert_eq!(check_id_number(number), Ok(()), "{number}");
        }
    }

    #[test]
    fn every_single_digit_error_is_caught() {
        for number in VALID {
            for place in 0..17 {
                for digit in b'0'..=b'9' {
                    let mut bytes = number.as_bytes().to_vec();
                    if bytes[place] == digit {
                        continue;
                    }
                    bytes[place] = digit;
                    let wrong = String::from_utf8_lossy(&bytes).into_owned();
                    assert!(check_id_number(&wrong).is_err(), "{wrong}");
                }
            }
        }
    }

    #[test]
    fn shape_is_checked_before_anything_else() {
        for bad in
            ["", "1", "11010519491231002", "11010519491231002x", "1101051949123100 2X", "11010519491231002XX"]
        {
            assert!(check_id_number(bad).is_err(), "{bad}");
        }
        assert_eq!(check_id_number("110105194913310025"), Err(BadIdNumber::BirthDate));
    }
}
