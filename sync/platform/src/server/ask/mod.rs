//! `POST /v1/ask`: questions about the person who stands there, or about the case of a receipt somebody holds. Every
//! fetch is recorded, no reply is kept.

mod case;
mod page;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use jiff::Timestamp;
use kiosk_protocol::codes::check_id_number;
use kiosk_protocol::crypto::Digest;
use kiosk_protocol::ids::Key;
use kiosk_protocol::item::Person;
use kiosk_protocol::service::{AnswerBlock, Form, IdentityLevel, ServicePackage, Source, Text, Work};
use kiosk_protocol::wire::{Ask, CaseView, Question, Reply, WirePerson};
use secrecy::ExposeSecret;
use uuid::Uuid;

use super::openapi::Usual;
use super::problem::Refusal;
use super::terminal::Terminal;
use super::{Centre, blocking, body, parse};
use crate::departments::Answer;
use crate::limits::CASES_SHOWN_MAX;
use crate::store::{Access, CaseRow, Scope, StoreError, Tx};
use page::Drafted;

/// What the access record calls the platform's own register of cases.
const CASE_REGISTER: &str = "case-register";

/// Answers a question now. Neither question nor answer is kept, but that it was asked.
#[utoipa::path(
    post,
    path = "/v1/ask",
    request_body = Ask,
    responses((status = 200, body = Reply, description = "The answer, or why the resident gets none."), Usual),
)]
pub async fn ask(
    State(centre): State<Arc<Centre>>,
    terminal: Terminal,
    bytes: Result<Bytes, BytesRejection>,
) -> Result<Json<Reply>, Refusal> {
    let ask: Ask = parse(&body(bytes)?)?;
    if let Some(person) = &ask.person {
        check_id_number(person.number.expose_secret())
            .map_err(|_| Refusal::bad_request("the person's number is not a citizen number"))?;
    }
    let answered = blocking(&centre, move |centre| Asked::new(centre, terminal, ask).answer()).await?;
    match answered {
        Answered::Whole(reply) => Ok(Json(reply)),
        Answered::Drafted(drafted) => page::finish(&centre, *drafted).await.map(Json),
    }
}

/// What the register and the departments gave.
enum Answered {
    /// The reply.
    Whole(Reply),
    /// A page that has to be set and sealed.
    Drafted(Box<Drafted>),
}

impl From<Reply> for Answered {
    fn from(reply: Reply) -> Self {
        Self::Whole(reply)
    }
}

/// A question in hand.
struct Asked<'a> {
    centre: &'a Centre,
    terminal: Terminal,
    visit: Uuid,
    level: IdentityLevel,
    person: Option<Known>,
    question: Question,
    now: Timestamp,
}

/// Who asks about themselves.
struct Known {
    person: Person,
    pseudonym: Digest,
}

impl<'a> Asked<'a> {
    fn new(centre: &'a Centre, terminal: Terminal, ask: Ask) -> Self {
        let Ask { visit, level, person, question } = ask;
        let person = person.map(|WirePerson { name, number }| Known {
            pseudonym: centre.keys.pseudonym(number.expose_secret()),
            person: Person { name, number },
        });
        Self { centre, terminal, visit, level, person, question, now: (centre.clock)() }
    }

    fn answer(&self) -> Result<Answered, Refusal> {
        match &self.question {
            Question::Prefill { service } => {
                self.about(service, |package, known| self.prefill(package, known))
            }
            Question::Query { service } => self.about(service, |package, known| self.query(package, known)),
            Question::Cases => self.cases().map(Answered::from),
            Question::Case { receipt, proof } => self.case(receipt, proof).map(Answered::from),
            Question::Page { service, language } => {
                self.about(service, |package, known| self.page(package, known, *language))
            }
        }
    }

    /// Answers where the service is in force and the person was identified well enough for it.
    fn about(
        &self,
        service: &Key,
        answer: impl FnOnce(&ServicePackage, &Known) -> Result<Answered, Refusal>,
    ) -> Result<Answered, Refusal> {
        let Some(package) = self.centre.store.read(|tx| tx.package_in_force(service))? else {
            return Ok(refused(&self.centre.texts.service_unknown).into());
        };
        match self.known(package.identity_level) {
            None => Ok(refused(&self.centre.texts.identify_better).into()),
            Some(known) => answer(&package, known),
        }
    }

    /// The person, where one was identified at this level.
    fn known(&self, level: IdentityLevel) -> Option<&Known> {
        self.person.as_ref().filter(|_| self.level >= level)
    }

    fn prefill(&self, package: &ServicePackage, known: &Known) -> Result<Answered, Refusal> {
        let Work::Handling { form, .. } = &package.work else {
            return Ok(refused(&self.centre.texts.service_unknown).into());
        };
        let mut values = BTreeMap::new();
        for (department, wanted) in shared(form) {
            let department_data = self.centre.departments.get(department);
            let found = department_data.and_then(|data| data.prefill(&known.person, &wanted));
            self.record(package.id.as_str(), department.as_str(), &known.pseudonym, found.is_some())?;
            values.extend(found.unwrap_or_default());
        }
        Ok(Reply::Values { values, tables: BTreeMap::new(), as_of: self.now }.into())
    }

    fn query(&self, package: &ServicePackage, known: &Known) -> Result<Answered, Refusal> {
        let Work::Query { answer, .. } = &package.work else {
            return Ok(refused(&self.centre.texts.service_unknown).into());
        };
        let found = self.fetch(package, known, answer)?;
        let reply = |Answer { values, tables }| Reply::Values { values, tables, as_of: self.now };
        Ok(found.map_or_else(refused, reply).into())
    }

    /// What the package's department has on file for these blocks, or why there is nothing.
    fn fetch(
        &self,
        package: &ServicePackage,
        known: &Known,
        blocks: &[AnswerBlock],
    ) -> Result<Result<Answer, &'a Text>, Refusal> {
        let Some(department) = self.centre.departments.get(&package.department) else {
            return Ok(Err(&self.centre.texts.department_unreachable));
        };
        let (facts, tables) = named(blocks);
        let found = department.answer(&known.person, &facts, &tables);
        let source = package.department.as_str();
        self.record(package.id.as_str(), source, &known.pseudonym, found.is_some())?;
        Ok(found.ok_or(&self.centre.texts.nothing_on_file))
    }

    fn cases(&self) -> Result<Reply, Refusal> {
        let Some(known) = self.known(IdentityLevel::CardPresent) else {
            return Ok(refused(&self.centre.texts.identify_better));
        };
        let cases = self.centre.store.read(|tx| {
            let rows = tx.cases_of(&known.pseudonym, CASES_SHOWN_MAX, self.now)?;
            rows.into_iter().map(|row| view(tx, row)).collect::<Result<Vec<_>, StoreError>>()
        })?;
        self.record("cases", CASE_REGISTER, &known.pseudonym, !cases.is_empty())?;
        Ok(Reply::Cases { cases })
    }

    /// Recorded before the answer leaves: a fetch without its record is not possible.
    fn record(&self, reason: &str, source: &str, person: &Digest, found: bool) -> Result<(), Refusal> {
        let access = self.access(reason, source, person, found);
        Ok(self.centre.store.write(Scope::Own, |tx| tx.record_access(&access, self.now))?)
    }

    fn access<'b>(&'b self, reason: &'b str, source: &'b str, person: &'b Digest, found: bool) -> Access<'b> {
        Access { terminal: &self.terminal.id, visit: self.visit, reason, source, person, found }
    }
}

fn refused(why: &Text) -> Reply {
    Reply::Refused { why: why.clone() }
}

/// What a form wants from each department.
fn shared(form: &Form) -> BTreeMap<&Key, BTreeSet<Key>> {
    let mut wanted: BTreeMap<&Key, BTreeSet<Key>> = BTreeMap::new();
    for prefill in form.fields().filter_map(|field| field.prefill.as_ref()) {
        if let Source::Shared { department, .. } = &prefill.from {
            wanted.entry(department).or_default().insert(prefill.key.clone());
        }
    }
    wanted
}

/// Names of the facts and of the tables of an answer.
fn named(answer: &[AnswerBlock]) -> (BTreeSet<Key>, BTreeSet<Key>) {
    let (mut facts, mut tables) = (BTreeSet::new(), BTreeSet::new());
    for block in answer {
        match block {
            AnswerBlock::Fact { key, .. } => facts.insert(key.clone()),
            AnswerBlock::Table { key, .. } => tables.insert(key.clone()),
        };
    }
    (facts, tables)
}

fn view(tx: &Tx, row: CaseRow) -> Result<CaseView, StoreError> {
    let package = tx.package(&row.service, row.version)?.ok_or(StoreError::Unreadable("a package"))?;
    let CaseRow { receipt, case_number, state, submitted_at, .. } = row;
    Ok(CaseView { receipt, case_number, title: package.title, state, submitted_at })
}
