//! The answer of a query: shown, and dropped with the screen.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kiosk_drivers_api::PageFault;
use kiosk_model::{AnswerTable, Body, Fact, PageView, Shown};
use kiosk_protocol::ids::Key;
use kiosk_protocol::service::{AnswerBlock, Column, PageOffer, Work};
use kiosk_protocol::wire::{Reply, Row, Scalar};
use kiosk_text::Topic;
use secrecy::ExposeSecret;

use super::{Guide, Home, Page, Rating};
use crate::opened::Opened;
use crate::task::{Deadline, Shows, Situation, Step};
use crate::turn::Turn;
use crate::view::View;
use crate::{AskTrouble, RequestId};

/// Reading an answer.
pub(crate) struct Answer {
    pub(crate) opened: Opened,
    pub(crate) values: BTreeMap<Key, Scalar>,
    pub(crate) tables: BTreeMap<Key, Vec<Row>>,
    pub(crate) as_of: Timestamp,
    /// The same on paper, where its package offers that.
    pub(crate) page: Page,
}

impl Answer {
    fn blocks(&self) -> &[AnswerBlock] {
        match &self.opened.work {
            Work::Query { answer, .. } => answer,
            Work::Handling { .. } => &[],
        }
    }

    fn offer(&self) -> Option<&PageOffer> {
        match &self.opened.work {
            Work::Query { page, .. } => page.as_ref(),
            Work::Handling { .. } => None,
        }
    }

    /// Nothing where there is no page printer: then nobody speaks of paper.
    fn page_view(&self, view: &View) -> Option<PageView> {
        let offer = self.offer().filter(|_| view.ctx.has_page_printer())?;
        Some(self.page.shown(view.say(&offer.label), view))
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
    fn print_page(self, turn: &mut Turn) -> Step {
        if self.offer().is_none() {
            return self.same();
        }
        let page = self.page.print(&self.opened.id, turn);
        Self { page, ..self }.same()
    }

    fn answered(self, request: RequestId, result: Result<Box<Reply>, AskTrouble>, turn: &mut Turn) -> Step {
        let page = self.page.answered(request, result, &self.opened.id, turn);
        Self { page, ..self }.same()
    }

    fn page_printed(self, result: Result<(), PageFault>, _turn: &mut Turn) -> Step {
        let page = self.page.printed(result);
        Self { page, ..self }.same()
    }

    fn page_printer_works(self, _turn: &mut Turn) -> Step {
        let page = self.page.printer_works();
        Self { page, ..self }.same()
    }

    fn timed_out(self, turn: &mut Turn) -> Step {
        let page = self.page.timed_out(turn);
        Self { page, ..self }.same()
    }

    fn back(self, turn: &mut Turn) -> Step {
        self.page.give_up(turn);
        Step::To(Guide::new(self.opened).into())
    }

    fn finish(self, turn: &mut Turn) -> Step {
        self.page.give_up(turn);
        Step::To(Rating.into())
    }

    fn another(self, turn: &mut Turn) -> Step {
        self.page.give_up(turn);
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
            page: self.page_view(view),
        }
    }

    fn topic(&self, view: &View) -> Topic {
        self.page_view(view).map_or(Topic::Reading, |_| Topic::Page)
    }

    fn deadline(&self) -> Option<Deadline> {
        self.page.deadline()
    }

    fn is_waiting(&self) -> bool {
        self.page.is_at_work()
    }
}
