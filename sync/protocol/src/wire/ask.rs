//! Questions that need an answer now. Replies about a person are never stored.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize, Serializer};
use uuid::Uuid;

use super::{CaseState, Pdf};
use crate::Private;
use crate::ids::{CaseNumber, Key, PageNumber, ReceiptNumber};
use crate::receipt::ReceiptProof;
use crate::service::{IdentityLevel, Language, Text};

/// A question.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ask {
    /// The visit it belongs to, for the access record.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
    pub visit: Uuid,
    /// The level the person was identified at.
    pub level: IdentityLevel,
    /// Who asks about themselves; nobody where nobody was identified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<WirePerson>,
    /// What is asked.
    pub question: Question,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Question {
    /// Values on file for the form of a service: reply `Values`.
    Prefill {
        /// The service.
        service: Key,
    },
    /// The answer of a query service: reply `Values`.
    Query {
        /// The service.
        service: Key,
    },
    /// All cases of the person: reply `Cases`.
    Cases,
    /// The case of a receipt, for whoever holds it: reply `Cases` with that one. Needs no identity.
    Case {
        /// The number on the receipt.
        receipt: ReceiptNumber,
        /// The proof beside it.
        proof: ReceiptProof,
    },
    /// The sealed page a query service offers: reply `Page`.
    Page {
        /// The service.
        service: Key,
        /// The resident's; the page is in Chinese, and in this language or English beside it.
        language: Language,
    },
}

/// A person on the line. No `Debug`, zeroed when dropped.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WirePerson {
    /// Name.
    #[serde(serialize_with = "expose")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub name: Private,
    /// Citizen identification number.
    #[serde(serialize_with = "expose")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub number: Private,
}

fn expose<S: Serializer>(text: &Private, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text.expose_secret())
}

/// One row of a table, by column.
pub type Row = BTreeMap<Key, Scalar>;

/// One value of a reply. No `Debug`, zeroed when dropped.
#[derive(Clone, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Scalar(#[serde(serialize_with = "expose")] pub Private);

/// An answer.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "reply", rename_all = "snake_case")]
pub enum Reply {
    /// Values by name; what is not on file is left out.
    Values {
        /// Single values, in the canonical form of form fields.
        #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, String>))]
        values: BTreeMap<Key, Scalar>,
        /// Tables by name.
        #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Vec<BTreeMap<String, String>>>))]
        tables: BTreeMap<Key, Vec<Row>>,
        /// The platform's clock.
        as_of: jiff::Timestamp,
    },
    /// The person's cases, newest first.
    Cases {
        /// At most 20.
        cases: Vec<CaseView>,
    },
    /// A sealed page, to be printed and forgotten.
    Page {
        /// The file: A4.
        pdf: Pdf,
        /// Sheets it takes.
        pages: u16,
        /// Its own number, by which others can verify it.
        number: PageNumber,
    },
    /// No answer, for a reason the resident should know.
    Refused {
        /// What to tell them.
        why: Text,
    },
}

/// One case, as its owner or the holder of its receipt sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CaseView {
    /// The terminal's number.
    pub receipt: ReceiptNumber,
    /// The national number.
    pub case_number: CaseNumber,
    /// The service's name.
    pub title: Text,
    /// Where it is.
    pub state: CaseState,
    /// When it was accepted at the terminal.
    pub submitted_at: jiff::Timestamp,
}
