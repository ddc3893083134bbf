//! What the devices tell a visit.

use kiosk_drivers_api::{PageFault, PrintFault, Scan, ScanFault};

use super::{Idle, Visiting};
use crate::ctx::Ctx;
use crate::states::CardPin;
use crate::task::Input;
use crate::turn::Turn;
use crate::visit::{Identity, Trouble};
use crate::words::code_trouble;
use crate::{Effect, Now, RequestId};

impl Visiting {
    /// What reader or slot tell of a person; nothing where they told of themselves only.
    pub(crate) fn saw(
        mut self,
        identity: Option<Identity>,
        now: Now,
        ctx: &mut Ctx,
        effects: &mut Vec<Effect>,
    ) -> Option<Self> {
        let Some(identity) = identity else { return Some(self) };
        self.idle = Idle::Since(now.monotonic);
        let mut turn = Turn { now, ctx, visit: &mut self.visit, effects };
        if turn.sees(identity) {
            return self.task_on(Input::Identified, now, ctx, effects);
        }
        if turn.visit.waits_for_pin() && self.task.shows().asks_for_pin() {
            self.task = CardPin::before(self.task, &mut turn);
        }
        Some(self)
    }

    /// Whoever shows a code is there, even if it is the wrong one.
    pub(super) fn scanned(
        mut self,
        result: Result<Box<Scan>, ScanFault>,
        now: Now,
        ctx: &mut Ctx,
        effects: &mut Vec<Effect>,
    ) -> Option<Self> {
        if result.as_ref().err().is_none_or(|fault| code_trouble(*fault).is_some()) {
            self.idle = Idle::Since(now.monotonic);
        }
        self.task_on(Input::Scanned(result), now, ctx, effects)
    }

    /// What was said about a card is over once its reader is: that is said instead.
    pub(super) fn place_changed(
        mut self,
        now: Now,
        ctx: &mut Ctx,
        effects: &mut Vec<Effect>,
    ) -> Option<Self> {
        let is_over = match &self.visit.identity {
            Identity::Troubled(Trouble::Card(_)) => ctx.reader_is_broken(),
            Identity::Troubled(Trouble::Chip(_)) => ctx.slot_is_broken(),
            Identity::Awaited | Identity::Present(_) => false,
        };
        if is_over {
            self.visit.identity = Identity::Awaited;
        }
        if ctx.slot_is_broken() { self.task_on(Input::SlotBroke, now, ctx, effects) } else { Some(self) }
    }

    pub(super) fn printed(
        mut self,
        request: RequestId,
        result: Result<(), PrintFault>,
        now: Now,
        ctx: &mut Ctx,
        effects: &mut Vec<Effect>,
    ) -> Option<Self> {
        if self.visit.printing.as_ref().is_none_or(|printing| printing.request != request) {
            return Some(self);
        }
        Turn { now, ctx, visit: &mut self.visit, effects }.print_ended(result);
        self.task_on(Input::Printed(result), now, ctx, effects)
    }

    pub(super) fn page_printed(
        mut self,
        request: RequestId,
        result: Result<(), PageFault>,
        now: Now,
        ctx: &mut Ctx,
        effects: &mut Vec<Effect>,
    ) -> Option<Self> {
        if self.visit.paging.as_ref().is_none_or(|paging| paging.request != request) {
            return Some(self);
        }
        Turn { now, ctx, visit: &mut self.visit, effects }.page_ended(result);
        self.task_on(Input::PagePrinted(result), now, ctx, effects)
    }

    pub(super) fn print_timed_out(self, now: Now, ctx: &mut Ctx, effects: &mut Vec<Effect>) -> Option<Self> {
        let due = self.visit.printing.as_ref().filter(|printing| printing.until <= now.monotonic);
        let Some(request) = due.map(|printing| printing.request) else { return Some(self) };
        effects.push(Effect::StopPrinting);
        self.printed(request, Err(PrintFault::Unconfirmed), now, ctx, effects)
    }

    pub(super) fn page_timed_out(self, now: Now, ctx: &mut Ctx, effects: &mut Vec<Effect>) -> Option<Self> {
        let due = self.visit.paging.as_ref().filter(|paging| paging.until <= now.monotonic);
        let Some(request) = due.map(|paging| paging.request) else { return Some(self) };
        effects.push(Effect::StopPage);
        self.page_printed(request, Err(PageFault::Unconfirmed), now, ctx, effects)
    }
}
