//! The store did not answer in time: it may have kept the submission or not, and may still say which.

use kiosk_model::Body;
use kiosk_text::{Reason, Topic};

use super::{Guide, Home, Rating, Submission};
use crate::opened::lacks_network;
use crate::task::{Shows, Situation, Step};
use crate::turn::Turn;
use crate::view::View;
use crate::{Kept, RequestId, StoreTrouble};

/// Reading that it is not certain.
pub(crate) struct Unsure {
    submission: Submission,
}

impl Unsure {
    pub(crate) fn about(submission: Submission) -> Self {
        Self { submission: submission.doubted() }
    }
}

impl Situation for Unsure {
    fn stored(self, request: RequestId, result: Result<Kept, StoreTrouble>, turn: &mut Turn) -> Step {
        let settled = self.submission.settle(request, result, turn);
        settled.unwrap_or_else(|submission| Self { submission }.same())
    }

    /// The same form as the same case, unchanged: where the first one was kept, its receipt is the answer.
    fn retry(self, turn: &mut Turn) -> Step {
        if lacks_network(self.submission.opened(), turn.ctx) {
            return self.same();
        }
        Step::To(self.submission.hand_over(turn).into())
    }

    /// Without the draft: one that may be kept already must not be changed and handed over again.
    fn back(self, _turn: &mut Turn) -> Step {
        Step::To(Guide::new(self.submission.opened().clone()).into())
    }

    fn finish(self, _turn: &mut Turn) -> Step {
        Step::To(Rating.into())
    }

    fn another(self, _turn: &mut Turn) -> Step {
        Step::To(Home::default().into())
    }
}

impl Shows for Unsure {
    fn name(&self) -> &'static str {
        "unsure"
    }

    fn body(&self, view: &View) -> Body {
        let (opened, texts) = (self.submission.opened(), view.texts());
        Body::Unavailable {
            title: view.say(&opened.title),
            why: texts.reason(Reason::StoreUnsure),
            instead: texts.unsure_instead(),
            can_retry: !lacks_network(opened, view.ctx),
        }
    }

    fn topic(&self, _view: &View) -> Topic {
        Topic::Reading
    }

    /// The screen itself says what is wrong.
    fn notice(&self, _view: &View) -> Option<String> {
        None
    }
}
