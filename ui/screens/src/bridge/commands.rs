//! Touches to actions.

use kiosk_model::{Action, Key, Language, Mode};

use crate::glass::Command;

/// The action of a touch; `first` and `second` are places in lists as the window counts them.
pub fn action(command: Command, first: i32, second: i32) -> Action {
    match command {
        Command::Wake => Action::Wake,
        Command::Chinese => Action::ChooseLanguage(Language::ZhCn),
        Command::English => Action::ChooseLanguage(Language::En),
        Command::Russian => Action::ChooseLanguage(Language::Ru),
        Command::Normal => Action::ChooseMode(Mode::Normal),
        Command::Elder => Action::ChooseMode(Mode::Elder),
        Command::OpenTile => Action::OpenTile(place(first)),
        Command::OpenCases => Action::OpenCases,
        Command::ScanReceipt => Action::ScanReceipt,
        Command::Back => Action::Back,
        Command::End => Action::End,
        Command::EndNow => Action::EndNow,
        Command::Stay => Action::Stay,
        Command::Help => Action::Help,
        Command::CloseHelp => Action::CloseHelp,
        Command::Start => Action::Start,
        Command::FocusField => Action::FocusField(place(first)),
        Command::ChooseOption => Action::ChooseOption { field: place(first), option: place(second) },
        Command::Digit => Action::Press(Key::Digit(small(first))),
        Command::Point => Action::Press(Key::Point),
        Command::Backspace => Action::Press(Key::Backspace),
        Command::Clear => Action::Press(Key::Clear),
        Command::Next => Action::Next,
        Command::Submit => Action::Submit,
        Command::PrintAgain => Action::PrintAgain,
        Command::PrintPage => Action::PrintPage,
        Command::Finish => Action::Finish,
        Command::Another => Action::Another,
        Command::Retry => Action::Retry,
        Command::Rate => Action::Rate(small(first)),
        Command::SkipRating => Action::SkipRating,
        Command::PauseService => Action::PauseService,
        Command::ResumeService => Action::ResumeService,
        Command::PageForward => Action::PageForward,
        Command::PageBack => Action::PageBack,
    }
}

// The window counts places of models it was given, so they are never negative.
fn place(at: i32) -> usize {
    usize::try_from(at).unwrap_or_default()
}

fn small(number: i32) -> u8 {
    u8::try_from(number).unwrap_or_default()
}
