//! The field that takes the keys of the number pad.

use kiosk_drivers_api::Private;
use kiosk_model::{Key as PadKey, Shown};
use kiosk_protocol::ids::Key;
use kiosk_protocol::service::{Field, Input};
use kiosk_text::Texts;
use secrecy::ExposeSecret;

use crate::limits::{FEN_DIGITS, YUAN_DIGITS_MAX};

/// A field and its text as it was typed.
pub(crate) struct Typing {
    key: Key,
    pad: Pad,
    text: Private,
}

/// What can be typed.
#[derive(Clone, Copy)]
enum Pad {
    Digits { max: usize },
    Amount,
}

impl Typing {
    /// Begins with a field's canonical value; nothing where the field is not answered by typing.
    pub(crate) fn begin(field: &Field, value: Option<&str>) -> Option<Self> {
        let value = value.unwrap_or_default();
        let (pad, text) = match field.input {
            Input::Digits { max, .. } => (Pad::Digits { max: max.into() }, value.to_owned()),
            Input::Amount { .. } => (Pad::Amount, yuan_of(value)),
            Input::Choice { .. } | Input::Text => return None,
        };
        Some(Self { key: field.key.clone(), pad, text: text.into() })
    }

    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    /// Applies a key; one that does not fit changes nothing.
    pub(crate) fn press(&mut self, key: PadKey) {
        let text = self.text.expose_secret();
        let typed = match (key, self.pad) {
            (PadKey::Clear, _) => Some(String::new()),
            (PadKey::Backspace, _) => {
                Some(text.chars().take(text.chars().count().saturating_sub(1)).collect())
            }
            (PadKey::Digit(digit), _) if digit > 9 => None,
            (PadKey::Digit(digit), Pad::Digits { max }) => {
                (text.len() < max).then(|| format!("{text}{digit}"))
            }
            (PadKey::Digit(digit), Pad::Amount) => amount_with(text, digit),
            (PadKey::Point, Pad::Digits { .. }) => None,
            (PadKey::Point, Pad::Amount) if text.contains('.') => None,
            (PadKey::Point, Pad::Amount) if text.is_empty() => Some("0.".to_owned()),
            (PadKey::Point, Pad::Amount) => Some(format!("{text}.")),
        };
        if let Some(typed) = typed {
            self.text = typed.into();
        }
    }

    /// The value as forms keep it: digits, or fen.
    pub(crate) fn canonical(&self) -> Private {
        let text = self.text.expose_secret();
        match self.pad {
            Pad::Digits { .. } => text.into(),
            Pad::Amount => fen_of(text).map(|fen| fen.to_string()).unwrap_or_default().into(),
        }
    }

    pub(crate) fn shown(&self, texts: Texts) -> Shown {
        let text = self.text.expose_secret();
        match self.pad {
            Pad::Amount if !text.is_empty() => texts.amount_typed(text).into(),
            Pad::Amount | Pad::Digits { .. } => text.into(),
        }
    }
}

fn amount_with(text: &str, digit: u8) -> Option<String> {
    match text.split_once('.') {
        Some((_, behind)) => (behind.len() < FEN_DIGITS).then(|| format!("{text}{digit}")),
        None if text == "0" => Some(digit.to_string()),
        None => (text.len() < YUAN_DIGITS_MAX).then(|| format!("{text}{digit}")),
    }
}

/// Yuan as typed, with at most two decimals, in fen.
fn fen_of(text: &str) -> Option<i64> {
    let (yuan, behind) = text.split_once('.').unwrap_or((text, ""));
    let yuan: i64 = yuan.parse().ok()?;
    let fen: i64 = format!("{behind:0<FEN_DIGITS$}").parse().ok()?;
    yuan.checked_mul(100)?.checked_add(fen)
}

/// Fen as somebody would type them in yuan.
fn yuan_of(fen: &str) -> String {
    match fen.parse::<u64>() {
        Ok(fen) if fen % 100 == 0 => (fen / 100).to_string(),
        Ok(fen) => format!("{}.{:02}", fen / 100, fen % 100),
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn typed(input: &str, keys: &str) -> (String, String) {
        let text = r#"{"zh-CN":"问","en":"q","ru":"в"}"#;
        let field = format!(r#"{{"key":"f","label":{text},"input":{input}}}"#);
        let mut typing = Typing::begin(&serde_json::from_str(&field).unwrap(), None).unwrap();
        for key in keys.chars() {
            typing.press(match key {
                '.' => PadKey::Point,
                '<' => PadKey::Backspace,
                'c' => PadKey::Clear,
                digit => PadKey::Digit(digit.to_digit(36).unwrap() as u8),
            });
        }
        (typing.text.expose_secret().to_owned(), typing.canonical().expose_secret().to_owned())
    }

    fn amount(keys: &str) -> (String, String) {
        typed(r#"{"type":"amount","min":0,"max":1}"#, keys)
    }

    #[test]
    fn amounts_are_typed_in_yuan_and_kept_in_fen() {
        for (keys, text, fen) in [
            ("1200", "1200", "120000"),
            ("12.5", "12.5", "1250"),
            ("12.345", "12.34", "1234"),
            (".5", "0.5", "50"),
            ("007", "7", "700"),
            ("1..2", "1.2", "120"),
            ("12.", "12.", "1200"),
            ("12<<", "", ""),
            ("12c3", "3", "300"),
            ("123456789", "1234567", "123456700"),
            ("a", "", ""),
        ] {
            assert_eq!(amount(keys), (text.to_owned(), fen.to_owned()), "{keys}");
        }
    }

    #[test]
    fn digits_stop_at_their_most() {
        let digits = r#"{"type":"digits","min":2,"max":4}"#;
        assert_eq!(typed(digits, "00.12345").1, "0012");
        assert_eq!(typed(digits, "12<").1, "1");
    }

    #[test]
    fn fen_come_back_as_they_would_be_typed() {
        assert_eq!(
            [yuan_of("120000"), yuan_of("1234"), yuan_of("5"), yuan_of("")],
            ["1200", "12.34", "0.05", ""]
        );
    }
}
