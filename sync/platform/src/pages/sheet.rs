//! What a template gets to set: everything ready to be shown.

use jiff::Timestamp;
use kiosk_protocol::ids::PageNumber;
use kiosk_protocol::item::Person;
use kiosk_protocol::service::{AnswerBlock, Column, Language, PageOffer, Text};
use kiosk_protocol::wire::{Row, Scalar};
use qrcode::{Color, EcLevel, QrCode};
use secrecy::ExposeSecret;
use serde::Serialize;

use super::words::{self, BadValue, written};
use crate::case_number::day_in_china;
use crate::departments::Answer;

/// A page. About a person, so it has no `Debug` and is dropped when it is set.
#[derive(Serialize)]
pub struct Sheet {
    number: PageNumber,
    title: Label,
    statement: Label,
    issuer: Label,
    issued_on: String,
    /// Of all labels.
    second: Language,
    name: String,
    id_number: String,
    blocks: Vec<Block>,
    synthetic: bool,
    code: Code,
}

/// Chinese, and a second language for whoever does not read it.
#[derive(Serialize)]
struct Label {
    zh: String,
    second: String,
}

#[derive(Serialize)]
#[serde(tag = "block", rename_all = "snake_case")]
enum Block {
    Fact { label: Label, value: String },
    Table { label: Label, columns: Vec<Label>, rows: Vec<Vec<String>>, empty: Label },
}

/// A QR code: grey values of its modules, row by row, without a quiet zone.
#[derive(Serialize)]
struct Code {
    side: usize,
    modules: Vec<u8>,
}

/// What all pages of one offer have in common, and what is different on each.
pub struct Content<'a> {
    /// What the package says.
    pub offer: &'a PageOffer,
    /// The service's data are made up.
    pub synthetic: bool,
    /// The department, for the seal.
    pub issuer: &'a Text,
    /// Whom it is about.
    pub person: &'a Person,
    /// What is on file.
    pub answer: &'a Answer,
    /// The resident's language.
    pub language: Language,
    /// The page's own number.
    pub number: &'a PageNumber,
    /// What the code carries.
    pub address: &'a str,
    /// When.
    pub issued_at: Timestamp,
}

impl Sheet {
    /// Everything, ready to be shown.
    pub fn new(content: &Content) -> Result<Self, BadValue> {
        let Content { offer, person, answer, language, .. } = content;
        let second = second(*language);
        let label = |text: &Text| Label { zh: text.zh_cn.clone(), second: text.get(second).to_owned() };
        let blocks = offer.blocks.iter().map(|wanted| block(wanted, answer, &label));
        Ok(Self {
            number: content.number.clone(),
            title: label(&offer.title),
            statement: label(&offer.statement),
            issuer: label(content.issuer),
            issued_on: words::date(day_in_china(content.issued_at)),
            second,
            name: person.name.expose_secret().to_owned(),
            id_number: person.number.expose_secret().to_owned(),
            blocks: blocks.collect::<Result<_, _>>()?,
            synthetic: content.synthetic,
            code: Code::of(content.address)?,
        })
    }
}

/// The language beside Chinese.
fn second(language: Language) -> Language {
    match language {
        Language::ZhCn | Language::En => Language::En,
        Language::Ru => Language::Ru,
    }
}

fn block(wanted: &AnswerBlock, answer: &Answer, say: &impl Fn(&Text) -> Label) -> Result<Block, BadValue> {
    Ok(match wanted {
        AnswerBlock::Fact { key, label, format } => {
            Block::Fact { label: say(label), value: written(*format, plain(answer.values.get(key)))? }
        }
        AnswerBlock::Table { key, label, columns, empty } => {
            let rows = answer.tables.get(key).map_or(&[][..], Vec::as_slice);
            let rows = rows.iter().map(|row| cells(row, columns)).collect::<Result<_, _>>()?;
            let columns = columns.iter().map(|column| say(&column.label)).collect();
            Block::Table { label: say(label), columns, rows, empty: say(empty) }
        }
    })
}

fn cells(row: &Row, columns: &[Column]) -> Result<Vec<String>, BadValue> {
    columns.iter().map(|column| written(column.format, plain(row.get(&column.key)))).collect()
}

fn plain(scalar: Option<&Scalar>) -> Option<&str> {
    scalar.map(|scalar| scalar.0.expose_secret())
}

impl Code {
    fn of(address: &str) -> Result<Self, BadValue> {
        let code = QrCode::with_error_correction_level(address, EcLevel::M).map_err(|_| BadValue)?;
        let grey = |color: &Color| if *color == Color::Dark { 0 } else { u8::MAX };
        Ok(Self { side: code.width(), modules: code.to_colors().iter().map(grey).collect() })
    }
}
