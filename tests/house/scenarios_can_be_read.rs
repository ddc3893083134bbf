//! Every scenario of the repository can be read, and what it publishes is there.

use kiosk_tests::scenario::{Action, parse};
use proptest::prelude::*;

use crate::{files, root};

#[test]
fn every_scenario_is_well_formed() {
    let folder = root().join("tests/scenarios");
    let scenarios = files(&folder, &["scenario"]);
    assert!(scenarios.len() >= 4);
    for path in scenarios {
        let scenario = parse("x", &std::fs::read_to_string(&path).unwrap());
        let scenario = scenario.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for step in scenario.steps {
            if let Action::Publish(package) = &step.action {
                let json = std::fs::read_to_string(folder.join(package)).unwrap();
                kiosk_protocol::service::ServicePackage::parse(&json).unwrap();
            }
            if let Action::Configure(keys) = &step.action {
                let json = std::fs::read_to_string(folder.join(keys)).unwrap();
                serde_json::from_str::<serde_json::Value>(&json).unwrap();
            }
        }
    }
}

/// Words of the format, and what a tester may put beside them.
fn words() -> impl Strategy<Value = String> {
    const KNOWN: [&str; 24] = [
        "title", "touch", "type", "wait", "screen", "text", "no", "within", "10", "s", "expect", "paper",
        "queue", "case", "publish", "picture", "card", "place", "printer", "network", "cut", "#", "\"", "\n",
    ];
    let word = prop_oneof![4 => prop::sample::select(&KNOWN[..]).prop_map(str::to_owned), 1 => ".{0,6}"];
    prop::collection::vec(word, 0..40).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn any_words_are_read_or_refused(text in words()) {
        if let Ok(scenario) = parse("any", &text) {
            prop_assert!(scenario.steps.len() <= text.lines().count());
        }
    }
}
