//! The platform is being asked.

use std::time::Duration;

use kiosk_model::Body;
use kiosk_protocol::receipt::ReceiptCode;
use kiosk_protocol::trail::TrailEvent;
use kiosk_protocol::wire::{Question, Reply};
use kiosk_text::{Reason, Topic};

use super::{Answer, Cases, CasesOf, Form, Guide, Home, Page, Retry, Subject, Unavailable, WhyNot};
use crate::deadlines;
use crate::opened::Opened;
use crate::task::{Deadline, Shows, Situation, Step};
use crate::turn::Turn;
use crate::view::View;
use crate::words::ask_reason;
use crate::{AskTrouble, Effect, RequestId};

/// What the answer is for.
pub(crate) enum Goal {
    /// Values on file for a form.
    Prefill(Opened),
    /// The answer itself.
    Query(Opened),
    /// The person's cases.
    Cases,
    /// The case of a receipt that was shown, whoever shows it.
    Receipt(ReceiptCode),
}

/// Waiting for the platform.
pub(crate) struct Asking {
    goal: Goal,
    request: RequestId,
    until: Duration,
}

impl Asking {
    /// Asks.
    pub(crate) fn begin(goal: Goal, turn: &mut Turn) -> Step {
        let question = match &goal {
            Goal::Prefill(opened) => Question::Prefill { service: opened.id.clone() },
            Goal::Query(opened) => Question::Query { service: opened.id.clone() },
            Goal::Cases => Question::Cases,
            Goal::Receipt(code) => {
                Question::Case { receipt: code.receipt.clone(), proof: code.proof.clone() }
            }
        };
        let visit = turn.visit.id;
        turn.record(match &goal {
            Goal::Prefill(opened) | Goal::Query(opened) => {
                TrailEvent::Asked { visit, service: opened.id.clone() }
            }
            Goal::Cases => TrailEvent::CasesAsked { visit },
            Goal::Receipt(code) => TrailEvent::ReceiptAsked { visit, receipt: code.receipt.clone() },
        });
        let ask = match &goal {
            Goal::Prefill(_) | Goal::Query(_) | Goal::Cases => turn.visit.asks(question),
            Goal::Receipt(_) => turn.visit.asks_as_nobody(question),
        };
        let request = turn.ctx.request();
        turn.order(Effect::Ask { request, ask: Box::new(ask) });
        Step::To(Self { goal, request, until: turn.after(deadlines::ASK) }.into())
    }

    /// A form does without; a query cannot.
    fn failed(self, why: WhyNot, turn: &mut Turn) -> Step {
        let can_retry = matches!(why, WhyNot::Reason(_));
        let subject = match self.goal {
            Goal::Prefill(opened) => return Form::begin(opened, None, turn),
            Goal::Query(ref opened) => Subject::Service(opened.clone()),
            Goal::Cases => Subject::Cases,
            Goal::Receipt(_) => Subject::Receipt,
        };
        let retry = if can_retry { Retry::Ask(self.goal) } else { Retry::No };
        Step::To(Unavailable { subject, why, retry }.into())
    }

    fn replied(self, reply: Reply, turn: &mut Turn) -> Step {
        match (self.goal, reply) {
            (goal, Reply::Refused { why }) => Self { goal, ..self }.failed(WhyNot::Refused(why), turn),
            (Goal::Prefill(opened), reply @ Reply::Values { .. }) => Form::begin(opened, Some(&reply), turn),
            (Goal::Query(opened), Reply::Values { values, tables, as_of }) => {
                Step::To(Answer { opened, values, tables, as_of, page: Page::default() }.into())
            }
            (Goal::Cases, Reply::Cases { cases }) => Step::To(Cases { cases, of: CasesOf::Person }.into()),
            (Goal::Receipt(_), Reply::Cases { cases }) => {
                Step::To(Cases { cases, of: CasesOf::Receipt }.into())
            }
            // An answer to another question: as good as none.
            (goal, Reply::Values { .. } | Reply::Cases { .. } | Reply::Page { .. }) => {
                Self { goal, ..self }.failed(WhyNot::Reason(Reason::Failed), turn)
            }
        }
    }
}

impl Situation for Asking {
    fn answered(self, request: RequestId, result: Result<Box<Reply>, AskTrouble>, turn: &mut Turn) -> Step {
        match result {
            _ if request != self.request => self.same(),
            Ok(reply) => self.replied(*reply, turn),
            Err(trouble) => self.failed(WhyNot::Reason(ask_reason(trouble)), turn),
        }
    }

    fn timed_out(self, turn: &mut Turn) -> Step {
        turn.order(Effect::StopAsking);
        self.failed(WhyNot::Reason(Reason::TimedOut), turn)
    }

    fn back(self, turn: &mut Turn) -> Step {
        turn.order(Effect::StopAsking);
        match self.goal {
            Goal::Prefill(opened) | Goal::Query(opened) => Step::To(Guide::new(opened).into()),
            Goal::Cases | Goal::Receipt(_) => Step::To(Home::default().into()),
        }
    }
}

impl Shows for Asking {
    fn name(&self) -> &'static str {
        "asking"
    }

    fn body(&self, view: &View) -> Body {
        let message = match &self.goal {
            Goal::Prefill(_) => view.texts().fetching(),
            Goal::Query(_) | Goal::Cases | Goal::Receipt(_) => view.texts().asking(),
        };
        Body::Working { message }
    }

    fn topic(&self, _view: &View) -> Topic {
        Topic::Waiting
    }

    fn deadline(&self) -> Option<Deadline> {
        Some((self.until, "ask"))
    }

    fn is_waiting(&self) -> bool {
        true
    }
}
