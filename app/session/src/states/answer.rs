//! The answer of a query: shown, and dropped with the screen.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kiosk_model::{AnswerTable, Body, Fact, Shown};
use kiosk_protocol::ids::Key;
use kiosk_protocol::service::{AnswerBlock, Column, Work};
use kiosk_protocol::wire::{Row, Scalar};
use kiosk_text::Topic;
use secrecy::ExposeSecret;

use super::{Guide, Home, Rating};
use crate::opened::Opened;
use crate::task::{Shows, Situation, Step, Turn};
use crate::view::View;

/// Reading an answer.
pub(crate) struct Answer {
    pub(crate) opened: Opened,
    pub(crate) values: BTreeMap<Key, Scalar>,
    pub(crate) tables: BTreeMap<Key, Vec<Row>>,
    pub(crate) as_of: Timestamp,
}

impl Answer {
    fn blocks(&self) -> &[AnswerBlock] {
        match &self.opened.work {
            Work::Query { answer, .. } => answer,
            Work::Handling { .. } => &[],
        }
    }

    fn fact(&self, block: &AnswerBlock, view: &View) -> Option<Fact> {
        match block {
            AnswerBlock::Fact { key, label, format } => {
                let value = self.values.get(key).map(|scalar| scalar.0.expose_secret());
                Some(Fact { label: view.say(label), value: view.answer_value(*format, value) })
            }
            AnswerBlock::Table { .. } => None,
        }
    }

    fn table(&self, block: &AnswerBlock, view: &View) -> Option<AnswerTable> {
        match block {
            AnswerBlock::Fact { .. } => None,
            AnswerBlock::Table { key, label, columns, empty } => {
                let rows = self.tables.get(key).map_or(&[][..], Vec::as_slice);
                Some(AnswerTable {
                    title: view.say(label),
                    columns: columns.iter().map(|column| view.say(&column.label)).collect(),
                    rows: rows.iter().map(|row| cells(row, columns, view)).collect(),
                    empty: view.say(empty),
                })
            }
        }
    }
}

fn cells(row: &Row, columns: &[Column], view: &View) -> Vec<Shown> {
    let cell = |column: &Column| {
        let value = row.get(&column.key).map(|scalar| scalar.0.expose_secret());
        view.answer_value(column.format, value)
    };
    columns.iter().map(cell).collect()
}

impl Situation for Answer {
    fn back(self, _turn: &mut Turn) -> Step {
        Step::To(Guide::new(self.opened).into())
    }

    fn finish(self, _turn: &mut Turn) -> Step {
        Step::To(Rating.into())
    }

    fn another(self, _turn: &mut Turn) -> Step {
        Step::To(Home::default().into())
    }
}

impl Shows for Answer {
    fn name(&self) -> &'static str {
        "answer"
    }

    fn body(&self, view: &View) -> Body {
        let blocks = self.blocks();
        let note = view.texts().answer_note(self.as_of);
        let synthetic = self.opened.synthetic.then(|| view.texts().synthetic_note());
        Body::Answer {
            title: view.say(&self.opened.title),
            facts: blocks.iter().filter_map(|block| self.fact(block, view)).collect(),
            tables: blocks.iter().filter_map(|block| self.table(block, view)).collect(),
            note: [note].into_iter().chain(synthetic).collect::<Vec<_>>().join("\n"),
        }
    }

    fn topic(&self) -> Topic {
        Topic::Reading
    }
}
