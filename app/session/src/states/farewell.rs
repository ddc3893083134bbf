//! Thanks, and take everything with you. The person is dropped before this is shown.

use std::time::Duration;

use kiosk_model::{Body, CardPlace};
use kiosk_protocol::trail::EndReason;
use kiosk_text::Topic;

use crate::Effect;
use crate::deadlines;
use crate::task::{Deadline, Shows, Situation, Step};
use crate::turn::Turn;
use crate::view::View;

/// The last seconds of a visit.
pub(crate) struct Farewell {
    until: Duration,
}

impl Farewell {
    pub(crate) fn new(turn: &mut Turn) -> Self {
        turn.order(Effect::StopAsking);
        turn.stop_page();
        turn.visit.forget();
        Self { until: turn.after(deadlines::farewell(turn.visit.mode)) }
    }
}

impl Situation for Farewell {
    fn timed_out(self, _turn: &mut Turn) -> Step {
        Step::End(EndReason::Resident)
    }
}

impl Shows for Farewell {
    fn name(&self) -> &'static str {
        "farewell"
    }

    fn body(&self, view: &View) -> Body {
        Body::Farewell { lines: view.texts().farewell() }
    }

    fn topic(&self, _view: &View) -> Topic {
        Topic::Rating
    }

    fn notice(&self, _view: &View) -> Option<String> {
        None
    }

    fn deadline(&self) -> Option<Deadline> {
        Some((self.until, "farewell"))
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

    fn takes_card(&self) -> Option<CardPlace> {
        None
    }
}
