//! Reads the part of the gettext format that this crate's own files use: msgid, msgid_plural, msgstr,
//! msgstr[n], continued strings and comments.

use std::collections::BTreeMap;
use std::sync::OnceLock;

const CHINESE: &str = include_str!("../lang/zh_CN/LC_MESSAGES/kiosk-text.po");
const RUSSIAN: &str = include_str!("../lang/ru/LC_MESSAGES/kiosk-text.po");

/// The translations of one language.
#[derive(Debug, Default)]
pub(crate) struct Catalogue(BTreeMap<String, Entry>);

/// One message.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    id: String,
    plural: String,
    forms: Vec<String>,
    fuzzy: bool,
}

/// How a language chooses among the forms of a message, as `Plural-Forms` of its file says.
#[derive(Clone, Copy)]
pub(crate) enum Plural {
    /// One form for all numbers.
    One,
    /// Three forms: 1, 21, …; 2 to 4, 22 to 24, …; all others.
    Slavic,
}

impl Plural {
    pub(crate) fn form(self, count: u32) -> usize {
        match (self, count % 10, count % 100) {
            (Self::One, _, _) => 0,
            (Self::Slavic, 1, tail) if tail != 11 => 0,
            (Self::Slavic, 2..=4, tail) if !(12..=14).contains(&tail) => 1,
            (Self::Slavic, _, _) => 2,
        }
    }
}

pub(crate) fn chinese() -> &'static Catalogue {
    static READ: OnceLock<Catalogue> = OnceLock::new();
    READ.get_or_init(|| Catalogue::read(CHINESE))
}

pub(crate) fn russian() -> &'static Catalogue {
    static READ: OnceLock<Catalogue> = OnceLock::new();
    READ.get_or_init(|| Catalogue::read(RUSSIAN))
}

impl Catalogue {
    /// The translation, or nothing where there is no final one.
    pub(crate) fn get(&self, msgid: &str, form: usize) -> Option<&str> {
        let entry = self.0.get(msgid).filter(|entry| !entry.fuzzy)?;
        entry.forms.get(form).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// Reads a file. Lines that are not understood are passed over: the tests of this crate hold the
    /// files complete, and a missing sentence falls back to English instead of failing a visit.
    fn read(text: &str) -> Self {
        let mut reader = Reader::default();
        text.lines().for_each(|line| reader.line(line.trim()));
        reader.finish();
        Self(reader.done)
    }
}

#[derive(Default)]
struct Reader {
    done: BTreeMap<String, Entry>,
    entry: Entry,
    part: Part,
    fuzzy_next: bool,
}

#[derive(Clone, Copy, Default)]
enum Part {
    #[default]
    Id,
    Plural,
    Form,
}

impl Reader {
    fn line(&mut self, line: &str) {
        if let Some(rest) = line.strip_prefix("msgid_plural ") {
            self.part = Part::Plural;
            self.string(rest);
        } else if let Some(rest) = line.strip_prefix("msgid ") {
            self.finish();
            self.part = Part::Id;
            self.string(rest);
        } else if let Some((_, rest)) = line.split_once(' ').filter(|_| line.starts_with("msgstr")) {
            self.entry.forms.push(String::new());
            self.part = Part::Form;
            self.string(rest);
        } else if line.starts_with('"') {
            self.string(line);
        } else if line.starts_with("#,") && line.contains("fuzzy") {
            self.fuzzy_next = true;
        }
    }

    fn string(&mut self, quoted: &str) {
        let inner = quoted.trim().trim_start_matches('"');
        let text = unescape(inner.strip_suffix('"').unwrap_or(inner));
        match self.part {
            Part::Id => self.entry.id.push_str(&text),
            Part::Plural => self.entry.plural.push_str(&text),
            Part::Form => self.entry.forms.last_mut().into_iter().for_each(|form| form.push_str(&text)),
        }
    }

    fn finish(&mut self) {
        let fuzzy = std::mem::take(&mut self.fuzzy_next);
        let entry = std::mem::replace(&mut self.entry, Entry { fuzzy, ..Entry::default() });
        if !entry.id.is_empty() {
            self.done.insert(entry.id.clone(), entry);
        }
    }
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => out.extend(chars.next().map(|escaped| if escaped == 'n' { '\n' } else { escaped })),
            _ => out.push(char),
        }
    }
    out
}

#[cfg(test)]
#[path = "po_tests.rs"]
mod tests;
