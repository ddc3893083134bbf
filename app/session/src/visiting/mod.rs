//! A visit as a whole: the task at hand, what lies above it, the idle clock, and the end.

mod devices;

use std::time::Duration;

use kiosk_model::{Action, CardPlace, Frame, Language, Mode, Overlay, Screen, Shown};
use kiosk_protocol::trail::{EndReason, TrailEvent};
use uuid::Uuid;

use crate::ctx::Ctx;
use crate::deadlines::Patience;
use crate::states::{Farewell, Home};
use crate::task::{Deadline, Input, Step, Task};
use crate::turn::Turn;
use crate::view::View;
use crate::visit::{Identity, Visit};
use crate::{Effect, Event, Now};

/// A visit that goes on.
pub(crate) struct Visiting {
    visit: Visit,
    task: Task,
    dialog: Option<Dialog>,
    idle: Idle,
    patience: Patience,
}

/// What the resident opened above a task; the task stays as it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialog {
    Help,
    ConfirmEnd,
}

/// The idle clock.
#[derive(Clone, Copy)]
enum Idle {
    /// Touched last at this moment.
    Since(Duration),
    /// Warned at this moment; so many seconds are shown.
    Warned { at: Duration, seconds_left: u32 },
}

const SECOND: Duration = Duration::from_secs(1);

impl Visiting {
    /// Somebody woke the terminal.
    pub(crate) fn begin(
        language: Language,
        mode: Mode,
        now: Now,
        ctx: &mut Ctx,
        effects: &mut Vec<Effect>,
    ) -> Self {
        let visit = Visit::new(ctx.uuid(now.wall), language, mode);
        effects.push(Effect::Record(TrailEvent::VisitBegun { visit: visit.id }));
        let (task, patience) = (Home::default().into(), Patience::of(&ctx.configuration));
        Self { visit, task, dialog: None, idle: Idle::Since(now.monotonic), patience }
    }

    /// Takes in an event; nothing is left when the visit ended.
    pub(crate) fn on(self, now: Now, event: Event, ctx: &mut Ctx, effects: &mut Vec<Effect>) -> Option<Self> {
        let left = match event {
            Event::Tick => self.tick(now, ctx, effects),
            Event::Touched(action) => self.touched(action, now, ctx, effects),
            Event::CardRead { result, .. } => self.saw(Identity::on_reader(result, now), now, ctx, effects),
            Event::ChipRead { result, .. } => {
                self.saw(Identity::in_slot(result.map(|card| *card), now), now, ctx, effects)
            }
            Event::Scanned { result, .. } => self.scanned(result, now, ctx, effects),
            Event::Stored { request, result } => {
                self.task_on(Input::Stored(request, result), now, ctx, effects)
            }
            Event::Printed { request, result } => self.printed(request, result, now, ctx, effects),
            Event::Answered { request, result } => {
                self.task_on(Input::Answered(request, result), now, ctx, effects)
            }
            Event::PagePrinted { request, result } => self.page_printed(request, result, now, ctx, effects),
            Event::ReaderChanged(_) | Event::SlotChanged(_) => self.place_changed(now, ctx, effects),
            Event::CardGone { request } => self.task_on(Input::CardGone(request), now, ctx, effects),
            Event::PinVerified { request, result } => {
                self.task_on(Input::PinVerified(request, result), now, ctx, effects)
            }
            Event::PrinterChanged(_) if ctx.printer_fault().is_none() => {
                self.task_on(Input::PrinterWorks, now, ctx, effects)
            }
            Event::PagePrinterChanged(_) if ctx.page_fault().is_none() => {
                self.task_on(Input::PagePrinterWorks, now, ctx, effects)
            }
            Event::PrinterChanged(_)
            | Event::PagePrinterChanged(_)
            | Event::ScannerChanged(_)
            | Event::LinkChanged(_)
            | Event::RoomChanged(_)
            | Event::CatalogueChanged(_)
            | Event::AgeChanged(_)
            | Event::ConfigurationChanged(_)
            | Event::BarChanged { .. }
            | Event::ServiceUnchanged { .. }
            | Event::TechnicianMet { .. }
            | Event::PinTried { .. }
            | Event::LookedAround { .. } => Some(self),
        };
        left.map(|visiting| visiting.hold_the_clock(now))
    }

    /// Ends the visit: what runs for it is stopped, the end is recorded, everything is dropped.
    pub(crate) fn end(mut self, why: EndReason, now: Now, ctx: &mut Ctx, effects: &mut Vec<Effect>) {
        let mut turn = Turn { now, ctx, visit: &mut self.visit, effects };
        turn.stop_printing();
        turn.stop_page();
        turn.effects.push(Effect::StopAsking);
        let visit = turn.visit.id;
        turn.record(TrailEvent::VisitEnded { visit, why });
    }

    pub(crate) fn id(&self) -> Uuid {
        self.visit.id
    }

    pub(crate) fn name(&self) -> &'static str {
        self.task.shows().name()
    }

    /// Where; nowhere once somebody is identified.
    pub(crate) fn takes_card(&self) -> Option<CardPlace> {
        self.task.shows().takes_card().filter(|_| self.visit.holder().is_none())
    }

    pub(crate) fn takes_code(&self) -> bool {
        self.task.shows().takes_code()
    }

    /// The nearest of the task's, the prints' and the idle clock's deadlines.
    pub(crate) fn deadline(&self) -> Option<Deadline> {
        let task = self.task.shows();
        let printing = self.visit.printing.as_ref().map(|printing| (printing.until, "print"));
        let paging = self.visit.paging.as_ref().map(|paging| (paging.until, "page"));
        let idle = (!task.is_waiting()).then(|| self.idle_deadline());
        [task.deadline(), printing, paging, idle].into_iter().flatten().min_by_key(|(at, _)| *at)
    }

    fn idle_deadline(&self) -> Deadline {
        match self.idle {
            Idle::Since(at) => (at + self.patience.idle(self.visit.mode), "idle"),
            Idle::Warned { at, seconds_left } => (
                at + self.patience.warning.saturating_sub(SECOND * seconds_left.saturating_sub(1)),
                "idle warning",
            ),
        }
    }

    fn tick(self, now: Now, ctx: &mut Ctx, effects: &mut Vec<Effect>) -> Option<Self> {
        let visiting = self.print_timed_out(now, ctx, effects)?.page_timed_out(now, ctx, effects)?;
        let due = visiting.task.shows().deadline().is_some_and(|(at, _)| at <= now.monotonic);
        let visiting = if due { visiting.task_on(Input::TimedOut, now, ctx, effects)? } else { visiting };
        visiting.idle_tick(now, ctx, effects)
    }

    fn idle_tick(mut self, now: Now, ctx: &mut Ctx, effects: &mut Vec<Effect>) -> Option<Self> {
        let (due, _) = self.idle_deadline();
        if self.task.shows().is_waiting() || due > now.monotonic {
            return Some(self);
        }
        let at = match self.idle {
            Idle::Since(_) => now.monotonic,
            Idle::Warned { at, .. } => at,
        };
        let left = self.patience.warning.saturating_sub(now.monotonic.saturating_sub(at));
        if left.is_zero() {
            self.end(EndReason::Idle, now, ctx, effects);
            return None;
        }
        self.idle =
            Idle::Warned { at, seconds_left: u32::try_from(left.as_millis().div_ceil(1000)).unwrap_or(0) };
        Some(self)
    }

    fn touched(mut self, action: Action, now: Now, ctx: &mut Ctx, effects: &mut Vec<Effect>) -> Option<Self> {
        let warned = matches!(self.idle, Idle::Warned { .. });
        self.idle = Idle::Since(now.monotonic);
        if warned {
            return self.answered_warning(&action, now, ctx, effects);
        }
        match action {
            Action::Help => Some(self.with_dialog(Some(Dialog::Help))),
            Action::CloseHelp | Action::Stay => Some(self.with_dialog(None)),
            Action::End => self.asked_to_end(now, ctx, effects),
            Action::EndNow => self.confirmed_end(now, ctx, effects),
            Action::ChooseLanguage(language) => Some(self.speaking(language)),
            Action::ChooseMode(mode) => Some(self.sized(mode)),
            Action::Wake | Action::PauseService | Action::ResumeService => Some(self),
            action @ (Action::OpenTile(_)
            | Action::OpenCases
            | Action::ScanReceipt
            | Action::Back
            | Action::Start
            | Action::FocusField(_)
            | Action::ChooseOption { .. }
            | Action::Press(_)
            | Action::Next
            | Action::Submit
            | Action::PrintAgain
            | Action::PrintPage
            | Action::Finish
            | Action::Another
            | Action::Retry
            | Action::Rate(_)
            | Action::SkipRating
            | Action::PageForward
            | Action::PageBack) => self.uncovered(action, now, ctx, effects),
        }
    }

    /// Whatever was meant, somebody is there: the screen below returns exactly as it was.
    fn answered_warning(
        self,
        action: &Action,
        now: Now,
        ctx: &mut Ctx,
        effects: &mut Vec<Effect>,
    ) -> Option<Self> {
        let ends = matches!(action, Action::End | Action::EndNow);
        if ends { self.leave(now, ctx, effects) } else { Some(self) }
    }

    /// What lies under a dialog cannot be touched.
    fn uncovered(self, action: Action, now: Now, ctx: &mut Ctx, effects: &mut Vec<Effect>) -> Option<Self> {
        if self.dialog.is_some() {
            Some(self)
        } else {
            self.task_on(Input::Touched(action), now, ctx, effects)
        }
    }

    fn confirmed_end(self, now: Now, ctx: &mut Ctx, effects: &mut Vec<Effect>) -> Option<Self> {
        let asked = self.dialog == Some(Dialog::ConfirmEnd);
        if asked { self.leave(now, ctx, effects) } else { Some(self) }
    }

    fn speaking(mut self, language: Language) -> Self {
        self.visit.language = language;
        self
    }

    fn sized(mut self, mode: Mode) -> Self {
        self.visit.mode = mode;
        self
    }

    fn with_dialog(self, dialog: Option<Dialog>) -> Self {
        Self { dialog, ..self }
    }

    fn asked_to_end(self, now: Now, ctx: &mut Ctx, effects: &mut Vec<Effect>) -> Option<Self> {
        let task = self.task.shows();
        let asks_first = task.can_end() && task.has_begun();
        if asks_first {
            Some(self.with_dialog(Some(Dialog::ConfirmEnd)))
        } else {
            self.leave(now, ctx, effects)
        }
    }

    /// The resident ends, where the task lets them: the person is dropped before the farewell is shown.
    fn leave(mut self, now: Now, ctx: &mut Ctx, effects: &mut Vec<Effect>) -> Option<Self> {
        if !self.task.shows().can_end() {
            return Some(self);
        }
        let mut turn = Turn { now, ctx, visit: &mut self.visit, effects };
        self.task = Farewell::new(&mut turn).into();
        Some(self.with_dialog(None))
    }

    fn task_on(mut self, input: Input, now: Now, ctx: &mut Ctx, effects: &mut Vec<Effect>) -> Option<Self> {
        let mut turn = Turn { now, ctx, visit: &mut self.visit, effects };
        match self.task.on(input, &mut turn) {
            Step::To(task) => Some(Self { task, ..self }),
            Step::End(why) => {
                let visiting = Self { task: Home::default().into(), ..self };
                visiting.end(why, now, ctx, effects);
                None
            }
        }
    }

    /// While something is at work the idle clock stands; it starts anew when the result is there.
    fn hold_the_clock(mut self, now: Now) -> Self {
        if self.task.shows().is_waiting() {
            self.idle = Idle::Since(now.monotonic);
        }
        self
    }

    pub(crate) fn screen(&self, ctx: &Ctx) -> Screen {
        let view = View { ctx, visit: &self.visit };
        Screen {
            language: self.visit.language,
            mode: self.visit.mode,
            frame: self.frame(&view),
            body: self.task.shows().body(&view),
            overlay: self.overlay(&view),
        }
    }

    fn frame(&self, view: &View) -> Frame {
        let task = self.task.shows();
        Frame {
            back: task.can_go_back(),
            end: task.can_end(),
            help: true,
            person: self.visit.masked_name().map(Shown::from),
            site: view.say(&view.ctx.site),
            notice: task.notice(view),
        }
    }

    fn overlay(&self, view: &View) -> Option<Overlay> {
        match (self.idle, self.dialog) {
            (Idle::Warned { seconds_left, .. }, _) => Some(Overlay::IdleWarning { seconds_left }),
            (Idle::Since(_), Some(Dialog::Help)) => {
                Some(Overlay::Help { lines: view.texts().help(self.task.shows().topic(view)) })
            }
            (Idle::Since(_), Some(Dialog::ConfirmEnd)) => Some(Overlay::ConfirmEnd),
            (Idle::Since(_), None) => None,
        }
    }
}
