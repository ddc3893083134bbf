//! What a visit is at: the vocabulary of its states.

use std::time::Duration;

use kiosk_drivers_api::{PageFault, PrintFault, Scan, ScanFault, SmartCardFault, SocialSecurityCard};
use kiosk_model::{Action, Body, CardPlace, Key};
use kiosk_protocol::trail::EndReason;
use kiosk_protocol::wire::Reply;
use kiosk_text::Topic;

use crate::states::{
    Answer, Asking, CardPin, Cases, Confirm, Farewell, Form, Guide, Home, Identify, Rating, Receipt,
    Scanning, Submitting, Unavailable, Unsure,
};
use crate::turn::Turn;
use crate::view::View;
use crate::{AskTrouble, Kept, RequestId, StoreTrouble};

/// A deadline by the monotonic clock, and why.
pub(crate) type Deadline = (Duration, &'static str);

/// What a visit is at.
pub(crate) enum Task {
    Home(Home),
    Identify(Identify),
    CardPin(CardPin),
    Guide(Guide),
    Form(Form),
    Confirm(Confirm),
    Submitting(Submitting),
    Unsure(Unsure),
    Receipt(Receipt),
    Asking(Asking),
    Answer(Answer),
    Unavailable(Unavailable),
    Cases(Cases),
    Scanning(Scanning),
    Rating(Rating),
    Farewell(Farewell),
}

/// What reaches a task.
pub(crate) enum Input {
    Touched(Action),
    TimedOut,
    Identified,
    CardGone(RequestId),
    SlotBroke,
    PinVerified(RequestId, Result<Box<SocialSecurityCard>, SmartCardFault>),
    Stored(RequestId, Result<Kept, StoreTrouble>),
    Printed(Result<(), PrintFault>),
    PrinterWorks,
    Scanned(Result<Box<Scan>, ScanFault>),
    PagePrinted(Result<(), PageFault>),
    PagePrinterWorks,
    Answered(RequestId, Result<Box<Reply>, AskTrouble>),
}

/// What comes after an input.
pub(crate) enum Step {
    To(Task),
    End(EndReason),
}

impl Task {
    /// The task consumes itself: what it knew is dropped unless it hands it on.
    pub(crate) fn on(self, input: Input, turn: &mut Turn) -> Step {
        match self {
            Self::Home(state) => state.on(input, turn),
            Self::Identify(state) => state.on(input, turn),
            Self::CardPin(state) => state.on(input, turn),
            Self::Guide(state) => state.on(input, turn),
            Self::Form(state) => state.on(input, turn),
            Self::Confirm(state) => state.on(input, turn),
            Self::Submitting(state) => state.on(input, turn),
            Self::Unsure(state) => state.on(input, turn),
            Self::Receipt(state) => state.on(input, turn),
            Self::Asking(state) => state.on(input, turn),
            Self::Answer(state) => state.on(input, turn),
            Self::Unavailable(state) => state.on(input, turn),
            Self::Cases(state) => state.on(input, turn),
            Self::Scanning(state) => state.on(input, turn),
            Self::Rating(state) => state.on(input, turn),
            Self::Farewell(state) => state.on(input, turn),
        }
    }

    /// The task, for looking at.
    pub(crate) fn shows(&self) -> &dyn Shows {
        match self {
            Self::Home(state) => state,
            Self::Identify(state) => state,
            Self::CardPin(state) => state,
            Self::Guide(state) => state,
            Self::Form(state) => state,
            Self::Confirm(state) => state,
            Self::Submitting(state) => state,
            Self::Unsure(state) => state,
            Self::Receipt(state) => state,
            Self::Asking(state) => state,
            Self::Answer(state) => state,
            Self::Unavailable(state) => state,
            Self::Cases(state) => state,
            Self::Scanning(state) => state,
            Self::Rating(state) => state,
            Self::Farewell(state) => state,
        }
    }
}

macro_rules! becomes_task {
    ($($state:ident),* $(,)?) => {
        $(impl From<$state> for Task {
            fn from(state: $state) -> Self {
                Self::$state(state)
            }
        })*
    };
}

becomes_task!(
    Home,
    Identify,
    CardPin,
    Guide,
    Form,
    Confirm,
    Submitting,
    Unsure,
    Receipt,
    Asking,
    Answer,
    Unavailable,
    Cases,
    Scanning,
    Rating,
    Farewell,
);

/// How a state looks from outside.
pub(crate) trait Shows {
    /// For logs.
    fn name(&self) -> &'static str;
    /// The middle of the screen.
    fn body(&self, view: &View) -> Body;
    /// What its help is about.
    fn topic(&self, view: &View) -> Topic;

    /// What does not work and matters here.
    fn notice(&self, view: &View) -> Option<String> {
        let surroundings = view.room_notice().or_else(|| view.offline_notice());
        let surroundings = view.reader_notice().or(surroundings);
        surroundings.or_else(|| view.age_notice()).or_else(|| view.printer_notice())
    }

    /// Its own deadline; the idle clock is the visit's.
    fn deadline(&self) -> Option<Deadline> {
        None
    }

    /// Something other than the resident is at work: the idle clock stands.
    fn is_waiting(&self) -> bool {
        false
    }

    fn can_go_back(&self) -> bool {
        true
    }

    fn can_end(&self) -> bool {
        true
    }

    /// Ending would lose what the resident did: End asks first.
    fn has_begun(&self) -> bool {
        false
    }

    /// Where a card may be put here.
    fn takes_card(&self) -> Option<CardPlace> {
        Some(CardPlace::Either)
    }

    /// A card that wants its PIN has it asked for here.
    fn asks_for_pin(&self) -> bool {
        false
    }

    /// A code may be shown here.
    fn takes_code(&self) -> bool {
        false
    }
}

/// The whole vocabulary of the states. What a state does not override means nothing to it and changes nothing.
pub(crate) trait Situation: Sized + Into<Task> {
    fn on(self, input: Input, turn: &mut Turn) -> Step {
        match input {
            Input::Touched(action) => self.touched(action, turn),
            Input::TimedOut => self.timed_out(turn),
            Input::Identified => self.identified(turn),
            Input::CardGone(request) => self.card_gone(request, turn),
            Input::SlotBroke => self.slot_broke(turn),
            Input::PinVerified(request, result) => self.pin_verified(request, result, turn),
            Input::Stored(request, result) => self.stored(request, result, turn),
            Input::Printed(result) => self.printed(result, turn),
            Input::PrinterWorks => self.printer_works(turn),
            Input::Scanned(result) => self.scanned(result, turn),
            Input::PagePrinted(result) => self.page_printed(result, turn),
            Input::PagePrinterWorks => self.page_printer_works(turn),
            Input::Answered(request, result) => self.answered(request, result, turn),
        }
    }

    fn touched(self, action: Action, turn: &mut Turn) -> Step {
        match action {
            Action::OpenTile(index) => self.open_tile(index, turn),
            Action::OpenCases => self.open_cases(turn),
            Action::ScanReceipt => self.scan_receipt(turn),
            Action::Back => self.back(turn),
            Action::Start => self.start(turn),
            Action::FocusField(field) => self.focus(field, turn),
            Action::ChooseOption { field, option } => self.choose(field, option, turn),
            Action::Press(key) => self.press(key, turn),
            Action::Next => self.next(turn),
            Action::Submit => self.submit(turn),
            Action::PrintAgain => self.print_again(turn),
            Action::PrintPage => self.print_page(turn),
            Action::Finish => self.finish(turn),
            Action::Another => self.another(turn),
            Action::Retry => self.retry(turn),
            Action::Rate(level) => self.rate(level, turn),
            Action::SkipRating => self.skip_rating(turn),
            Action::PageForward => self.page_forward(turn),
            Action::PageBack => self.page_back(turn),
            // The visit itself answers these, in every state alike.
            Action::Wake
            | Action::ChooseLanguage(_)
            | Action::ChooseMode(_)
            | Action::End
            | Action::EndNow
            | Action::Stay
            | Action::Help
            | Action::PauseService
            | Action::ResumeService
            | Action::CloseHelp => self.same(),
        }
    }

    /// Nothing changes.
    fn same(self) -> Step {
        Step::To(self.into())
    }

    fn open_tile(self, _index: usize, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn open_cases(self, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn scan_receipt(self, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn back(self, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn start(self, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn focus(self, _field: usize, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn choose(self, _field: usize, _option: usize, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn press(self, _key: Key, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn next(self, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn submit(self, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn print_again(self, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn print_page(self, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn finish(self, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn another(self, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn retry(self, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn rate(self, _level: u8, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn skip_rating(self, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn page_forward(self, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn page_back(self, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn timed_out(self, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn identified(self, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn card_gone(self, _request: RequestId, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn slot_broke(self, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn pin_verified(
        self,
        _request: RequestId,
        _result: Result<Box<SocialSecurityCard>, SmartCardFault>,
        _turn: &mut Turn,
    ) -> Step {
        self.same()
    }
    fn stored(self, _request: RequestId, _result: Result<Kept, StoreTrouble>, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn printed(self, _result: Result<(), PrintFault>, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn printer_works(self, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn scanned(self, _result: Result<Box<Scan>, ScanFault>, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn page_printed(self, _result: Result<(), PageFault>, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn page_printer_works(self, _turn: &mut Turn) -> Step {
        self.same()
    }
    fn answered(
        self,
        _request: RequestId,
        _result: Result<Box<Reply>, AskTrouble>,
        _turn: &mut Turn,
    ) -> Step {
        self.same()
    }
}
