//! The submission is being kept. Nothing is shown as accepted before it is on disk.

use std::time::Duration;

use kiosk_model::Body;
use kiosk_protocol::item::CaseFile;
use kiosk_protocol::trail::TrailEvent;
use kiosk_text::{Reason, Topic};
use uuid::Uuid;

use super::{Receipt, Retry, Subject, Unavailable, WhyNot};
use crate::deadlines;
use crate::draft::Draft;
use crate::task::{Deadline, Shows, Situation, Step, Turn};
use crate::view::{View, package_language};
use crate::words::store_reason;
use crate::{Effect, Kept, NewCase, RequestId, StoreTrouble};

/// Waiting for the store.
pub(crate) struct Submitting {
    draft: Box<Draft>,
    case: Uuid,
    request: RequestId,
    until: Duration,
}

impl Submitting {
    /// Orders the submission. A second touch finds this state, which knows no `Submit`.
    pub(crate) fn begin(draft: Box<Draft>, turn: &mut Turn) -> Self {
        let (case, request) = (turn.uuid(), turn.ctx.request());
        let new = Box::new(NewCase {
            case,
            service: draft.opened.id.clone(),
            version: draft.opened.version,
            department: draft.opened.department.clone(),
            language: package_language(turn.visit.language),
            file: CaseFile { applicant: turn.visit.person(), values: draft.values() },
        });
        let trail = vec![TrailEvent::CaseAccepted { visit: turn.visit.id, case }];
        turn.order(Effect::Submit { request, case: new, trail });
        let until = turn.after(deadlines::STORE);
        Self { draft, case, request, until }
    }
}

impl Situation for Submitting {
    fn stored(self, request: RequestId, result: Result<Kept, StoreTrouble>, turn: &mut Turn) -> Step {
        if request != self.request {
            return self.same();
        }
        match result {
            Ok(kept) => Step::To(Receipt::print(&self.draft, self.case, kept, turn).into()),
            Err(trouble) => {
                let subject = Subject::Service(self.draft.opened.clone());
                let why = WhyNot::Reason(store_reason(trouble));
                let retry = Retry::Confirm(self.draft);
                Step::To(Unavailable { subject, why, retry }.into())
            }
        }
    }

    /// It may be kept or not, so that it cannot be submitted again from here.
    fn timed_out(self, _turn: &mut Turn) -> Step {
        let subject = Subject::Service(self.draft.opened);
        let why = WhyNot::Reason(Reason::StoreUnsure);
        Step::To(Unavailable { subject, why, retry: Retry::No }.into())
    }
}

impl Shows for Submitting {
    fn name(&self) -> &'static str {
        "submitting"
    }

    fn body(&self, view: &View) -> Body {
        Body::Working { message: view.texts().submitting() }
    }

    fn topic(&self) -> Topic {
        Topic::Waiting
    }

    fn deadline(&self) -> Option<Deadline> {
        Some((self.until, "submit"))
    }

    fn is_waiting(&self) -> bool {
        true
    }

    fn can_go_back(&self) -> bool {
        false
    }

    fn can_end(&self) -> bool {
        false
    }
}
