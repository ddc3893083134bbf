//! Something cannot be had now: why, what to do instead, and whether trying again can help.

use kiosk_model::Body;
use kiosk_protocol::service::Text;
use kiosk_text::{Reason, Topic};

use super::{Aim, Asking, Confirm, Goal, Guide, Home, Rating, Scanning};
use crate::draft::Draft;
use crate::opened::{Opened, instead};
use crate::task::{Shows, Situation, Step};
use crate::turn::Turn;
use crate::view::View;

/// Reading why not.
pub(crate) struct Unavailable {
    pub(crate) subject: Subject,
    pub(crate) why: WhyNot,
    pub(crate) retry: Retry,
}

/// What was asked for.
pub(crate) enum Subject {
    Service(Opened),
    Cases,
    Receipt,
}

/// Why not.
pub(crate) enum WhyNot {
    /// The terminal knows.
    Reason(Reason),
    /// The platform says.
    Refused(Text),
}

/// What `Retry` does.
pub(crate) enum Retry {
    /// Nothing: it cannot help.
    No,
    /// Asks again.
    Ask(Goal),
    /// Scans a receipt.
    Scan,
    /// Begins the service again.
    Start(Opened),
    /// Goes back to the confirmation, with everything that was filled in.
    Confirm(Box<Draft>),
}

impl WhyNot {
    pub(crate) fn say(&self, view: &View) -> String {
        match self {
            Self::Reason(reason) => view.texts().reason(*reason),
            Self::Refused(text) => view.say(text),
        }
    }
}

impl Unavailable {
    fn instead(&self, view: &View) -> String {
        match (&self.why, &self.subject) {
            (WhyNot::Reason(Reason::StoreFull | Reason::StoreBroken | Reason::NoRoom), _) => {
                view.texts().counter_instead()
            }
            (_, Subject::Service(opened)) => instead(opened, view),
            (_, Subject::Cases | Subject::Receipt) => view.texts().cases_instead(),
        }
    }
}

impl Situation for Unavailable {
    fn retry(self, turn: &mut Turn) -> Step {
        match self.retry {
            Retry::No => self.same(),
            Retry::Ask(goal) => Asking::begin(goal, turn),
            Retry::Scan => Scanning::begin(turn),
            Retry::Start(opened) => Aim::Service(opened).pursue(turn),
            Retry::Confirm(draft) => Step::To(Confirm::new(draft).into()),
        }
    }

    fn back(self, _turn: &mut Turn) -> Step {
        match (self.retry, self.subject) {
            (Retry::Confirm(draft), _) => Step::To(Confirm::new(draft).into()),
            (_, Subject::Service(opened)) => Step::To(Guide::new(opened).into()),
            (_, Subject::Cases | Subject::Receipt) => Step::To(Home::default().into()),
        }
    }

    fn finish(self, _turn: &mut Turn) -> Step {
        Step::To(Rating.into())
    }

    fn another(self, _turn: &mut Turn) -> Step {
        Step::To(Home::default().into())
    }
}

impl Shows for Unavailable {
    fn name(&self) -> &'static str {
        "unavailable"
    }

    fn body(&self, view: &View) -> Body {
        let title = match &self.subject {
            Subject::Service(opened) => view.say(&opened.title),
            Subject::Cases => view.texts().cases_title(),
            Subject::Receipt => view.texts().receipt_case_title(),
        };
        let can_retry = !matches!(self.retry, Retry::No);
        Body::Unavailable { title, why: self.why.say(view), instead: self.instead(view), can_retry }
    }

    fn topic(&self, _view: &View) -> Topic {
        Topic::Reading
    }

    /// The screen itself says what is wrong.
    fn notice(&self, _view: &View) -> Option<String> {
        None
    }

    fn has_begun(&self) -> bool {
        matches!(self.retry, Retry::Confirm(_))
    }
}
