#![allow(clippy::unwrap_used)]
//! The built-in data fit together.

use kiosk_protocol::codes::check_id_number;
use kiosk_protocol::service::{AnswerBlock, ServicePackage, Source, Work};
use serde_json::Value;

use super::*;

const PACKAGES: [&str; 2] = [
    include_str!("../../services/gjj-rent-withdrawal.json"),
    include_str!("../../services/gjj-account.json"),
];

fn people() -> Vec<(String, Value)> {
    let data: Vec<Value> = EMBEDDED.iter().map(|json| serde_json::from_str(json).unwrap()).collect();
    let people = data.iter().flat_map(|data| data["people"].as_object().unwrap());
    people.map(|(number, person)| (number.clone(), person.clone())).collect()
}

fn fen(value: &Value) -> i64 {
    value.as_str().unwrap().parse().unwrap()
}

fn known(number: &str, person: &Value) -> Person {
    Person { name: person["name"].as_str().unwrap().into(), number: number.into() }
}

fn form() -> kiosk_protocol::service::Form {
    match ServicePackage::parse(PACKAGES[0]).unwrap().work {
        Work::Handling { form, .. } => form,
        Work::Query { .. } => unreachable!("the first package takes cases"),
    }
}

fn values(pairs: &[(&str, &str)]) -> Values {
    pairs.iter().map(|(key, value)| (Key::try_from(*key).unwrap(), (*value).into())).collect()
}

#[test]
fn numbers_are_valid_and_of_adults() {
    assert!(people().len() >= 3);
    for (number, _) in people() {
        assert_eq!(check_id_number(&number), Ok(()), "{number}");
        assert!(&number[6..14] < "20081123", "{number}");
    }
}

#[test]
fn every_entry_adds_up_to_the_balance() {
    for (number, person) in people() {
        let entries = person["tables"]["entries"].as_array().unwrap();
        assert_eq!(person["values"]["balance"], entries[0]["balance"], "{number}");
        for pair in entries.windows(2) {
            assert_eq!(
                fen(&pair[1]["balance"]) + fen(&pair[0]["amount"]),
                fen(&pair[0]["balance"]),
                "{number}"
            );
            assert!(pair[0]["date"].as_str() > pair[1]["date"].as_str(), "{number}");
        }
    }
}

#[test]
fn every_value_a_package_asks_for_is_on_file() {
    let departments = Departments::built_in().unwrap();
    let (number, person) = people().remove(0);
    let person = known(&number, &person);
    for json in PACKAGES {
        let package = ServicePackage::parse(json).unwrap();
        match &package.work {
            Work::Handling { form, .. } => {
                for prefill in form.fields().filter_map(|field| field.prefill.as_ref()) {
                    let Source::Shared { department, .. } = &prefill.from else { continue };
                    let wanted = BTreeSet::from([prefill.key.clone()]);
                    let found = departments.get(department).unwrap().prefill(&person, &wanted).unwrap();
                    assert_eq!(found.len(), 1, "{}", prefill.key);
                }
            }
            Work::Query { answer, page } => {
                for block in answer.iter().chain(page.iter().flat_map(|page| &page.blocks)) {
                    let (AnswerBlock::Fact { key, .. } | AnswerBlock::Table { key, .. }) = block;
                    let wanted = BTreeSet::from([key.clone()]);
                    let department = departments.get(&package.department).unwrap();
                    let answer = department.answer(&person, &wanted, &wanted).unwrap();
                    assert_eq!(answer.values.len() + answer.tables.len(), 1, "{key}");
                }
            }
        }
    }
}

#[test]
fn values_on_file_fit_the_form_that_asks_for_them() {
    for (number, person) in people() {
        for field in form().fields() {
            let Some(prefill) = &field.prefill else { continue };
            let Some(value) = person["values"].get(prefill.key.as_str()) else { continue };
            let values = values(&[(field.key.as_str(), value.as_str().unwrap())]);
            assert_eq!(field.check(&values), None, "{number} {}", field.key);
        }
    }
}

#[test]
fn the_department_grants_up_to_the_balance_to_people_it_knows() {
    let departments = Departments::built_in().unwrap();
    let department = Key::try_from("housing-fund").unwrap();
    let (number, person) = people().remove(0);
    let balance = fen(&person["values"]["balance"]);
    let last = |person: &Person, amount: i64| {
        let values = values(&[("amount", &amount.to_string())]);
        departments.handle(&department, person, &values).0.last().unwrap().state
    };
    let person = known(&number, &person);
    assert_eq!(last(&person, balance), CaseState::Granted);
    assert_eq!(last(&person, balance + 1), CaseState::Refused);
    let stranger = Person { name: "某某".into(), number: number.into() };
    assert_eq!(last(&stranger, 100), CaseState::Refused);
}

#[test]
fn a_department_nobody_built_in_still_takes_cases() {
    let departments = Departments::built_in().unwrap();
    let nobody = Person { name: "某某".into(), number: "11010519491231002X".into() };
    let elsewhere = Key::try_from("elsewhere").unwrap();
    let steps = departments.handle(&elsewhere, &nobody, &Values::default()).0;
    assert_eq!(steps.last().unwrap().state, CaseState::InProgress);
}
