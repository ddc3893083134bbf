//! The loop around the session: an event or a deadline in, orders and a screen out.
//!
//! Policy: every step of a visit is recorded. When the trail falls behind, the session is told: the visit ends, is wiped, and
//! nobody is taken in until what waits is recorded.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use kiosk_model::Screen;
use kiosk_session::{Bar, Effect, Event, Now, Session, Settings};

use super::board::Board;
use super::hands::Hands;
use super::thread;
use crate::deadlines::CLOCK_POLL;

/// The session and what it works with.
pub struct Shell {
    session: Session,
    hands: Hands,
    board: Board,
    started: Instant,
    shown: Option<Screen>,
    clock: String,
    is_behind: bool,
}

impl Shell {
    /// A shell before its first event.
    pub fn new(settings: Settings, hands: Hands, board: Board) -> Self {
        Self {
            session: Session::new(settings),
            hands,
            board,
            started: Instant::now(),
            shown: None,
            clock: String::new(),
            is_behind: false,
        }
    }

    /// Runs until all senders of events are gone.
    pub fn run(mut self, events: &Receiver<Event>) {
        self.turn(Event::Tick);
        loop {
            match events.recv_timeout(self.patience()) {
                Ok(event) => self.turn(event),
                Err(RecvTimeoutError::Timeout) if self.is_due() => self.turn(Event::Tick),
                Err(RecvTimeoutError::Timeout) => self.show_clock(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.mind_the_trail();
            if self.board.may_restart() && !self.session.is_visited() {
                thread::restart_program();
            }
        }
    }

    /// Closes the terminal while the trail is behind.
    fn mind_the_trail(&mut self) {
        let is_down = self.hands.keeper.is_behind();
        if std::mem::replace(&mut self.is_behind, is_down) == is_down {
            return;
        }
        tracing::warn!(is_behind = is_down, "the trail");
        self.board.trouble(is_down.then(|| "steps wait to be recorded".to_owned()));
        self.turn(Event::BarChanged { bar: Bar::Trail, is_down });
    }

    fn now(&self) -> Now {
        Now { monotonic: self.started.elapsed(), wall: jiff::Timestamp::now() }
    }

    fn patience(&self) -> Duration {
        let deadline = self.session.deadline().map(|(at, _)| at.saturating_sub(self.started.elapsed()));
        deadline.map_or(CLOCK_POLL, |wait| wait.min(CLOCK_POLL))
    }

    fn is_due(&self) -> bool {
        self.session.deadline().is_some_and(|(at, _)| at <= self.started.elapsed())
    }

    fn turn(&mut self, event: Event) {
        self.note(&event);
        let now = self.now();
        let turned = catch_unwind(AssertUnwindSafe(|| {
            let effects = self.session.handle(now, event);
            self.settle(effects);
        }));
        if turned.is_err() {
            tracing::error!("internal error: the visit was ended and wiped");
            self.start_over(now);
        }
        self.show_clock();
    }

    fn settle(&mut self, effects: Vec<Effect>) {
        effects.into_iter().for_each(|effect| self.hands.carry_out(effect));
        self.board.state(self.session.state_name(), self.session.is_visited());
        self.show();
    }

    /// The visit ends and everything about it is dropped. Where that fails too, the thread and with it the program
    /// end, and are started again from outside.
    fn start_over(&mut self, now: Now) {
        self.shown = None;
        let effects = self.session.abort(now);
        self.settle(effects);
    }

    fn note(&mut self, event: &Event) {
        match event {
            Event::LinkChanged(link) => self.board.link(*link),
            Event::CatalogueChanged(catalogue) => self.board.catalogue(catalogue),
            Event::ReaderChanged(status) => self.board.reader(*status),
            Event::PrinterChanged(status) => self.board.printer(*status),
            Event::SlotChanged(status) => self.board.slot(*status),
            Event::ScannerChanged(status) => self.board.scanner(*status),
            Event::PagePrinterChanged(status) => self.board.pages(*status),
            Event::CardRead { request, result: Ok(_) } | Event::ChipRead { request, result: Ok(_) } => {
                self.hands.card_was_read(*request);
            }
            Event::Tick
            | Event::RoomChanged(_)
            | Event::AgeChanged(_)
            | Event::ConfigurationChanged(_)
            | Event::BarChanged { .. }
            | Event::ServiceUnchanged { .. }
            | Event::Touched(_)
            | Event::CardRead { .. }
            | Event::ChipRead { .. }
            | Event::Scanned { .. }
            | Event::PagePrinted { .. }
            | Event::Stored { .. }
            | Event::Printed { .. }
            | Event::Answered { .. }
            | Event::CardGone { .. }
            | Event::TechnicianMet { .. }
            | Event::PinTried { .. }
            | Event::PinVerified { .. }
            | Event::LookedAround { .. } => {}
        }
    }

    fn show(&mut self) {
        let screen = Screen::from(&self.session);
        if self.shown.as_ref() != Some(&screen) {
            self.hands.glass.show(screen.clone());
            self.shown = Some(screen);
        }
    }

    fn show_clock(&mut self) {
        let clock = kiosk_text::clock(jiff::Timestamp::now());
        if self.clock != clock {
            self.hands.glass.set_clock(clock.clone());
            self.clock = clock;
        }
    }
}
