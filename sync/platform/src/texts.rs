//! Sentences of the platform for residents, in three languages, as data.

use kiosk_protocol::service::Text;
use serde::Deserialize;

const TEXTS: &str = include_str!("../texts/residents.json");

/// All of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// The service is not offered any more.
    pub service_unknown: Text,
    /// The person must be identified better first.
    pub identify_better: Text,
    /// The department cannot be asked from here.
    pub department_unreachable: Text,
    /// The department knows nothing of this person.
    pub nothing_on_file: Text,
    /// No case belongs to this receipt and this proof.
    pub receipt_unknown: Text,
    /// The terminal asked for too many receipts in vain.
    pub too_many_tries: Text,
    /// A page cannot be made now.
    pub page_unavailable: Text,
    /// Where a terminal stands that was given no place.
    pub site_unnamed: Text,
}

impl Texts {
    /// The built-in sentences.
    pub fn built_in() -> Result<Self, serde_json::Error> {
        serde_json::from_str(TEXTS)
    }
}
