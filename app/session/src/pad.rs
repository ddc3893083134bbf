//! The digits of a PIN as they are typed: nothing of them is told but how many there are.

use kiosk_drivers_api::Private;
use kiosk_model::Key;
use secrecy::ExposeSecret;

/// A PIN on its way.
pub(crate) struct Digits {
    typed: Private,
    max: usize,
}

impl Digits {
    /// None yet, `max` at most.
    pub(crate) fn none(max: usize) -> Self {
        Self { typed: Private::default(), max }
    }

    /// Applies a key; one that does not fit changes nothing.
    pub(crate) fn press(&mut self, key: Key) {
        let typed = self.typed.expose_secret();
        self.typed = match key {
            Key::Digit(digit) if digit <= 9 && typed.len() < self.max => format!("{typed}{digit}").into(),
            Key::Backspace => typed.get(..typed.len().saturating_sub(1)).unwrap_or_default().into(),
            Key::Clear => Private::default(),
            Key::Digit(_) | Key::Point => return,
        };
    }

    pub(crate) fn count(&self) -> usize {
        self.typed.expose_secret().len()
    }

    /// Hands them over; none stay here.
    pub(crate) fn take(&mut self) -> Private {
        std::mem::take(&mut self.typed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_make_digits_up_to_the_most_and_what_is_taken_is_gone() {
        let mut digits = Digits::none(4);
        for key in [
            Key::Digit(1),
            Key::Point,
            Key::Digit(10),
            Key::Digit(2),
            Key::Backspace,
            Key::Backspace,
            Key::Backspace,
        ] {
            digits.press(key);
        }
        assert_eq!(digits.count(), 0);
        (3..9).for_each(|digit| digits.press(Key::Digit(digit)));
        assert_eq!((digits.count(), digits.take().expose_secret()), (4, "3456"));
        assert_eq!(digits.count(), 0);
        digits.press(Key::Digit(0));
        digits.press(Key::Clear);
        assert_eq!(digits.count(), 0);
    }
}
