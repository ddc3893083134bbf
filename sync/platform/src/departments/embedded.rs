//! A department that is only data: residents by number, values and tables by name, rules by name.
//! No service and no field is known to this code.

use std::collections::{BTreeMap, BTreeSet};

use kiosk_protocol::Private;
use kiosk_protocol::ids::Key;
use kiosk_protocol::item::Person;
use kiosk_protocol::service::{Text, Values};
use kiosk_protocol::wire::{Row, Scalar};
use secrecy::ExposeSecret;
use serde::Deserialize;

use super::{Answer, BadData, Department, Outcome, Step};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Says that the data are synthetic.
    #[serde(rename = "about")]
    _about: String,
    department: Key,
    /// As its seal shows it.
    name: Text,
    handling: Handling,
    /// By citizen number.
    people: BTreeMap<String, Resident>,
}

/// What becomes of cases.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Handling {
    accepted: Vec<Step>,
    refused: Vec<Step>,
    /// One broken rule refuses; so does an applicant who is not known.
    refuse_when: Vec<Rule>,
}

/// A whole number of the form that may not be above a whole number on file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    field: Key,
    exceeds: Key,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Resident {
    name: String,
    values: BTreeMap<Key, String>,
    tables: BTreeMap<Key, Vec<BTreeMap<Key, String>>>,
}

/// Synthetic data in the place of a business system.
pub struct Embedded {
    name: Text,
    handling: Handling,
    people: BTreeMap<String, Resident>,
}

impl Embedded {
    /// Reads a department and its name.
    pub fn parse(json: &str) -> Result<(Key, Self), BadData> {
        let File { department, name, handling, people, _about: _ } = serde_json::from_str(json)?;
        Ok((department, Self { name, handling, people }))
    }

    /// Number and name must both fit.
    fn find(&self, person: &Person) -> Option<&Resident> {
        let resident = self.people.get(person.number.expose_secret())?;
        (resident.name == person.name.expose_secret()).then_some(resident)
    }

    fn accepts(&self, resident: &Resident, values: &Values) -> bool {
        !self.handling.refuse_when.iter().any(|rule| rule.is_broken(resident, values))
    }
}

impl Rule {
    /// A field that was not asked for breaks nothing; one that is no number, or has nothing on file
    /// to be compared with, does.
    fn is_broken(&self, resident: &Resident, values: &Values) -> bool {
        let Some(asked) = values.get(&self.field) else { return false };
        let on_file = resident.values.get(&self.exceeds).and_then(|text| text.parse::<i64>().ok());
        match (asked.parse::<i64>(), on_file) {
            (Ok(asked), Some(on_file)) => asked > on_file,
            (Err(_), _) | (_, None) => true,
        }
    }
}

fn scalar(text: &str) -> Scalar {
    Scalar(Private::from(text))
}

fn pick(values: &BTreeMap<Key, String>, wanted: &BTreeSet<Key>) -> BTreeMap<Key, Scalar> {
    let wanted = values.iter().filter(|(key, _)| wanted.contains(*key));
    wanted.map(|(key, value)| (key.clone(), scalar(value))).collect()
}

fn row(row: &BTreeMap<Key, String>) -> Row {
    row.iter().map(|(key, value)| (key.clone(), scalar(value))).collect()
}

impl Department for Embedded {
    fn name(&self) -> &Text {
        &self.name
    }

    fn prefill(&self, person: &Person, wanted: &BTreeSet<Key>) -> Option<BTreeMap<Key, Scalar>> {
        self.find(person).map(|resident| pick(&resident.values, wanted))
    }

    fn answer(&self, person: &Person, facts: &BTreeSet<Key>, tables: &BTreeSet<Key>) -> Option<Answer> {
        let resident = self.find(person)?;
        let wanted = resident.tables.iter().filter(|(key, _)| tables.contains(*key));
        let tables = wanted.map(|(key, rows)| (key.clone(), rows.iter().map(row).collect())).collect();
        Some(Answer { values: pick(&resident.values, facts), tables })
    }

    fn handle(&self, applicant: &Person, values: &Values) -> Outcome {
        let accepted = self.find(applicant).is_some_and(|resident| self.accepts(resident, values));
        Outcome(if accepted { self.handling.accepted.clone() } else { self.handling.refused.clone() })
    }
}
