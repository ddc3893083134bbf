//! Services are data: nothing that is shipped knows one by name.

use std::collections::BTreeSet;
use std::path::Path;

use kiosk_protocol::service::{AnswerBlock, ServicePackage, Source, Work};

use crate::{files, root};

/// Words of the code's own that a package happens to use too: a screen, and a place in a sentence.
const OWN_WORDS: [&str; 2] = ["home", "amount"];

/// Names of services and of what they ask and answer. A key that the card's own fields have too says nothing.
fn names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut card = BTreeSet::new();
    for path in files(&root().join("sync/platform/services"), &["json"]) {
        let package = ServicePackage::parse(&std::fs::read_to_string(path).unwrap()).unwrap();
        names.insert(package.id.to_string());
        match &package.work {
            Work::Handling { form, .. } => {
                for field in form.fields() {
                    names.insert(field.key.to_string());
                    let from_card = field.prefill.iter().filter(|prefill| prefill.from == Source::Card);
                    card.extend(from_card.map(|prefill| prefill.key.to_string()));
                }
            }
            Work::Query { answer, page } => {
                let on_paper = page.iter().flat_map(|page| &page.blocks);
                names.extend(answer.iter().chain(on_paper).map(|block| match block {
                    AnswerBlock::Fact { key, .. } | AnswerBlock::Table { key, .. } => key.to_string(),
                }));
            }
        }
    }
    card.extend(OWN_WORDS.map(str::to_owned));
    &names - &card
}

/// What is compiled into a program: a file, named from the root, without its tests.
fn shipped(path: &Path) -> String {
    let is_test = |part: &std::ffi::OsStr| ["tests", "tests.rs", "examples"].iter().any(|name| part == *name);
    if path.iter().any(is_test) || path.to_string_lossy().ends_with("_tests.rs") {
        return String::new();
    }
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    // A module of tests alone says so in its first lines.
    if text
        .lines()
        .take_while(|line| line.starts_with("//!") || line.starts_with("#!"))
        .any(|line| line.contains("unwrap_used"))
    {
        return String::new();
    }
    text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
}

#[test]
fn no_service_and_no_field_is_named_in_the_code() {
    let names = names();
    assert!(names.len() >= 8, "{names:?}");
    let mut found = Vec::new();
    for folder in ["app", "ui", "drivers", "sync"] {
        for path in files(&root().join(folder), &["rs", "slint"]) {
            let below = path.strip_prefix(root()).unwrap();
            let text = shipped(below);
            let named = names.iter().filter(|name| text.contains(&format!("\"{name}\"")));
            found.extend(named.map(|name| format!("{}: {name}", below.display())));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
