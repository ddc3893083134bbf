//! A form that was handed to the store, until it is known what became of it.

use kiosk_protocol::item::CaseFile;
use kiosk_protocol::trail::TrailEvent;

use super::{Receipt, Retry, Subject, Submitting, Unavailable, WhyNot};
use crate::draft::Draft;
use crate::opened::Opened;
use crate::task::Step;
use crate::turn::Turn;
use crate::view::package_language;
use crate::words::store_reason;
use crate::{Effect, Kept, NewCase, RequestId, StoreTrouble};

/// One form, handed over once or more. It stays one case with the same content, so that whichever request is
/// answered first, its answer holds for all.
pub(crate) struct Submission {
    draft: Box<Draft>,
    /// In the order of handing over; the store works in that order too.
    requests: Vec<RequestId>,
    /// An answer did not come in time.
    in_doubt: bool,
}

impl Submission {
    pub(crate) fn new(draft: Box<Draft>) -> Self {
        Self { draft, requests: Vec::new(), in_doubt: false }
    }

    pub(crate) fn opened(&self) -> &Opened {
        &self.draft.opened
    }

    /// Orders the submission. A second touch finds the state after it, which knows no `Submit`.
    pub(crate) fn hand_over(mut self, turn: &mut Turn) -> Submitting {
        let (draft, case, request) = (&self.draft, self.draft.case, turn.ctx.request());
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
        self.requests.push(request);
        Submitting::begin(self, turn)
    }

    pub(crate) fn doubted(self) -> Self {
        Self { in_doubt: true, ..self }
    }

    /// Goes on with what the store says; comes back where that settles nothing.
    pub(crate) fn settle(
        self,
        request: RequestId,
        result: Result<Kept, StoreTrouble>,
        turn: &mut Turn,
    ) -> Result<Step, Self> {
        match result {
            Ok(kept) if self.requests.contains(&request) => {
                Ok(Step::To(Receipt::print(&self.draft, kept, turn).into()))
            }
            Err(trouble) if self.is_refused(request, trouble) => Ok(self.refused(trouble)),
            Ok(_) | Err(_) => Err(self),
        }
    }

    /// Whether nothing was kept. A full store says so for certain: it looks for the case first, and finds one that
    /// was kept. A broken one may only have answered too late, and after a doubt it settles nothing.
    fn is_refused(&self, request: RequestId, trouble: StoreTrouble) -> bool {
        let is_certain = match trouble {
            StoreTrouble::Full => true,
            StoreTrouble::Broken => !self.in_doubt,
            StoreTrouble::Unsure => false,
        };
        is_certain && self.is_newest(request)
    }

    /// Whether no later request is under way.
    pub(crate) fn is_newest(&self, request: RequestId) -> bool {
        self.requests.last() == Some(&request)
    }

    fn refused(self, trouble: StoreTrouble) -> Step {
        let subject = Subject::Service(self.draft.opened.clone());
        let why = WhyNot::Reason(store_reason(trouble));
        Step::To(Unavailable { subject, why, retry: Retry::Confirm(self.draft) }.into())
    }
}
