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
//! - `Submit` is ordered once per confirmation, `Print` only after `Stored`.
//!
//! For the shell: send one event (a `Tick` will do) at the start; after each `handle`, carry out the effects in their
//! order, show `screen()`, and wait for the next event or the deadline, whichever is first.

mod ctx;
mod effect;
mod event;
mod ids;

pub use effect::{Effect, NewCase};
pub use event::{AskTrouble, Event, Kept, Link, Now, RequestId, StoreTrouble};

use std::time::Duration;

use kiosk_model::{Body, Frame, Language, Mode, Screen};
use kiosk_protocol::service::Text;
use kiosk_text::Texts;

use crate::ctx::Ctx;

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
}

/// Where the terminal is.
#[derive(Default)]
enum State {
    #[default]
    OutOfService,
    Attract,
}

impl Session {
    /// A session without catalogue: out of service until one arrives.
    pub fn new(settings: Settings) -> Self {
        Self { ctx: Ctx::new(settings), state: State::OutOfService }
    }

    /// Takes in a fact and returns what shall be done, in this order.
    pub fn handle(&mut self, now: Now, event: Event) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.ctx.learn(&event);
        let state = std::mem::take(&mut self.state);
        self.state = self.turn(state, now, event, &mut effects);
        let wants_card = self.wants_card();
        self.ctx.keep_reading(wants_card, &mut effects);
        effects
    }

    /// When a `Tick` is due, by the monotonic clock of `Now`, and why. It may lie in the past: then at once.
    pub fn deadline(&self) -> Option<(Duration, &'static str)> {
        match &self.state {
            State::OutOfService | State::Attract => None,
        }
    }

    /// What is on the glass.
    pub fn screen(&self) -> Screen {
        match &self.state {
            State::OutOfService => self.empty_screen(Body::OutOfService { message: self.texts().out_of_service() }),
            State::Attract => self.empty_screen(Body::Attract),
        }
    }

    /// Whether nobody is there: self-tests and updates may run.
    pub fn is_idle(&self) -> bool {
        match &self.state {
            State::OutOfService | State::Attract => true,
        }
    }

    /// The name of the state, for logs; never anything about a person.
    pub fn state_name(&self) -> &'static str {
        match &self.state {
            State::OutOfService => "out_of_service",
            State::Attract => "attract",
        }
    }

    /// Ends a visit at once after an unexpected internal error: everything is wiped, the end is recorded.
    pub fn abort(&mut self, _now: Now) -> Vec<Effect> {
        Vec::new()
    }

    fn turn(&mut self, state: State, _now: Now, _event: Event, _effects: &mut Vec<Effect>) -> State {
        match state {
            State::OutOfService | State::Attract if self.ctx.catalogue.packages.is_empty() => State::OutOfService,
            State::OutOfService | State::Attract => State::Attract,
        }
    }

    fn wants_card(&self) -> bool {
        match &self.state {
            State::OutOfService => false,
            State::Attract => true,
        }
    }

    fn texts(&self) -> Texts {
        Texts::new(Language::default())
    }

    fn empty_screen(&self, body: Body) -> Screen {
        let frame = Frame { site: self.ctx.site.zh_cn.clone(), ..Frame::default() };
        Screen { language: Language::default(), mode: Mode::default(), frame, body, overlay: None }
    }
}

impl From<&Session> for Screen {
    fn from(session: &Session) -> Self {
        session.screen()
    }
}
