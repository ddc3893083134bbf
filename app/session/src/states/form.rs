//! Filling in a form, page by page.

use kiosk_model::{Body, Key};
use kiosk_protocol::service::{Field, Source};
use kiosk_protocol::wire::Reply;
use kiosk_text::{Reason, Topic};

use super::{Confirm, Guide, Home, Retry, Subject, Unavailable, WhyNot};
use crate::draft::{Ahead, Draft};
use crate::opened::{Opened, is_outdated, lacks_network, lacks_room};
use crate::task::{Shows, Situation, Step};
use crate::turn::Turn;
use crate::view::View;
use crate::visit::{CardShown, Visit};

/// Filling in.
pub(crate) struct Form {
    draft: Box<Draft>,
}

impl Form {
    /// An empty form with what is on file; or why it cannot be filled in.
    pub(crate) fn begin(opened: Opened, reply: Option<&Reply>, turn: &mut Turn) -> Step {
        if lacks_room(&opened, turn.ctx) {
            return cannot_begin(opened, Reason::NoRoom);
        }
        if is_outdated(&opened, turn.ctx) {
            return cannot_begin(opened, Reason::Outdated);
        }
        if lacks_network(&opened, turn.ctx) {
            return cannot_begin(opened, Reason::Offline);
        }
        let Some(draft) = Draft::new(turn.uuid(), opened.clone(), turn.visit, reply) else {
            return Step::To(Home::default().into());
        };
        if let Some(lacking) = draft.lacking() {
            let reason = why_lacking(lacking, turn.visit);
            return cannot_begin(opened, reason);
        }
        Step::To(Self { draft: Box::new(draft) }.into())
    }

    pub(crate) fn going_on(draft: Box<Draft>) -> Self {
        Self { draft }
    }
}

/// What a social security card does not tell stands on the ID card.
fn why_lacking(field: &Field, visit: &Visit) -> Reason {
    let of_card = field.prefill.as_ref().is_some_and(|prefill| prefill.from == Source::Card);
    match visit.holder().map(|holder| holder.shown) {
        Some(CardShown::SocialSecurity) if of_card => Reason::NotOnChip,
        Some(CardShown::SocialSecurity | CardShown::Id) | None => Reason::NotOnFile,
    }
}

fn cannot_begin(opened: Opened, reason: Reason) -> Step {
    let (subject, why) = (Subject::Service(opened.clone()), WhyNot::Reason(reason));
    Step::To(Unavailable { subject, why, retry: Retry::Start(opened) }.into())
}

impl Situation for Form {
    fn focus(mut self, field: usize, _turn: &mut Turn) -> Step {
        self.draft.focus(field);
        self.same()
    }

    fn choose(mut self, field: usize, option: usize, _turn: &mut Turn) -> Step {
        self.draft.choose(field, option);
        self.same()
    }

    fn press(mut self, key: Key, _turn: &mut Turn) -> Step {
        self.draft.press(key);
        self.same()
    }

    fn next(mut self, _turn: &mut Turn) -> Step {
        match self.draft.next() {
            Ahead::Stay => self.same(),
            Ahead::Complete => Step::To(Confirm::new(self.draft).into()),
        }
    }

    fn back(mut self, _turn: &mut Turn) -> Step {
        if self.draft.page_back() { self.same() } else { Step::To(Guide::keeping(self.draft).into()) }
    }
}

impl Shows for Form {
    fn name(&self) -> &'static str {
        "form"
    }

    fn body(&self, view: &View) -> Body {
        Body::Form {
            title: view.say(&self.draft.opened.title),
            page_title: self.draft.page_title(view),
            page: self.draft.page + 1,
            pages: self.draft.pages(),
            fields: self.draft.fields(view),
            active: self.draft.active(),
        }
    }

    fn topic(&self, _view: &View) -> Topic {
        Topic::Form
    }

    fn notice(&self, view: &View) -> Option<String> {
        let missing = self.draft.not_prefilled.then(|| view.texts().not_prefilled_notice());
        missing.or_else(|| view.offline_notice()).or_else(|| view.printer_notice())
    }

    fn has_begun(&self) -> bool {
        true
    }
}
