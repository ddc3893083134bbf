//! Every sentence with values and every word that Rust code shows, in the three languages.
//!
//! English is the source: a msgid of gettext. Chinese and Russian stand in `lang/*/LC_MESSAGES/kiosk-text.po`,
//! built into the program and read once. Screens, paper and voice say the same words, because all of them ask here.
//! Methods are named by meaning; who calls them never sees a msgid.

mod answer;
mod cases;
mod chip;
mod form;
mod format;
mod help;
mod page;
mod paper;
mod po;
mod printer;
mod reader;
mod scan;
mod service;
mod technician;
mod unavailable;
mod visit;

pub use cases::CaseWord;
pub use chip::{ChipTrouble, PinWord};
pub use form::FieldTrouble;
pub use format::{clock, local_date, mask_name, mask_number};
pub use help::Topic;
pub use page::PageTrouble;
pub use printer::PaperTrouble;
pub use reader::CardTrouble;
pub use scan::CodeTrouble;
pub use service::Delivery;
pub use technician::{DeviceName, DeviceWord, ServiceWord};
pub use unavailable::Reason;

use kiosk_model::Language;

use crate::po::{Catalogue, Plural};

/// The telephone line of the city's government services, printed and shown wherever a person may need a person.
pub const HOTLINE: &str = "12345";

/// A sentence in every language, one below the other: for a screen where nobody has chosen one.
pub fn in_every_language(say: fn(Texts) -> String) -> String {
    let languages = [Language::ZhCn, Language::En, Language::Ru];
    languages.map(|language| say(Texts::new(language))).join("\n\n")
}

/// All texts in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Texts {
    language: Language,
}

impl Texts {
    /// The texts of a language.
    pub fn new(language: Language) -> Self {
        Self { language }
    }

    /// The language.
    pub fn language(self) -> Language {
        self.language
    }

    /// One sentence without values.
    fn tr(self, msgid: &'static str) -> String {
        self.translated(msgid).unwrap_or(msgid).to_owned()
    }

    /// One sentence; each `{name}` is replaced by its value.
    fn fill(self, msgid: &'static str, values: &[(&str, &str)]) -> String {
        fill(self.translated(msgid).unwrap_or(msgid), values)
    }

    /// One sentence with a number in it, `{count}`, in the form the number needs.
    fn plural(self, one: &'static str, many: &'static str, count: u32) -> String {
        let translated = self.catalogue().and_then(|(catalogue, rule)| catalogue.get(one, rule.form(count)));
        let english = if count == 1 { one } else { many };
        fill(translated.unwrap_or(english), &[("count", &count.to_string())])
    }

    fn translated(self, msgid: &str) -> Option<&'static str> {
        self.catalogue().and_then(|(catalogue, _)| catalogue.get(msgid, 0))
    }

    fn catalogue(self) -> Option<(&'static Catalogue, Plural)> {
        match self.language {
            Language::ZhCn => Some((po::chinese(), Plural::One)),
            Language::Ru => Some((po::russian(), Plural::Slavic)),
            Language::En => None,
        }
    }
}

/// Replaces each `{name}` once, from left to right, so that a value is never searched for names.
fn fill(pattern: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let value = values.iter().find(|(key, _)| *key == name);
        text.push_str(value.map_or("", |(_, value)| value));
        rest = after;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_filled_in_and_never_searched() {
        assert_eq!(fill("a {x} b {y}", &[("x", "{y}"), ("y", "2")]), "a {y} b 2");
        assert_eq!(fill("no values", &[]), "no values");
    }

    #[test]
    fn numbers_take_the_form_of_their_language() {
        let least = |language, count| Texts::new(language).field_trouble(FieldTrouble::TooShort(count));
        assert_eq!(least(Language::En, 1), "Enter at least 1 digit.");
        assert_eq!(least(Language::En, 11), "Enter at least 11 digits.");
        assert_eq!(least(Language::Ru, 1), "Введите не менее 1 цифры.");
        assert_eq!(least(Language::Ru, 11), "Введите не менее 11 цифр.");
        assert_eq!(least(Language::ZhCn, 11), "请至少输入11位数字。");
    }
}
