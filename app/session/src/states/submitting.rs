//! The submission is being kept. Nothing is shown as accepted before it is on disk.

use std::time::Duration;

use kiosk_model::Body;
use kiosk_text::Topic;

use super::{Submission, Unsure};
use crate::deadlines;
use crate::task::{Deadline, Shows, Situation, Step};
use crate::turn::Turn;
use crate::view::View;
use crate::{Kept, RequestId, StoreTrouble};

/// Waiting for the store.
pub(crate) struct Submitting {
    submission: Submission,
    until: Duration,
}

impl Submitting {
    pub(crate) fn begin(submission: Submission, turn: &Turn) -> Self {
        Self { submission, until: turn.after(deadlines::STORE) }
    }
}

impl Situation for Submitting {
    fn stored(self, request: RequestId, result: Result<Kept, StoreTrouble>, turn: &mut Turn) -> Step {
        let (until, ended) = (self.until, result.is_err() && self.submission.is_newest(request));
        match self.submission.settle(request, result, turn) {
            Ok(step) => step,
            Err(submission) if ended => Step::To(Unsure::about(submission).into()),
            Err(submission) => Self { submission, until }.same(),
        }
    }

    fn timed_out(self, _turn: &mut Turn) -> Step {
        Step::To(Unsure::about(self.submission).into())
    }
}

impl Shows for Submitting {
    fn name(&self) -> &'static str {
        "submitting"
    }

    fn body(&self, view: &View) -> Body {
        Body::Working { message: view.texts().submitting() }
    }

    fn topic(&self, _view: &View) -> Topic {
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
