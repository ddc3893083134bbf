//! What becomes of an item: deduplicated for ever, judged once, kept with its answer.
//!
//! What costs time (parsing, opening seals) is done before the transaction; judging and keeping all
//! items of a batch is one transaction, so a batch is answered as a whole or not at all.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use kiosk_protocol::codes::check_id_number;
use kiosk_protocol::crypto::{Digest, OpenError};
use kiosk_protocol::ids::{Key, TerminalId};
use kiosk_protocol::item::{CaseFile, Content, FileRef, Item, ItemBody, Verdict};
use kiosk_protocol::limits::CASE_FILES_MAX;
use kiosk_protocol::service::{Field, Form, Prefill, ServicePackage, Source, Why, Work};
use kiosk_protocol::wire::ItemAnswer;
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::case_number::day_in_china;
use crate::server::{Centre, Terminal};
use crate::store::{Answered, Complete, NewCase, Scope, StoreError, Tx};

/// An item, read.
enum Read {
    /// The bytes are not those the hash was made of.
    Damaged,
    /// The bytes are nothing we know.
    Unknown,
    /// An item we know.
    Known(Timestamp, Known),
}

impl Read {
    /// The visit that is rated.
    fn visit(&self) -> Option<Uuid> {
        match self {
            Self::Known(_, Known::Rating { visit, .. }) => Some(*visit),
            Self::Known(_, Known::Case(_)) | Self::Damaged | Self::Unknown => None,
        }
    }
}

enum Known {
    Case(Case),
    Rating { visit: Uuid, case: Option<Uuid>, level: kiosk_protocol::codes::RatingLevel },
}

/// A case, its seal opened.
struct Case {
    case: Uuid,
    service: Key,
    version: u32,
    department: Key,
    file: Result<CaseFile, OpenError>,
    files: Vec<FileRef>,
}

/// Packages by service and version, read once per batch.
type Packages = BTreeMap<(Key, u32), Option<ServicePackage>>;

/// Answers all items that a terminal sent.
pub fn ingest(
    centre: &Centre,
    sender: &Terminal,
    items: &[Item],
    now: Timestamp,
) -> Result<Vec<ItemAnswer>, StoreError> {
    let read: Vec<Read> = items.iter().map(|item| read(centre, item)).collect();
    let own = || items.iter().map(|item| item.id.clone()).filter(|id| id.terminal == sender.id);
    centre.store.write(Scope::Terminal(&sender.id), |tx| {
        let answered = tx.answered(own())?;
        let rated = tx.rated(&sender.id, read.iter().filter_map(Read::visit).collect())?;
        let mut judge = Judge { centre, tx, packages: Packages::new(), answered, rated, sender, now };
        let answers = items.iter().zip(&read).map(|(item, read)| {
            let verdict = judge.settle(item, read)?;
            Ok(ItemAnswer { id: item.id.clone(), verdict })
        });
        answers.collect()
    })
}

fn read(centre: &Centre, item: &Item) -> Read {
    if Digest::of(item.body.as_bytes()) != item.hash {
        return Read::Damaged;
    }
    let Ok(body) = serde_json::from_str::<ItemBody>(&item.body) else { return Read::Unknown };
    let known = match body.content {
        Content::Case { case, service, version, department, language: _, file, files } => {
            let file = CaseFile::open(&file, &centre.keys.unsealing);
            Known::Case(Case { case, service, version, department, file, files })
        }
        Content::Rating { visit, case, level } => Known::Rating { visit, case, level },
    };
    Read::Known(body.created_at, known)
}

/// A transaction in which items are judged.
struct Judge<'a> {
    centre: &'a Centre,
    tx: &'a Tx<'a>,
    packages: Packages,
    answered: Answered,
    /// Visits that have their rating (一次一评).
    rated: BTreeSet<Uuid>,
    sender: &'a Terminal,
    now: Timestamp,
}

impl Judge<'_> {
    /// The answer of earlier, or a new one which is kept.
    fn settle(&mut self, item: &Item, read: &Read) -> Result<Verdict, StoreError> {
        if item.id.terminal != self.sender.id {
            // Left over from before an enrolment under another name. The identity stays free for its
            // owner, and nobody else is told what was answered to it.
            return self.alarmed(item, "foreign-item", "the item is of another terminal than its sender");
        }
        if matches!(read, Read::Damaged) {
            // The identity stays free for the bytes it was made for.
            return self.alarmed(item, "damaged-item", "the body does not fit its hash");
        }
        match self.answered.get(&item.id) {
            Some((hash, verdict)) if *hash == item.hash => return Ok(verdict.clone()),
            Some(_) => {
                return self.alarmed(item, "identity-conflict", "the identity was used for other bytes");
            }
            None => {}
        }
        let verdict = self.judge(item, read)?;
        if let Verdict::Quarantined { reason } = &verdict {
            self.tx.quarantine(item, reason, self.now)?;
        }
        self.tx.keep_item(item, &verdict, self.now)?;
        self.answered.insert(item.id.clone(), (item.hash, verdict.clone()));
        Ok(verdict)
    }

    fn alarmed(&self, item: &Item, kind: &str, reason: &str) -> Result<Verdict, StoreError> {
        let detail = format!("{} epoch {} seq {}", item.id.terminal, item.id.epoch, item.id.seq);
        tracing::warn!(sender = %self.sender.id, detail, kind, "an item was put aside");
        self.tx.alarm(&self.sender.id, kind, &detail, self.now)?;
        self.tx.quarantine(item, reason, self.now)?;
        Ok(Verdict::Quarantined { reason: reason.to_owned() })
    }

    fn judge(&mut self, item: &Item, read: &Read) -> Result<Verdict, StoreError> {
        if item.id.epoch == 0 || item.id.epoch > self.sender.epoch {
            return Ok(quarantined("the epoch was never given"));
        }
        match read {
            Read::Damaged | Read::Unknown => Ok(quarantined("the schema of the item is not known")),
            Read::Known(created_at, known) => self.judge_known(item, *created_at, known),
        }
    }

    fn judge_known(
        &mut self,
        item: &Item,
        created_at: Timestamp,
        known: &Known,
    ) -> Result<Verdict, StoreError> {
        let case = match known {
            Known::Case(case) => case,
            Known::Rating { visit, case, level } => {
                if !self.rated.insert(*visit) {
                    return Ok(rejected("the visit was rated already".to_owned()));
                }
                self.tx.keep_rating(&item.id.terminal, *visit, *case, *level, self.now)?;
                return Ok(Verdict::Accepted { case_number: None });
            }
        };
        let Ok(file) = &case.file else { return Ok(quarantined("the seal does not open")) };
        let Some(package) = self.package(&case.service, case.version)? else {
            return Ok(quarantined("this version of the service was never published"));
        };
        if let Err(reason) = check_case(&package, case, file) {
            return Ok(rejected(reason));
        }
        if self.tx.has_case(case.case)? {
            return Ok(rejected("the case was submitted already".to_owned()));
        }
        self.accept(item, created_at, case, &package, file)
    }

    fn package(&mut self, service: &Key, version: u32) -> Result<Option<ServicePackage>, StoreError> {
        let key = (service.clone(), version);
        if let Some(package) = self.packages.get(&key) {
            return Ok(package.clone());
        }
        let package = self.tx.package(service, version)?;
        self.packages.insert(key, package.clone());
        Ok(package)
    }

    fn accept(
        &self,
        item: &Item,
        submitted_at: Timestamp,
        case: &Case,
        package: &ServicePackage,
        file: &CaseFile,
    ) -> Result<Verdict, StoreError> {
        let code = package.national_code.as_deref().unwrap_or(&self.centre.default_code);
        let day = day_in_china(self.now);
        let case_number = (self.centre.case_number)(code, day, self.tx.next_running_number(code, day)?);
        let new = NewCase {
            case: case.case,
            item: &item.id,
            service: &package.id,
            version: package.version,
            department: &package.department,
            case_number: &case_number,
            person: &self.centre.keys.pseudonym(file.applicant.number.expose_secret()),
            submitted_at,
        };
        self.tx.keep_case(&new, self.now)?;
        let terminal = &item.id.terminal;
        self.tx.name_files(case.case, terminal, &case.files)?;
        if self.tx.has_all_files(case.case, terminal)? {
            hand_over(self.centre, self.tx, terminal, case.case, &package.department, file, self.now)?;
        }
        Ok(Verdict::Accepted { case_number: Some(case_number) })
    }
}

/// The cases that waited for this file, and for no other, go to their departments.
pub fn file_is_whole(
    centre: &Centre,
    tx: &Tx,
    terminal: &TerminalId,
    file: &Digest,
    now: Timestamp,
) -> Result<(), StoreError> {
    for Complete { case, body } in tx.completed_by(terminal, file)? {
        let body =
            serde_json::from_slice::<ItemBody>(&body).map_err(|_| StoreError::Unreadable("an item"))?;
        let Content::Case { department, file, .. } = body.content else { continue };
        let file = CaseFile::open(&file, &centre.keys.unsealing);
        let file = file.map_err(|_| StoreError::Unreadable("a seal"))?;
        hand_over(centre, tx, terminal, case, &department, &file, now)?;
    }
    Ok(())
}

/// Hands a case to its department. A case is complete once, so that this happens once.
fn hand_over(
    centre: &Centre,
    tx: &Tx,
    terminal: &TerminalId,
    case: Uuid,
    department: &Key,
    file: &CaseFile,
    now: Timestamp,
) -> Result<(), StoreError> {
    let outcome = centre.departments.handle(department, &file.applicant, &file.values);
    tx.plan(case, terminal, &outcome.0, now)
}

fn rejected(reason: String) -> Verdict {
    Verdict::Rejected { reason }
}

fn quarantined(reason: &str) -> Verdict {
    Verdict::Quarantined { reason: reason.to_owned() }
}

/// Everything about a case that a rule can say. The reason names fields, never values.
fn check_case(package: &ServicePackage, case: &Case, file: &CaseFile) -> Result<(), String> {
    let Work::Handling { form, .. } = &package.work else {
        return Err("the service takes no cases".to_owned());
    };
    if package.department != case.department {
        return Err("the service belongs to another department".to_owned());
    }
    if check_id_number(file.applicant.number.expose_secret()).is_err() {
        return Err("the applicant's number is not a citizen number".to_owned());
    }
    let problems = form.check(&file.values);
    if !problems.is_empty() {
        let fields = problems.iter().map(|problem| format!("{} {}", problem.field, words(&problem.why)));
        return Err(fields.collect::<Vec<_>>().join(", "));
    }
    check_card_fields(form, file)?;
    check_files(&case.files)
}

fn check_files(files: &[FileRef]) -> Result<(), String> {
    if files.len() > CASE_FILES_MAX {
        return Err("the case has more files than the line allows".to_owned());
    }
    let different: BTreeSet<_> = files.iter().map(|file| file.digest).collect();
    if different.len() < files.len() { Err("the case names a file twice".to_owned()) } else { Ok(()) }
}

/// What comes from the card and may not be changed must be the applicant's own.
fn check_card_fields(form: &Form, file: &CaseFile) -> Result<(), String> {
    let differs = |field: &&Field| match &field.prefill {
        Some(Prefill { from: Source::Card, key, editable: false }) => {
            let own = match key.as_str() {
                "name" => &file.applicant.name,
                "number" => &file.applicant.number,
                _ => return false,
            };
            file.values.get(&field.key).is_some_and(|value| value != own.expose_secret())
        }
        Some(_) | None => false,
    };
    match form.fields().find(differs) {
        Some(field) => Err(format!("{} is not the applicant's", field.key)),
        None => Ok(()),
    }
}

fn words(why: &Why) -> &'static str {
    match why {
        Why::Missing => "is missing",
        Why::TooShort { .. } => "is too short",
        Why::TooLong { .. } => "is too long",
        Why::NotANumber => "is not a number",
        Why::TooLittle { .. } => "is too little",
        Why::TooMuch { .. } => "is too much",
        Why::NotAnOption => "is not an option",
        Why::UnknownField => "is not asked for",
    }
}
