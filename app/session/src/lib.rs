//! What the terminal does, as a pure machine: facts and touches in, orders and a screen out.
//!
//! `Session::handle` takes the time and an [`Event`] and returns [`Effect`]s; `Session::deadline` says when it wants
//! a `Tick`; `Session::screen` is what the glass shows. No I/O, no clock, no thread, no random source: `clippy.toml`
//! of this crate forbids them.
//!
//! Policy:
//! - A person's data live in the [`Visit`](visit::Visit) and in the task at hand. A handler consumes its task, so
//!   leaving a screen drops what it knew, and the end of a visit drops everything.
//! - A request has an id; a reply with another id is dropped. Every wait has a deadline (`deadlines.rs`) that leads
//!   to a defined screen.
//! - A device or the network coming or going changes what is said, never ends a visit.
//! - `Submit` is ordered once per confirmation, `Print` only after `Stored`. A form is one case, however often it is
//!   handed over.
//!
//! For the shell: send one event (a `Tick` will do) at the start; after each `handle`, carry out the effects in their
//! order, show `screen()`, and wait for the next event or the deadline, whichever is first.

mod closed;
mod ctx;
mod deadlines;
mod draft;
mod effect;
mod event;
mod ids;
mod limits;
pub mod lock;
mod opened;
mod pad;
mod standing;
mod states;
mod task;
mod technician;
mod turn;
mod typing;
mod view;
mod visit;
mod visiting;
mod words;

#[cfg(test)]
mod form_tests;
#[cfg(test)]
mod journeys;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod testing;

pub use closed::CLOSED_FROM_AFAR;
pub use effect::{Effect, NewCase};
pub use event::{
    Age, AskTrouble, Bar, CertificateEnd, Event, Kept, Link, Met, Now, PinAnswer, Queue, Report, RequestId,
    Room, StoreTrouble,
};

use std::time::Duration;

use kiosk_drivers_api::SmartCard;
use kiosk_model::{Action, Body, CardPlace, Frame, Language, Mode, Screen};
use kiosk_protocol::service::Text;
use kiosk_protocol::trail::{EndReason, TrailEvent};
use kiosk_text::ChipTrouble;
use uuid::Uuid;

use crate::closed::Closed;
use crate::ctx::{Cards, Ctx, Wanted};
use crate::technician::{Outcome, Technician};
use crate::visit::{Identity, Trouble};
use crate::visiting::Visiting;

/// What a terminal is told once.
pub struct Settings {
    /// Where it stands, for people.
    pub site: Text,
    /// Seed of the ids made here; take it from the system's random source, anew at each start.
    pub ids_seed: u64,
}

/// The terminal's behaviour.
pub struct Session {
    ctx: Ctx,
    state: State,
    /// When to look again at the hours, while nobody is there.
    look_again: Option<Duration>,
    /// The visit going on, known even after a handler failed and took the state with it.
    visit: Option<Uuid>,
}

/// Where the terminal is.
enum State {
    /// Nobody but a technician is taken in, and this is why.
    Closed(Closed),
    /// Nobody is there.
    Attract,
    /// Somebody is.
    Visit(Box<Visiting>),
    /// A technician is.
    Technician(Box<Technician>),
}

impl Session {
    /// A session without catalogue: out of service until one arrives. What keeps people out from the start is told first.
    pub fn new(settings: Settings) -> Self {
        Self { ctx: Ctx::new(settings), state: State::default(), look_again: None, visit: None }
    }

    /// Takes in a fact and returns what shall be done, in this order.
    pub fn handle(&mut self, now: Now, event: Event) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.is_stale(&event) {
            return effects;
        }
        self.ctx.learn(now, &event);
        if matches!(event, Event::BarChanged { bar: Bar::Trail, is_down: true }) {
            return self.abort(now);
        }
        let (ctx, orders) = (&mut self.ctx, &mut effects);
        let next = match std::mem::take(&mut self.state) {
            State::Closed(_) => closed::admit(event, now, ctx, orders).map(State::technician),
            State::Attract => wake(event, now, ctx, orders),
            State::Visit(visiting) => visiting.on(now, event, ctx, orders).map(State::visit),
            State::Technician(technician) => match technician.on(now, event, ctx, orders) {
                Outcome::Stays(technician) => Some(State::Technician(technician)),
                Outcome::Leaves => None,
                Outcome::Stranger => stranger(now, ctx, orders),
            },
        };
        self.settle(next, now, &mut effects);
        effects
    }

    /// When a `Tick` is due, by the monotonic clock of `Now`, and why. It may lie in the past: then at once.
    pub fn deadline(&self) -> Option<(Duration, &'static str)> {
        match &self.state {
            State::Closed(_) | State::Attract => self.look_again.map(|at| (at, "look again")),
            State::Visit(visiting) => visiting.deadline(),
            State::Technician(technician) => Some(technician.deadline()),
        }
    }

    /// What is on the glass.
    pub fn screen(&self) -> Screen {
        match &self.state {
            State::Closed(why) => self.screen_for_nobody(Body::OutOfService { message: why.message() }),
            State::Attract => Screen {
                frame: Frame { notice: self.ctx.notice(), ..self.frame_for_nobody() },
                ..self.screen_for_nobody(Body::Attract)
            },
            State::Visit(visiting) => visiting.screen(&self.ctx),
            State::Technician(technician) => technician.screen(&self.ctx),
        }
    }

    /// The name of the state, for logs; never anything about a person.
    pub fn state_name(&self) -> &'static str {
        match &self.state {
            State::Closed(why) => why.name(),
            State::Attract => "attract",
            State::Visit(visiting) => visiting.name(),
            State::Technician(technician) => technician.name(),
        }
    }

    /// Whether somebody is served, a technician too.
    pub fn is_visited(&self) -> bool {
        self.visit.is_some() || matches!(self.state, State::Technician(_))
    }

    /// Ends a visit at once, where the trail cannot be kept or after an unexpected internal error, also one inside `handle`:
    /// everything is wiped, the end is recorded, devices are told anew what to do.
    pub fn abort(&mut self, now: Now) -> Vec<Effect> {
        let mut effects = Vec::new();
        let state = std::mem::take(&mut self.state);
        if let State::Visit(visiting) = state {
            visiting.end(EndReason::Internal, now, &mut self.ctx, &mut effects);
        } else if let State::Technician(technician) = state {
            technician.leave(&mut effects);
        } else if let Some(visit) = self.visit {
            effects.extend([Effect::StopPrinting, Effect::StopPage, Effect::StopAsking]);
            effects.push(Effect::Record(TrailEvent::VisitEnded { visit, why: EndReason::Internal }));
        }
        effects.extend([Effect::StopScanning, Effect::StopReading]);
        self.ctx.forget_orders();
        self.settle(None, now, &mut effects);
        effects
    }

    /// A reply of reader, slot or scanner to a request that is over, or a fault that a broken slot tells by its state.
    /// The other replies are judged where they are awaited.
    fn is_stale(&mut self, event: &Event) -> bool {
        if let Event::CardRead { request, result } = event {
            return !self.ctx.takes_card_reply(*request, result.is_ok());
        }
        if let Event::ChipRead { request, result } = event {
            let is_of_slot = result.is_err() && self.ctx.slot_is_broken();
            return is_of_slot || !self.ctx.takes_card_reply(*request, result.is_ok());
        }
        if let Event::Scanned { request, result } = event {
            return !self.ctx.takes_code_reply(*request, result.is_ok());
        }
        false
    }

    /// Without a visit there is the attract screen, or nobody is let in; a device looks while somebody waits for it.
    fn settle(&mut self, next: Option<State>, now: Now, effects: &mut Vec<Effect>) {
        self.state = match (next, &self.ctx.closed) {
            (Some(state), _) => state,
            (None, Some(why)) => State::Closed(why.clone()),
            (None, None) => State::Attract,
        };
        self.visit = match &self.state {
            State::Visit(visiting) => Some(visiting.id()),
            State::Closed(_) | State::Attract | State::Technician(_) => None,
        };
        self.look_again = closed::look_at_hours(&self.ctx.configuration, now);
        let wanted = match &self.state {
            State::Closed(_) => Wanted { cards: Cards::Technicians, code: false },
            State::Technician(_) => Wanted { cards: Cards::Nobodys, code: false },
            State::Attract => Wanted { cards: Cards::Everybodys(CardPlace::Either), code: false },
            State::Visit(visiting) => {
                let cards = visiting.takes_card().map_or(Cards::Nobodys, Cards::Everybodys);
                Wanted { cards, code: visiting.takes_code() }
            }
        };
        self.ctx.keep_looking(&wanted, effects);
    }

    fn screen_for_nobody(&self, body: Body) -> Screen {
        let frame = self.frame_for_nobody();
        Screen { language: Language::default(), mode: Mode::default(), frame, body, overlay: None }
    }

    fn frame_for_nobody(&self) -> Frame {
        Frame { site: self.ctx.site.zh_cn.clone(), ..Frame::default() }
    }
}

impl Default for State {
    fn default() -> Self {
        Self::Closed(Closed::NothingToOffer)
    }
}

impl State {
    fn visit(visiting: Visiting) -> Self {
        Self::Visit(Box::new(visiting))
    }

    fn technician(technician: Technician) -> Self {
        Self::Technician(Box::new(technician))
    }
}

impl From<&Session> for Screen {
    fn from(session: &Session) -> Self {
        session.screen()
    }
}

/// What begins a visit: a touch, or a card that was put down, even one that cannot be used. A technician's card begins
/// something else.
fn wake(event: Event, now: Now, ctx: &mut Ctx, effects: &mut Vec<Effect>) -> Option<State> {
    let (mut language, mut mode, mut identity) = (Language::default(), Mode::default(), None);
    match event {
        Event::Touched(action) => (language, mode) = woken_by(&action)?,
        Event::CardRead { result, .. } => identity = Some(Identity::on_reader(result, now)?),
        Event::ChipRead { result, .. } => match result.map(|card| *card) {
            Ok(SmartCard::Technician(card)) => {
                return Some(State::technician(Technician::begin(*card, now, ctx, effects)));
            }
            other => identity = Some(Identity::in_slot(other, now)?),
        },
        Event::Tick
        | Event::Scanned { .. }
        | Event::ReaderChanged(_)
        | Event::SlotChanged(_)
        | Event::ScannerChanged(_)
        | Event::PrinterChanged(_)
        | Event::PagePrinterChanged(_)
        | Event::Stored { .. }
        | Event::Printed { .. }
        | Event::PagePrinted { .. }
        | Event::Answered { .. }
        | Event::LinkChanged(_)
        | Event::RoomChanged(_)
        | Event::CatalogueChanged(_)
        | Event::AgeChanged(_)
        | Event::ConfigurationChanged(_)
        | Event::CardGone { .. }
        | Event::TechnicianMet { .. }
        | Event::PinTried { .. }
        | Event::PinVerified { .. }
        | Event::LookedAround { .. }
        | Event::BarChanged { .. }
        | Event::ServiceUnchanged { .. } => return None,
    }
    Visiting::begin(language, mode, now, ctx, effects).saw(identity, now, ctx, effects).map(State::visit)
}

/// A card that says it is a technician's and is nobody's: like any other card that cannot be used.
fn stranger(now: Now, ctx: &mut Ctx, effects: &mut Vec<Effect>) -> Option<State> {
    if ctx.closed.is_some() {
        return None;
    }
    let visiting = Visiting::begin(Language::default(), Mode::default(), now, ctx, effects);
    visiting
        .saw(Some(Identity::Troubled(Trouble::Chip(ChipTrouble::Unknown))), now, ctx, effects)
        .map(State::visit)
}

/// The same in every language, for whoever has chosen none.
pub(crate) fn in_all(text: &Text, between: &str) -> String {
    [&*text.zh_cn, &text.en, &text.ru].join(between)
}

/// The touches the attract screen offers; others come too late from a screen that is gone.
fn woken_by(action: &Action) -> Option<(Language, Mode)> {
    let (language, mode) = (Language::default(), Mode::default());
    if let Action::ChooseLanguage(language) = action {
        return Some((*language, mode));
    }
    if let Action::ChooseMode(mode) = action {
        return Some((language, *mode));
    }
    (*action == Action::Wake).then_some((language, mode))
}
