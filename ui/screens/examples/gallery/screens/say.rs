//! Words in three languages.

use kiosk_model::{Language, Row, Shown};

/// Says everything in one language.
#[derive(Clone, Copy)]
pub struct Say(pub Language);

impl Say {
    /// A text.
    pub fn one(self, zh: &str, en: &str, ru: &str) -> String {
        match self.0 {
            Language::ZhCn => zh,
            Language::En => en,
            Language::Ru => ru,
        }
        .to_owned()
    }

    /// A text about a person.
    pub fn shown(self, zh: &str, en: &str, ru: &str) -> Shown {
        self.one(zh, en, ru).into()
    }

    /// A label and its value.
    pub fn row(self, label: (&str, &str, &str), value: (&str, &str, &str)) -> Row {
        Row { label: self.one(label.0, label.1, label.2), value: self.shown(value.0, value.1, value.2) }
    }
}
