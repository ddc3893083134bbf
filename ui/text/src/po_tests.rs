//! The files are complete: every sentence of the code in every language, and none that nobody uses.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::Path;

use super::*;

/// The text of every Rust file of this crate but the tests.
fn sources() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let files = files.filter(|path| !path.ends_with("po_tests.rs"));
    files.map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

/// The string literals that stand as first argument of a call.
fn literals_after(source: &str, call: &str) -> BTreeSet<String> {
    let starts = source.split(call).skip(1).map(str::trim_start);
    let quoted = starts.filter_map(|rest| rest.strip_prefix('"'));
    quoted.map(|rest| unescape(&rest[..rest.find('"').unwrap()])).collect()
}

fn used() -> BTreeSet<String> {
    let source = sources();
    [".tr(", ".fill(", ".plural("].iter().flat_map(|call| literals_after(&source, call)).collect()
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

#[test]
fn every_sentence_of_the_code_stands_in_every_file_and_no_other() {
    let used = used();
    assert!(used.len() > 80, "the sources are not read as they are written: {}", used.len());
    for (name, catalogue) in [("zh_CN", chinese()), ("ru", russian())] {
        let known: BTreeSet<String> = catalogue.0.keys().cloned().collect();
        assert_eq!(used.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new(), "missing in {name}");
        assert_eq!(known.difference(&used).collect::<Vec<_>>(), Vec::<&String>::new(), "unused in {name}");
    }
}

#[test]
fn every_translation_is_final_and_names_the_same_values() {
    for (forms, catalogue) in [(1, chinese()), (3, russian())] {
        for (id, entry) in &catalogue.0 {
            assert!(!entry.fuzzy, "{id}");
            let expected = if entry.plural.is_empty() { 1 } else { forms };
            assert_eq!(entry.forms.len(), expected, "{id}");
            for text in &entry.forms {
                assert!(!text.trim().is_empty(), "{id}");
                assert_eq!(placeholders(text), placeholders(id), "{id}");
            }
        }
    }
}

#[test]
fn the_format_is_read_as_gettext_writes_it() {
    let file = "# c\nmsgid \"\"\nmsgstr \"head\\n\"\n\n#, fuzzy\nmsgid \"a \"\n\"b\"\nmsgstr \"\\\"c\\\"\"\n\n\
                msgid \"{count} x\"\nmsgid_plural \"{count} xs\"\nmsgstr[0] \"1\"\nmsgstr[1] \"2\"\n";
    let read = Catalogue::read(file);
    assert_eq!(read.0["a b"].forms, ["\"c\""]);
    assert_eq!(read.get("a b", 0), None, "a guess is not shown");
    assert!(!read.0["{count} x"].fuzzy);
    assert_eq!(read.get("{count} x", 1), Some("2"));
    assert_eq!(read.get("other", 0), None);
}

#[test]
fn russian_numbers_choose_among_three_forms() {
    let forms: Vec<usize> = [0, 1, 2, 4, 5, 11, 12, 14, 21, 22, 111].map(|n| Plural::Slavic.form(n)).into();
    assert_eq!(forms, [2, 0, 1, 1, 2, 2, 2, 2, 0, 1, 2]);
}
