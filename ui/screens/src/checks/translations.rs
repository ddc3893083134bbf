//! Every sentence of the window stands in every language, with the same placeholders.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What a .po file says: the source sentence and its translations, one per plural form.
type Catalogue = BTreeMap<String, Vec<String>>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn catalogue(language: &str) -> Catalogue {
    let path = root().join(format!("../text/lang/{language}/LC_MESSAGES/kiosk-glass.po"));
    let text = fs::read_to_string(path).unwrap();
    assert!(!text.contains("fuzzy"), "{language}: a fuzzy translation");
    let mut found = Catalogue::new();
    let mut source = String::new();
    for line in text.lines() {
        if let Some(sentence) = line.strip_prefix("msgid ") {
            source = unquoted(sentence);
        } else if line.starts_with("msgstr") {
            let (_, sentence) = line.split_once(' ').unwrap();
            found.entry(source.clone()).or_default().push(unquoted(sentence));
        }
    }
    found.remove("");
    found
}

fn unquoted(text: &str) -> String {
    text.trim().trim_matches('"').to_owned()
}

/// The first sentence of every `@tr(…)`.
fn sources() -> BTreeSet<String> {
    let mut files = vec![root().join("ui")];
    let mut found = BTreeSet::new();
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|kind| kind == "slint") {
            let text = fs::read_to_string(path).unwrap();
            let sentences =
                text.split("@tr(\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
            found.extend(sentences);
        }
    }
    found
}

fn placeholders(sentence: &str) -> Vec<&str> {
    let mut all: Vec<_> = sentence.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
    all.sort_unstable();
    all
}

#[test]
fn every_sentence_is_translated_and_none_is_left_over() {
    let sources = sources();
    assert!(sources.len() > 50, "only {} sentences found", sources.len());
    for language in ["zh_CN", "ru"] {
        let translated: BTreeSet<_> = catalogue(language).into_keys().collect();
        let difference: Vec<_> = sources.symmetric_difference(&translated).collect();
        assert!(difference.is_empty(), "{language}: {difference:?}");
    }
}

#[test]
fn translations_are_not_empty_and_keep_their_placeholders() {
    for (language, plurals) in [("zh_CN", 1), ("ru", 3)] {
        for (source, sentences) in catalogue(language) {
            let forms = if source.contains("{n}") { plurals } else { 1 };
            assert_eq!(sentences.len(), forms, "{language}: {source}");
            for sentence in sentences {
                assert!(!sentence.is_empty(), "{language}: {source}");
                assert_eq!(placeholders(&source), placeholders(&sentence), "{language}: {source}");
            }
        }
    }
}

/// What stands in the quotation marks of a language.
fn quoted(sentence: &str, open: char, close: char) -> Vec<&str> {
    sentence.split(open).skip(1).filter_map(|rest| rest.split(close).next()).collect()
}

/// A text that says "touch this" must call the control by its name.
#[test]
fn what_texts_call_a_control_is_what_stands_on_it() {
    for (language, open, close) in [("zh_CN", '“', '”'), ("ru", '«', '»')] {
        let labels: BTreeMap<_, _> = catalogue(language);
        let translated: BTreeSet<&str> = labels.values().flatten().map(String::as_str).collect();
        let path = root().join(format!("../text/lang/{language}/LC_MESSAGES/kiosk-text.po"));
        let text = fs::read_to_string(path).unwrap();
        let (mut seen, mut unknown) = (0, Vec::new());
        for line in text.lines() {
            let is_source = line.starts_with("msgid");
            let names = if is_source { quoted(line, '“', '”') } else { quoted(line, open, close) };
            let is_known =
                |name: &&str| if is_source { labels.contains_key(*name) } else { translated.contains(*name) };
            seen += names.len();
            unknown.extend(names.into_iter().filter(|name| !is_known(name)));
        }
        assert!(seen > 10, "{language}: only {seen} names found");
        assert!(unknown.is_empty(), "{language}: {unknown:?} stand on nothing");
    }
}
