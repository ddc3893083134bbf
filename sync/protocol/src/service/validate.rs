//! What a package must satisfy before it is published, and again before it is used.

use std::collections::BTreeSet;

use super::{
    AnswerBlock, Field, Form, IdentityLevel, Input, PageOffer, ReceiptTemplate, ServicePackage, Slot, Text,
    Work,
};
use crate::ids::Key;
use crate::limits::{FORM_FIELDS_MAX, PAGE_BLOCKS_MAX};

/// Why a package cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPackage {
    /// It is not JSON of this schema.
    #[error("not a service package: {0}")]
    Schema(String),
    /// A sentence is empty in one of the languages.
    #[error("{0}: a text is empty in one language")]
    EmptyText(&'static str),
    /// A count is out of its range.
    #[error("{0}: too few or too many")]
    Count(&'static str),
    /// Two fields have the same name.
    #[error("the field {0} stands twice")]
    DoubleField(Key),
    /// A rule or line names a field that is not there.
    #[error("no field is named {0}")]
    NoField(Key),
    /// Something would be handed in by nobody: a case names its applicant.
    #[error("a service that is handed in needs identity level 1 or more")]
    Nameless,
    /// A page would be about nobody: it names the person.
    #[error("a page needs identity level 1 or more")]
    NamelessPage,
    /// A field nobody can fill in.
    #[error("the field {0} takes free text, but nothing is on file for it")]
    NoInput(Key),
}

impl ServicePackage {
    /// Reads and checks a package.
    pub fn parse(json: &str) -> Result<Self, BadPackage> {
        let package: Self =
            serde_json::from_str(json).map_err(|error| BadPackage::Schema(error.to_string()))?;
        package.validate()?;
        Ok(package)
    }

    /// Checks what the schema alone cannot say.
    pub fn validate(&self) -> Result<(), BadPackage> {
        text("title", &self.title)?;
        text("summary", &self.summary)?;
        text("group", &self.group)?;
        text("guide.time_limit", &self.guide.time_limit)?;
        text("guide.fee", &self.guide.fee)?;
        match &self.work {
            Work::Handling { .. } if self.identity_level == IdentityLevel::Anonymous => {
                Err(BadPackage::Nameless)
            }
            Work::Handling { form, receipt } => check_form(form).and_then(|()| check_receipt(receipt, form)),
            Work::Query { page: Some(_), .. } if self.identity_level == IdentityLevel::Anonymous => {
                Err(BadPackage::NamelessPage)
            }
            Work::Query { answer, page } => {
                answer.iter().try_for_each(check_block)?;
                page.iter().try_for_each(check_page)
            }
        }
    }
}

fn text(what: &'static str, text: &Text) -> Result<(), BadPackage> {
    let empty = [&text.zh_cn, &text.en, &text.ru].into_iter().any(|t| t.trim().is_empty());
    if empty { Err(BadPackage::EmptyText(what)) } else { Ok(()) }
}

fn count(what: &'static str, number: usize, min: usize, max: usize) -> Result<(), BadPackage> {
    if (min..=max).contains(&number) { Ok(()) } else { Err(BadPackage::Count(what)) }
}

fn check_form(form: &Form) -> Result<(), BadPackage> {
    count("form.pages", form.pages.len(), 1, 10)?;
    count("form fields", form.fields().count(), 1, FORM_FIELDS_MAX)?;
    let mut keys = BTreeSet::new();
    for page in &form.pages {
        text("page title", &page.title)?;
        count("fields of a page", page.fields.len(), 1, 6)?;
    }
    for field in form.fields() {
        if !keys.insert(&field.key) {
            return Err(BadPackage::DoubleField(field.key.clone()));
        }
        check_field(field, form)?;
    }
    Ok(())
}

fn check_field(field: &Field, form: &Form) -> Result<(), BadPackage> {
    text("field label", &field.label)?;
    match &field.input {
        Input::Choice { options } => {
            count("options", options.len(), 2, 8)?;
            options.iter().try_for_each(|option| text("option", &option.label))
        }
        Input::Amount { at_most: Some(key), .. } => field_exists(key, form),
        Input::Digits { min, max, .. } if min > max => Err(BadPackage::Count("digits")),
        Input::Text if field.prefill.is_none() => Err(BadPackage::NoInput(field.key.clone())),
        Input::Amount { .. } | Input::Digits { .. } | Input::Text => Ok(()),
    }
}

fn field_exists(key: &Key, form: &Form) -> Result<(), BadPackage> {
    let found = form.fields().any(|field| field.key == *key);
    if found { Ok(()) } else { Err(BadPackage::NoField(key.clone())) }
}

fn check_receipt(receipt: &ReceiptTemplate, form: &Form) -> Result<(), BadPackage> {
    text("receipt.next", &receipt.next)?;
    receipt.lines.iter().try_for_each(|line| {
        text("receipt label", &line.label)?;
        match &line.value {
            Slot::Field(key) => field_exists(key, form),
            Slot::Applicant | Slot::TimeLimit => Ok(()),
        }
    })
}

fn check_page(page: &PageOffer) -> Result<(), BadPackage> {
    text("page.label", &page.label)?;
    text("page.title", &page.title)?;
    text("page.statement", &page.statement)?;
    count("page.blocks", page.blocks.len(), 1, PAGE_BLOCKS_MAX)?;
    page.blocks.iter().try_for_each(check_block)
}

fn check_block(block: &AnswerBlock) -> Result<(), BadPackage> {
    match block {
        AnswerBlock::Fact { label, .. } => text("answer label", label),
        AnswerBlock::Table { label, columns, empty, .. } => {
            text("answer label", label)?;
            text("answer empty", empty)?;
            count("columns", columns.len(), 1, 4)?;
            columns.iter().try_for_each(|column| text("column label", &column.label))
        }
    }
}
