//! A PIN as the card takes it: two digits in a byte.

use kiosk_drivers_api::{Private, SmartCardFault};
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

/// Digits of a PIN on a social security card.
const DIGITS: std::ops::RangeInclusive<usize> = 4..=16;

/// A PIN, packed; wiped when dropped.
pub struct Pin(Zeroizing<Vec<u8>>);

impl Pin {
    /// Packs the digits. How a card wants an odd number filled up is not documented, so such a PIN is refused rather than
    /// a try lost on a guess.
    ///
    /// # Errors
    /// `PinNotDigits` for anything but an even number of 4 to 16 digits.
    pub fn pack(pin: &Private) -> Result<Self, SmartCardFault> {
        let digits = pin.expose_secret().as_bytes();
        let is_pin = DIGITS.contains(&digits.len())
            && digits.len().is_multiple_of(2)
            && digits.iter().all(u8::is_ascii_digit);
        if !is_pin {
            return Err(SmartCardFault::PinNotDigits);
        }
        let mut packed = Zeroizing::new(Vec::with_capacity(digits.len() / 2));
        packed.extend(digits.chunks_exact(2).map(|pair| (pair[0] - b'0') << 4 | (pair[1] - b'0')));
        Ok(Self(packed))
    }

    /// The packed digits.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(pin: &str) -> Option<Vec<u8>> {
        Pin::pack(&Private::from(pin)).ok().map(|pin| pin.bytes().to_vec())
    }

    #[test]
    fn two_digits_share_a_byte() {
        assert_eq!(packed("123456"), Some(vec![0x12, 0x34, 0x56]));
        assert_eq!(packed("0090"), Some(vec![0x00, 0x90]));
    }

    #[test]
    fn what_cannot_be_a_pin_is_never_sent() {
        for pin in ["", "12", "12345", "12345a", "１２３４５６", "123456789012345678"] {
            assert_eq!(packed(pin), None, "{pin}");
        }
    }
}
