//! Every scenario of the repository can be read, and what it publishes is there.

use kiosk_tests::scenario::{Action, parse};

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
            if let Action::Publish(package) = step.action {
                let json = std::fs::read_to_string(folder.join(package)).unwrap();
                kiosk_protocol::service::ServicePackage::parse(&json).unwrap();
            }
        }
    }
}
