//! The PIN of a social security card that gives its holder for nothing else.
//!
//! Policy: a card is asked once for each touch of Enter and never by itself, however unclear its answer was: the next try may be
//! the last. What was typed is dropped as soon as it is handed over. The ID card will do at any moment, its reader goes on
//! looking. Whatever ends this leads back to where the resident was, and that screen says what is wrong.

use std::time::Duration;

use kiosk_drivers_api::{SmartCardFault, SocialSecurityCard};
use kiosk_model::{Body, CardPlace, Key, PinOwner, PinStage};
use kiosk_text::{ChipTrouble, PinWord, Topic};

use crate::limits::{CARD_PIN_DIGITS_MAX, CARD_PIN_DIGITS_MIN, CARD_PIN_DIGITS_USUAL};
use crate::pad::Digits;
use crate::task::{Deadline, Input, Shows, Situation, Step, Task};
use crate::turn::Turn;
use crate::view::View;
use crate::visit::{Identity, Trouble};
use crate::words::{chip_trouble, trouble_says};
use crate::{Effect, RequestId, deadlines};

/// A card that wants its PIN is in the slot.
pub(crate) struct CardPin {
    /// Where the resident was.
    behind: Box<Task>,
    stage: Stage,
}

enum Stage {
    /// The PIN is typed; the card is watched meanwhile.
    Typing { digits: Digits, word: PinWord, watch: RequestId },
    /// The card was asked.
    Checking { request: RequestId, until: Duration },
}

impl CardPin {
    /// Asks for the PIN before a task goes on.
    pub(crate) fn before(task: Task, turn: &mut Turn) -> Task {
        Self { behind: Box::new(task), stage: Stage::typing(PinWord::First, turn) }.into()
    }

    /// It can be typed anew, and why.
    fn again(self, word: PinWord, turn: &mut Turn) -> Step {
        Self { stage: Stage::typing(word, turn), ..self }.same()
    }

    fn left_for(self, trouble: ChipTrouble, turn: &mut Turn) -> Step {
        // What was said of an ID card meanwhile is newer.
        if turn.visit.waits_for_pin() {
            turn.visit.identity = Identity::Troubled(Trouble::Chip(trouble));
        }
        Step::To(*self.behind)
    }

    /// The PIN was right.
    fn opened(self, card: SocialSecurityCard, turn: &mut Turn) -> Step {
        if turn.sees(Identity::of_social_security_card(card, turn.now)) {
            return self.identified(turn);
        }
        // What it keeps back even now, no PIN opens.
        self.left_for(ChipTrouble::Damaged, turn)
    }
}

impl Stage {
    fn typing(word: PinWord, turn: &mut Turn) -> Self {
        let watch = turn.ctx.request();
        turn.order(Effect::WatchCard { request: watch });
        Self::Typing { digits: Digits::none(CARD_PIN_DIGITS_MAX), word, watch }
    }

    fn is_checking(&self, awaited: RequestId) -> bool {
        matches!(self, Self::Checking { request, .. } if *request == awaited)
    }
}

fn can_enter(digits: &Digits) -> bool {
    digits.count() >= CARD_PIN_DIGITS_MIN && digits.count().is_multiple_of(2)
}

impl Situation for CardPin {
    fn press(mut self, key: Key, turn: &mut Turn) -> Step {
        if let Stage::Typing { digits, .. } = &mut self.stage {
            digits.press(key);
            turn.visit.identity = Identity::Troubled(Trouble::Chip(ChipTrouble::NeedsPin));
        }
        self.same()
    }

    fn submit(mut self, turn: &mut Turn) -> Step {
        if let Stage::Typing { digits, .. } = &mut self.stage
            && can_enter(digits)
        {
            let (request, pin) = (turn.ctx.request(), digits.take());
            turn.order(Effect::VerifyPin { request, pin });
            self.stage = Stage::Checking { request, until: turn.after(deadlines::CARD_PIN) };
        }
        self.same()
    }

    fn back(self, _turn: &mut Turn) -> Step {
        Step::To(*self.behind)
    }

    fn identified(self, turn: &mut Turn) -> Step {
        self.behind.on(Input::Identified, turn)
    }

    fn card_gone(self, request: RequestId, turn: &mut Turn) -> Step {
        match self.stage {
            Stage::Typing { watch, word, .. } if watch == request => {
                let is_unclear = word == PinWord::Unclear;
                self.left_for(if is_unclear { ChipTrouble::PinUnclear } else { ChipTrouble::Unread }, turn)
            }
            Stage::Typing { .. } | Stage::Checking { .. } => self.same(),
        }
    }

    /// Nobody can tell any more whether the card is still there.
    fn slot_broke(self, _turn: &mut Turn) -> Step {
        Step::To(*self.behind)
    }

    fn timed_out(self, turn: &mut Turn) -> Step {
        match self.stage {
            Stage::Checking { .. } => self.again(PinWord::Unclear, turn),
            Stage::Typing { .. } => self.same(),
        }
    }

    fn pin_verified(
        self,
        request: RequestId,
        result: Result<Box<SocialSecurityCard>, SmartCardFault>,
        turn: &mut Turn,
    ) -> Step {
        if !self.stage.is_checking(request) {
            return self.same();
        }
        match result.map_err(|fault| meaning(&fault)) {
            Ok(card) => self.opened(*card, turn),
            Err(Meaning::Again(word)) => self.again(word, turn),
            Err(Meaning::Over(trouble)) => self.left_for(trouble, turn),
        }
    }
}

/// What comes of a PIN that opened nothing.
enum Meaning {
    Again(PinWord),
    Over(ChipTrouble),
}

fn meaning(fault: &SmartCardFault) -> Meaning {
    match fault {
        SmartCardFault::PinWrong { tries_left } => {
            Meaning::Again(PinWord::Wrong { left: (*tries_left).into() })
        }
        SmartCardFault::PinNotDigits | SmartCardFault::InUse => Meaning::Again(PinWord::NotAsked),
        SmartCardFault::NoAnswer | SmartCardFault::Garbled | SmartCardFault::Cancelled => {
            Meaning::Again(PinWord::Unclear)
        }
        SmartCardFault::NoCard
        | SmartCardFault::Removed
        | SmartCardFault::NoService
        | SmartCardFault::NoPermission
        | SmartCardFault::NotConnected => Meaning::Over(ChipTrouble::PinUnclear),
        SmartCardFault::Mute
        | SmartCardFault::UnknownCard
        | SmartCardFault::Blocked { .. }
        | SmartCardFault::Refused { .. }
        | SmartCardFault::BadRecord { .. }
        | SmartCardFault::PinBlocked => Meaning::Over(chip_trouble(fault).unwrap_or(ChipTrouble::Damaged)),
    }
}

impl Shows for CardPin {
    fn name(&self) -> &'static str {
        "card_pin"
    }

    fn body(&self, view: &View) -> Body {
        let (typed, can_type, can_enter) = match &self.stage {
            Stage::Typing { digits, .. } => (digits.count(), true, can_enter(digits)),
            Stage::Checking { .. } => (0, false, false),
        };
        let (stage, message) = self.says(view);
        let (owner, places) = (PinOwner::Resident, CARD_PIN_DIGITS_USUAL.max(typed));
        Body::Pin { owner, typed, places, stage, message, can_type, can_enter }
    }

    fn topic(&self, _view: &View) -> Topic {
        Topic::CardPin
    }

    fn deadline(&self) -> Option<Deadline> {
        match self.stage {
            Stage::Typing { .. } => None,
            Stage::Checking { until, .. } => Some((until, "card pin")),
        }
    }

    fn is_waiting(&self) -> bool {
        matches!(self.stage, Stage::Checking { .. })
    }

    /// The slot has its card.
    fn takes_card(&self) -> Option<CardPlace> {
        Some(CardPlace::Reader)
    }
}

impl CardPin {
    fn says(&self, view: &View) -> (PinStage, String) {
        let texts = view.texts();
        match (&self.stage, &view.visit.identity) {
            (Stage::Checking { .. }, _) => (PinStage::Checking, texts.card_pin_is_checked()),
            (Stage::Typing { .. }, Identity::Troubled(trouble @ Trouble::Card(_))) => {
                (PinStage::Wrong, trouble_says(*trouble, texts).1)
            }
            (Stage::Typing { word: word @ PinWord::First, .. }, _) => {
                (PinStage::Typing, texts.card_pin(*word))
            }
            (Stage::Typing { word, .. }, _) => (PinStage::Wrong, texts.card_pin(*word)),
        }
    }
}
