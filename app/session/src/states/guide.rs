//! What to know before starting.

use kiosk_model::{Body, Row, Tone};
use kiosk_protocol::service::{Text, Work};
use kiosk_text::Topic;

use super::{Aim, Form, Home};
use crate::draft::Draft;
use crate::opened::{Obstacle, Opened, instead, obstacle};
use crate::task::{Shows, Situation, Step};
use crate::turn::Turn;
use crate::view::View;

/// Reading about a service.
pub(crate) struct Guide {
    opened: Opened,
    /// What was filled in before the resident came back here.
    draft: Option<Box<Draft>>,
}

impl Guide {
    pub(crate) fn new(opened: Opened) -> Self {
        Self { opened, draft: None }
    }

    /// The guide of a form that was begun; `Start` goes on with it.
    pub(crate) fn keeping(draft: Box<Draft>) -> Self {
        Self { opened: draft.opened.clone(), draft: Some(draft) }
    }

    fn can_start(&self, view: &View) -> bool {
        match obstacle(&self.opened, view) {
            Some(Obstacle::Level | Obstacle::Outdated | Obstacle::Room | Obstacle::Offline) => false,
            Some(Obstacle::Reader) | None => true,
        }
    }
}

impl Situation for Guide {
    fn start(self, turn: &mut Turn) -> Step {
        if !self.can_start(&turn.view()) {
            return self.same();
        }
        match self.draft {
            Some(draft) => Step::To(Form::going_on(draft).into()),
            None => Aim::Service(self.opened).pursue(turn),
        }
    }

    fn back(self, _turn: &mut Turn) -> Step {
        Step::To(Home::default().into())
    }
}

impl Shows for Guide {
    fn name(&self) -> &'static str {
        "guide"
    }

    fn body(&self, view: &View) -> Body {
        Body::Guide {
            title: view.say(&self.opened.title),
            summary: view.say(&self.opened.summary),
            rows: rows(&self.opened, view),
            materials: self.opened.guide.materials.iter().map(|text| view.say(text)).collect(),
            notes: notes(&self.opened, view),
            can_start: self.can_start(view),
        }
    }

    fn topic(&self, _view: &View) -> Topic {
        Topic::Guide
    }

    /// What the network means for this service stands in the notes.
    fn notice(&self, view: &View) -> Option<String> {
        view.reader_notice().or_else(|| view.age_notice())
    }

    fn has_begun(&self) -> bool {
        self.draft.is_some()
    }
}

fn rows(opened: &Opened, view: &View) -> Vec<Row> {
    let (texts, guide) = (view.texts(), &opened.guide);
    let row = |label: String, text: &Text| Row { label, value: view.say(text).into() };
    let rows = [
        row(texts.time_limit_label(), &guide.time_limit),
        row(texts.fee_label(), &guide.fee),
        row(texts.basis_label(), &guide.basis),
    ];
    rows.into_iter().filter(|row| !row.value.as_str().is_empty()).collect()
}

fn notes(opened: &Opened, view: &View) -> Vec<(Tone, String)> {
    let texts = view.texts();
    let waits = matches!(opened.work, Work::Handling { .. }) && !view.ctx.is_online();
    let state = match obstacle(opened, view) {
        Some(Obstacle::Level) => Some((Tone::Caution, texts.level_note())),
        Some(Obstacle::Outdated) => Some((Tone::Caution, texts.outdated_note(&instead(opened, view)))),
        Some(Obstacle::Room) => Some((Tone::Caution, texts.room_note(&texts.counter_instead()))),
        Some(Obstacle::Offline) => Some((Tone::Caution, texts.needs_network_note(&instead(opened, view)))),
        // The frame says what is wrong with the reader.
        Some(Obstacle::Reader) | None => waits.then(|| (Tone::Info, texts.works_offline_note())),
    };
    let synthetic = opened.synthetic.then(|| (Tone::Info, texts.synthetic_note()));
    state.into_iter().chain(synthetic).collect()
}
