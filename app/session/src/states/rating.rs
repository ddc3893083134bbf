//! The voluntary rating.

use kiosk_model::Body;
use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::trail::TrailEvent;
use kiosk_text::Topic;

use super::Farewell;
use crate::Effect;
use crate::task::{Shows, Situation, Step};
use crate::turn::Turn;
use crate::view::View;

/// Being asked.
pub(crate) struct Rating;

impl Situation for Rating {
    /// The resident does not wait for the store: a rating is no promise to them.
    fn rate(self, level: u8, turn: &mut Turn) -> Step {
        let Ok(level) = RatingLevel::try_from(level) else { return self.same() };
        let (visit, case, request) = (turn.visit.id, turn.visit.case, turn.ctx.request());
        let trail = vec![TrailEvent::Rated { visit, level }];
        turn.order(Effect::Rate { request, visit, case, level, trail });
        Step::To(Farewell::new(turn).into())
    }

    fn skip_rating(self, turn: &mut Turn) -> Step {
        Step::To(Farewell::new(turn).into())
    }
}

impl Shows for Rating {
    fn name(&self) -> &'static str {
        "rating"
    }

    fn body(&self, view: &View) -> Body {
        Body::Rating { levels: view.texts().rating_levels() }
    }

    fn topic(&self, _view: &View) -> Topic {
        Topic::Rating
    }

    fn notice(&self, _view: &View) -> Option<String> {
        None
    }

    fn can_go_back(&self) -> bool {
        false
    }
}
