//! Forms and their rules, checked by the session while typing and by the platform again.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use super::Text;
use crate::Private;
use crate::ids::Key;
use crate::limits::FIELD_CHARS_MAX;
use crate::money::Fen;

/// What is asked, page by page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// One screen each; 1 or more.
    pub pages: Vec<FormPage>,
}

/// One screen of a form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormPage {
    /// What this screen is about.
    pub title: Text,
    /// 1 to 6 fields.
    pub fields: Vec<Field>,
}

/// One field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name, unique in the form.
    pub key: Key,
    /// What is asked.
    pub label: Text,
    /// How to answer; empty texts where nothing needs saying.
    #[serde(default)]
    pub hint: Text,
    /// Must be answered.
    #[serde(default)]
    pub required: bool,
    /// How it is answered.
    pub input: Input,
    /// Where a value on file comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefill: Option<Prefill>,
}

/// A value on file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prefill {
    /// Who keeps it.
    pub from: Source,
    /// Its name there.
    pub key: Key,
    /// Whether the resident may change it. A missing value can always be typed.
    #[serde(default)]
    pub editable: bool,
}

/// Who keeps a value on file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The identity card that was read: `name`, `number`, `address`.
    Card,
    /// A department, by the shared-data exchange.
    Shared {
        /// Its name in the exchange.
        department: Key,
        /// Its name for people.
        label: Text,
    },
}

/// How a field is answered; the value's canonical form is given with each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Input {
    /// One of a few; the chosen option's value.
    Choice {
        /// 2 to 8 options.
        options: Vec<Choice>,
    },
    /// Digits only.
    Digits {
        /// Fewest digits.
        min: u8,
        /// Most digits.
        max: u8,
        /// Only the last four places are shown on receipts and confirmation.
        #[serde(default)]
        masked: bool,
    },
    /// Money; a whole number of fen in decimal.
    Amount {
        /// Least amount.
        min: Fen,
        /// Largest amount.
        max: Fen,
        /// Another amount of this form that it may not exceed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_most: Option<Key>,
    },
    /// Free text. Only for values on file for now: a terminal has no text keyboard yet.
    Text,
}

/// One option of a choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is kept.
    pub value: Key,
    /// What is shown.
    pub label: Text,
}

/// What was filled in, by field. No `Debug` of the values, zeroed when dropped.
#[derive(Clone, Default)]
pub struct Values(BTreeMap<Key, Private>);

impl Values {
    /// The value of a field, where one was given.
    pub fn get(&self, key: &Key) -> Option<&str> {
        self.0.get(key).map(ExposeSecret::expose_secret)
    }

    /// Sets a value in canonical form; an empty one clears the field.
    pub fn set(&mut self, key: Key, value: Private) {
        if value.expose_secret().is_empty() {
            self.0.remove(&key);
        } else {
            self.0.insert(key, value);
        }
    }

    /// All given values by field name.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &str)> {
        self.0.iter().map(|(key, value)| (key, value.expose_secret()))
    }
}

impl FromIterator<(Key, Private)> for Values {
    fn from_iter<T: IntoIterator<Item = (Key, Private)>>(pairs: T) -> Self {
        let mut values = Self::default();
        pairs.into_iter().for_each(|(key, value)| values.set(key, value));
        values
    }
}

/// A field that cannot stay as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field.
    pub field: Key,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a value; the screen says how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It must be answered.
    Missing,
    /// Fewer digits than needed.
    TooShort {
        /// Fewest digits.
        min: u8,
    },
    /// More digits or characters than allowed.
    TooLong {
        /// Most digits or characters.
        max: u16,
    },
    /// Not digits, not an amount.
    NotANumber,
    /// Below the least amount.
    TooLittle {
        /// Least amount.
        min: Fen,
    },
    /// Above the largest amount, or above the amount of the other field.
    TooMuch {
        /// Largest amount.
        max: Fen,
    },
    /// Not one of the options.
    NotAnOption,
    /// The form has no such field.
    UnknownField,
}

impl Form {
    /// All fields, in order.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.pages.iter().flat_map(|page| &page.fields)
    }

    /// Every problem of the values, in the order of the fields; none means that the form is complete.
    pub fn check(&self, values: &Values) -> Vec<Problem> {
        let known = self.fields().filter_map(|field| field.check(values));
        let unknown = values.iter().filter(|(key, _)| self.fields().all(|field| field.key != **key));
        let unknown = unknown.map(|(key, _)| Problem { field: key.clone(), why: Why::UnknownField });
        known.chain(unknown).collect()
    }
}

impl Field {
    /// The problem of this field, if there is one.
    pub fn check(&self, values: &Values) -> Option<Problem> {
        let why = match values.get(&self.key) {
            None if self.required => Some(Why::Missing),
            None => None,
            Some(value) => self.input.check(value, values),
        };
        why.map(|why| Problem { field: self.key.clone(), why })
    }
}

impl Input {
    fn check(&self, value: &str, values: &Values) -> Option<Why> {
        match self {
            Self::Choice { options } => {
                let known = options.iter().any(|option| option.value.as_str() == value);
                (!known).then_some(Why::NotAnOption)
            }
            Self::Digits { min, max, .. } => check_digits(value, *min, *max),
            Self::Amount { min, max, at_most } => {
                let other = at_most.as_ref().and_then(|key| values.get(key));
                let other = other.and_then(|text| text.parse().ok()).map(Fen);
                check_amount(value, *min, other.map_or(*max, |other| other.min(*max)))
            }
            Self::Text => {
                let too_long = value.chars().count() > FIELD_CHARS_MAX;
                too_long.then_some(Why::TooLong { max: FIELD_CHARS_MAX as u16 })
            }
        }
    }
}

fn check_digits(value: &str, min: u8, max: u8) -> Option<Why> {
    match value.len() {
        _ if !value.bytes().all(|byte| byte.is_ascii_digit()) => Some(Why::NotANumber),
        digits if digits < usize::from(min) => Some(Why::TooShort { min }),
        digits if digits > usize::from(max) => Some(Why::TooLong { max: max.into() }),
        _ => None,
    }
}

fn check_amount(value: &str, min: Fen, max: Fen) -> Option<Why> {
    match value.parse().map(Fen) {
        Err(_) => Some(Why::NotANumber),
        Ok(amount) if amount < min => Some(Why::TooLittle { min }),
        Ok(amount) if amount > max => Some(Why::TooMuch { max }),
        Ok(_) => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn form() -> Form {
        let text = r#"{"zh-CN":"问","en":"q","ru":"в"}"#;
        let field = |key: &str, required: bool, input: &str| {
            format!(r#"{{"key":"{key}","label":{text},"required":{required},"input":{input}}}"#)
        };
        let fields = [
            field("balance", false, r#"{"type":"amount","min":0,"max":100000000}"#),
            field("amount", true, r#"{"type":"amount","min":100,"max":5000000,"at_most":"balance"}"#),
            field("phone", true, r#"{"type":"digits","min":11,"max":11}"#),
            field(
                "home",
                false,
                &format!(
                    r#"{{"type":"choice","options":[{{"value":"a","label":{text}}},{{"value":"b","label":{text}}}]}}"#
                ),
            ),
        ];
        let page = format!(r#"{{"pages":[{{"title":{text},"fields":[{}]}}]}}"#, fields.join(","));
        serde_json::from_str(&page).unwrap()
    }

    fn problems(pairs: &[(&str, &str)]) -> Vec<(String, Why)> {
        let pair = |(key, value): &(&str, &str)| (Key::try_from(*key).unwrap(), (*value).into());
        let values: Values = pairs.iter().map(pair).collect();
        form().check(&values).into_iter().map(|p| (p.field.into(), p.why)).collect()
    }

    #[test]
    fn a_complete_form_has_no_problem() {
        let good = [("balance", "90000"), ("amount", "90000"), ("phone", "13900000000"), ("home", "b")];
        assert_eq!(problems(&good), []);
    }

    #[test]
    fn each_rule_names_its_field_and_bound() {
        let phone = ("phone", "13900000000");
        let one = |key: &str, why| vec![(key.to_owned(), why)];
        assert_eq!(problems(&[phone]), one("amount", Why::Missing));
        assert_eq!(problems(&[phone, ("amount", "99")]), one("amount", Why::TooLittle { min: Fen(100) }));
        assert_eq!(
            problems(&[phone, ("amount", "5000001")]),
            one("amount", Why::TooMuch { max: Fen(5_000_000) })
        );
        let over = [phone, ("balance", "500"), ("amount", "501")];
        assert_eq!(problems(&over), one("amount", Why::TooMuch { max: Fen(500) }));
        assert_eq!(problems(&[phone, ("amount", "1.5")]), one("amount", Why::NotANumber));
        assert_eq!(problems(&[("amount", "100"), ("phone", "139")]), one("phone", Why::TooShort { min: 11 }));
        let choice = [phone, ("amount", "100"), ("home", "c")];
        assert_eq!(problems(&choice), one("home", Why::NotAnOption));
        let unknown = [phone, ("amount", "100"), ("spare", "1")];
        assert_eq!(problems(&unknown), one("spare", Why::UnknownField));
    }
}
