//! The business systems behind the platform, each behind one port.
//!
//! A department that is not built in still works: its cases are taken in and follow the default
//! rule, nothing is prefilled, and its queries are refused with a reason.

mod embedded;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kiosk_protocol::ids::Key;
use kiosk_protocol::item::Person;
use kiosk_protocol::service::{Text, Values};
use kiosk_protocol::wire::{CaseState, Row, Scalar};
use serde::Deserialize;

use embedded::Embedded;

/// Synthetic data of the departments that are built in.
const EMBEDDED: [&str; 1] = [include_str!("../../departments/housing-fund.json")];
/// What happens to cases of all others.
const DEFAULT: &str = include_str!("../../rules/default-handling.json");

/// A business system of the plan.
pub trait Department: Send + Sync {
    /// Its name, as its seal shows it.
    fn name(&self) -> &Text;
    /// The wanted values on file about a person; what is not on file is left out. None: the person is unknown.
    fn prefill(&self, person: &Person, wanted: &BTreeSet<Key>) -> Option<BTreeMap<Key, Scalar>>;
    /// Values and tables for a query. None: the person is unknown.
    fn answer(&self, person: &Person, facts: &BTreeSet<Key>, tables: &BTreeSet<Key>) -> Option<Answer>;
    /// Takes a case on and says what will become of it.
    fn handle(&self, applicant: &Person, values: &Values) -> Outcome;
}

/// What a department tells of a person.
pub struct Answer {
    /// Single values.
    pub values: BTreeMap<Key, Scalar>,
    /// Tables.
    pub tables: BTreeMap<Key, Vec<Row>>,
}

/// What will become of a case: steps in order.
pub struct Outcome(pub Vec<Step>);

/// A state a case reaches some time after it was received.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Seconds from receipt.
    pub after_s: u32,
    /// The state.
    pub state: CaseState,
}

/// Data of a department that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("data of a department are not usable")]
pub struct BadData(#[from] serde_json::Error);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DefaultRule {
    steps: Vec<Step>,
}

/// All departments the platform can reach.
pub struct Departments {
    known: BTreeMap<Key, Arc<dyn Department>>,
    default: DefaultRule,
}

impl Departments {
    /// The departments that are built in.
    pub fn built_in() -> Result<Self, BadData> {
        let mut known: BTreeMap<Key, Arc<dyn Department>> = BTreeMap::new();
        for json in EMBEDDED {
            let (key, department) = Embedded::parse(json)?;
            known.insert(key, Arc::new(department));
        }
        Ok(Self { known, default: serde_json::from_str(DEFAULT)? })
    }

    /// A department, where it can be reached.
    pub fn get(&self, key: &Key) -> Option<&dyn Department> {
        self.known.get(key).map(AsRef::as_ref)
    }

    /// Hands a case to its department, or to the default rule.
    pub fn handle(&self, key: &Key, applicant: &Person, values: &Values) -> Outcome {
        match self.get(key) {
            Some(department) => department.handle(applicant, values),
            None => Outcome(self.default.steps.clone()),
        }
    }
}

#[cfg(test)]
mod tests;
