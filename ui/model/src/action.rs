//! What a resident can do.

use crate::{Language, Mode};

/// One touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The attract screen was touched.
    Wake,
    /// A language was chosen; also wakes.
    ChooseLanguage(Language),
    /// Normal or elder was chosen; also wakes.
    ChooseMode(Mode),
    /// A tile of the home screen, by its place in `Body::Home::tiles`.
    OpenTile(usize),
    /// "My cases" on the home screen.
    OpenCases,
    /// Scan a receipt to see its case, on the home screen.
    ScanReceipt,
    /// One step back.
    Back,
    /// End the visit.
    End,
    /// End was confirmed.
    EndNow,
    /// Stay, after End or the idle warning: "I need more time".
    Stay,
    /// Open help.
    Help,
    /// Close help.
    CloseHelp,
    /// Begin the service of the guide.
    Start,
    /// A field of the form was touched, by its place in `Body::Form::fields`.
    FocusField(usize),
    /// An option of a choice: the field's place and the option's place.
    ChooseOption {
        /// The field.
        field: usize,
        /// The option.
        option: usize,
    },
    /// A key of the number pad; goes to the active field.
    Press(Key),
    /// The next page of the form, or the confirmation.
    Next,
    /// Submit what the confirmation shows.
    Submit,
    /// Print the receipt again after a fault.
    PrintAgain,
    /// Print the sealed page that the answer offers.
    PrintPage,
    /// Done with a result: on to the rating.
    Finish,
    /// Do another thing: back to the home screen.
    Another,
    /// Ask again, after an answer could not be had.
    Retry,
    /// A rating, 1 to 5.
    Rate(u8),
    /// No rating.
    SkipRating,
    /// A technician takes the terminal out of service.
    PauseService,
    /// A technician puts it back.
    ResumeService,
    /// The next page of a long list.
    PageForward,
    /// The page before.
    PageBack,
}

/// A key of the number pad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// `0` to `9`.
    Digit(u8),
    /// The decimal point of an amount.
    Point,
    /// Removes the last character.
    Backspace,
    /// Removes all.
    Clear,
}
