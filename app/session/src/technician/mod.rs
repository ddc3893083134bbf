//! A technician at the terminal: a card from the roster in the slot, its PIN, then how the terminal stands.
//!
//! Policy: it begins with a technician's card while no visit is under way: at the attract screen, and whatever keeps residents
//! out. It lasts no longer than the card is in the slot.
//! Nobody's data are here, and nothing can be done for a resident. What is typed is dropped as soon as it is handed over.
//! A card nobody knows begins a visit, as any other unknown card does, and where nobody is taken in nothing.

mod inside;
mod pin;

use std::time::Duration;

use kiosk_drivers_api::{DeviceStatus, TechnicianCard};
use kiosk_model::{Action, Body, Frame, Language, Mode, Overlay, Screen};
use kiosk_text::Texts;

use crate::ctx::Ctx;
use crate::task::Deadline;
use crate::{Bar, Effect, Event, Met, Now, PinAnswer, RequestId, deadlines};
use inside::Inside;
use pin::{Said, Typing};

/// A technician at work.
pub(crate) struct Technician {
    language: Language,
    mode: Mode,
    /// Whose card it is, as the roster says; nothing before.
    name: String,
    watch: RequestId,
    /// Touched last at this moment.
    touched: Duration,
    is_helped: bool,
    stage: Stage,
}

enum Stage {
    /// The roster is asked.
    Meeting(Wait),
    /// The PIN is typed.
    Typing(Typing),
    /// The PIN is counted and checked.
    Checking(Wait),
    /// The PIN was right.
    Inside(Inside),
}

/// An answer that is waited for.
struct Wait {
    request: RequestId,
    until: Duration,
}

/// What comes after an event.
pub(crate) enum Outcome {
    /// The technician goes on.
    Stays(Box<Technician>),
    /// Nobody is there any more.
    Leaves,
    /// The card is nobody's.
    Stranger,
}

impl Technician {
    /// A technician's card was put in.
    pub(crate) fn begin(card: TechnicianCard, now: Now, ctx: &mut Ctx, effects: &mut Vec<Effect>) -> Self {
        let (watch, request) = (ctx.request(), ctx.request());
        effects.push(Effect::WatchCard { request: watch });
        effects.push(Effect::MeetTechnician { request, card: Box::new(card) });
        Self {
            language: Language::default(),
            mode: Mode::default(),
            name: String::new(),
            watch,
            touched: now.monotonic,
            is_helped: false,
            stage: Stage::Meeting(Wait::begin(request, now)),
        }
    }

    /// Takes in an event.
    pub(crate) fn on(
        mut self: Box<Self>,
        now: Now,
        event: Event,
        ctx: &mut Ctx,
        effects: &mut Vec<Effect>,
    ) -> Outcome {
        match event {
            Event::Tick => self.tick(now, effects),
            Event::Touched(action) => self.touched(action, now, ctx, effects),
            Event::CardGone { request } if request == self.watch => self.leave(effects),
            // Without the reader nobody knows whether the card is still there.
            Event::SlotChanged(status) if status != DeviceStatus::Online => self.leave(effects),
            Event::TechnicianMet { request, result } => self.met(request, result, now),
            Event::PinTried { request, answer } => self.tried(request, answer, now, ctx, effects),
            Event::LookedAround { request, report } => {
                if let Stage::Inside(inside) = &mut self.stage {
                    inside.told(request, *report);
                }
                Outcome::Stays(self)
            }
            Event::Printed { request, result } => {
                if let Stage::Inside(inside) = &mut self.stage {
                    inside.printed(request, result, effects);
                }
                Outcome::Stays(self)
            }
            Event::BarChanged { bar: Bar::Pause, .. } => {
                if let Stage::Inside(inside) = &mut self.stage {
                    inside.changed();
                }
                Outcome::Stays(self)
            }
            Event::ServiceUnchanged { request } => {
                if let Stage::Inside(inside) = &mut self.stage {
                    inside.unchanged(request);
                }
                Outcome::Stays(self)
            }
            Event::BarChanged { .. }
            | Event::CardGone { .. }
            | Event::CardRead { .. }
            | Event::ChipRead { .. }
            | Event::Scanned { .. }
            | Event::ReaderChanged(_)
            | Event::SlotChanged(_)
            | Event::ScannerChanged(_)
            | Event::PrinterChanged(_)
            | Event::PagePrinterChanged(_)
            | Event::Stored { .. }
            | Event::PinVerified { .. }
            | Event::PagePrinted { .. }
            | Event::Answered { .. }
            | Event::LinkChanged(_)
            | Event::RoomChanged(_)
            | Event::CatalogueChanged(_)
            | Event::AgeChanged(_)
            | Event::ConfigurationChanged(_) => Outcome::Stays(self),
        }
    }

    /// The name of the state, for logs.
    pub(crate) fn name(&self) -> &'static str {
        match self.stage {
            Stage::Meeting(_) | Stage::Typing(_) | Stage::Checking(_) => "technician_pin",
            Stage::Inside(_) => "technician",
        }
    }

    /// The nearest deadline.
    pub(crate) fn deadline(&self) -> Deadline {
        let idle = (self.touched + deadlines::idle(self.mode), "technician idle");
        match &self.stage {
            Stage::Meeting(wait) | Stage::Checking(wait) => (wait.until, "technician answer"),
            Stage::Typing(typing) => typing.deadline().map_or(idle, |next| next.min(idle)),
            Stage::Inside(_) => idle,
        }
    }

    /// Everything ends; nothing of it is kept.
    pub(crate) fn leave(self, effects: &mut Vec<Effect>) -> Outcome {
        if let Stage::Inside(inside) = self.stage {
            inside.leave(effects);
        }
        Outcome::Leaves
    }

    fn tick(mut self: Box<Self>, now: Now, effects: &mut Vec<Effect>) -> Outcome {
        if let Stage::Typing(typing) = &mut self.stage {
            typing.tick(now);
        }
        // What is waited for has its own deadline: none came.
        let (due, _) = self.deadline();
        if due <= now.monotonic { self.leave(effects) } else { Outcome::Stays(self) }
    }

    fn touched(
        mut self: Box<Self>,
        action: Action,
        now: Now,
        ctx: &mut Ctx,
        effects: &mut Vec<Effect>,
    ) -> Outcome {
        self.touched = now.monotonic;
        match action {
            Action::End | Action::EndNow | Action::Back => return self.leave(effects),
            Action::Help => self.is_helped = true,
            Action::CloseHelp | Action::Stay => self.is_helped = false,
            Action::ChooseLanguage(language) => self.language = language,
            Action::ChooseMode(mode) => self.mode = mode,
            Action::Press(key) => {
                if let Stage::Typing(typing) = &mut self.stage {
                    typing.press(key);
                }
            }
            Action::Submit => self.enter(now, ctx, effects),
            Action::Retry => {
                if let Stage::Inside(inside) = &mut self.stage {
                    inside.look(ctx, effects);
                }
            }
            Action::PrintAgain => {
                if let Stage::Inside(inside) = &mut self.stage {
                    inside.print(Texts::new(self.language), now, ctx, effects);
                }
            }
            Action::PauseService => {
                if let Stage::Inside(inside) = &mut self.stage {
                    inside.change(|request| Effect::PauseService { request }, ctx, effects);
                }
            }
            Action::ResumeService => {
                if let Stage::Inside(inside) = &mut self.stage {
                    inside.change(|request| Effect::ResumeService { request }, ctx, effects);
                }
            }
            Action::Wake
            | Action::OpenTile(_)
            | Action::OpenCases
            | Action::ScanReceipt
            | Action::Start
            | Action::FocusField(_)
            | Action::ChooseOption { .. }
            | Action::Next
            | Action::PrintPage
            | Action::Finish
            | Action::Another
            | Action::Rate(_)
            | Action::SkipRating
            | Action::PageForward
            | Action::PageBack => {}
        }
        Outcome::Stays(self)
    }

    /// Hands the PIN over where it can be one and may be tried.
    fn enter(&mut self, now: Now, ctx: &mut Ctx, effects: &mut Vec<Effect>) {
        let Stage::Typing(typing) = &mut self.stage else { return };
        let Some(pin) = typing.take() else { return };
        let request = ctx.request();
        effects.push(Effect::TryPin { request, pin });
        self.stage = Stage::Checking(Wait::begin(request, now));
    }

    fn met(mut self: Box<Self>, request: RequestId, result: Option<Met>, now: Now) -> Outcome {
        if !matches!(&self.stage, Stage::Meeting(wait) if wait.request == request) {
            return Outcome::Stays(self);
        }
        let Some(Met { name, gate }) = result else { return Outcome::Stranger };
        self.name = name;
        self.touched = now.monotonic;
        self.stage = Stage::Typing(Typing::begin(gate, None, now));
        Outcome::Stays(self)
    }

    fn tried(
        mut self: Box<Self>,
        request: RequestId,
        answer: PinAnswer,
        now: Now,
        ctx: &mut Ctx,
        effects: &mut Vec<Effect>,
    ) -> Outcome {
        let is_awaited = matches!(&self.stage, Stage::Checking(wait) if wait.request == request);
        if !is_awaited {
            return Outcome::Stays(self);
        }
        self.touched = now.monotonic;
        self.stage = match answer {
            PinAnswer::Right => Stage::Inside(Inside::begin(ctx, effects)),
            PinAnswer::Wrong(gate) => Stage::Typing(Typing::begin(gate, Some(Said::Wrong), now)),
            PinAnswer::NotYet(gate) => Stage::Typing(Typing::begin(gate, None, now)),
            PinAnswer::NotCounted(gate) => Stage::Typing(Typing::begin(gate, Some(Said::NotCounted), now)),
        };
        Outcome::Stays(self)
    }

    /// What is on the glass.
    pub(crate) fn screen(&self, ctx: &Ctx) -> Screen {
        let texts = Texts::new(self.language);
        let body = match &self.stage {
            Stage::Meeting(_) => Body::Working { message: texts.technician_is_met() },
            Stage::Typing(typing) => typing.body(texts),
            Stage::Checking(_) => pin::being_checked(texts),
            Stage::Inside(inside) => inside.body(texts, &self.name, ctx),
        };
        let site = ctx.site.get(crate::view::package_language(self.language)).to_owned();
        Screen {
            language: self.language,
            mode: self.mode,
            frame: Frame { end: true, help: true, site, ..Frame::default() },
            body,
            overlay: self.is_helped.then(|| Overlay::Help { lines: texts.technician_help() }),
        }
    }
}

impl Wait {
    fn begin(request: RequestId, now: Now) -> Self {
        Self { request, until: now.monotonic + deadlines::STORE }
    }
}
