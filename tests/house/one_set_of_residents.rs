//! The simulator's residents are the people the platform's department knows.

use std::collections::BTreeSet;

use kiosk_sim::residents::library;

use crate::{files, root};

#[test]
fn every_person_of_every_department_has_a_card() {
    let cards: BTreeSet<&str> = library().iter().map(|resident| resident.number.as_str()).collect();
    let departments = files(&root().join("sync/platform/departments"), &["json"]);
    assert!(!departments.is_empty());
    for path in departments {
        let department: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let people = department["people"].as_object().unwrap();
        assert!(!people.is_empty());
        for number in people.keys() {
            assert!(cards.contains(number.as_str()), "{}: nobody has the card {number}", path.display());
        }
    }
}

#[test]
fn the_resident_of_the_demo_is_known_to_the_housing_fund() {
    let path = root().join("sync/platform/departments/housing-fund.json");
    let department: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    for key in ["alice", "bob", "rare"] {
        let number = &library().iter().find(|resident| resident.key == key).unwrap().number;
        assert!(department["people"].get(number).is_some(), "{key}");
    }
}
