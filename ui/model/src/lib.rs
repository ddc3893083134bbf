//! The whole contract of the UI: a [`Screen`] is what is shown, an [`Action`] what can be done.
//!
//! Everything in a screen is text ready to show, in the resident's language. Text about a person is
//! [`Shown`]: no `Debug` of its content, zeroed when dropped. The UI decides nothing.

mod action;
mod body;
mod shown;
mod standing;

pub use action::{Action, Key};
pub use body::{
    AnswerTable, Body, CardPlace, CaseRow, Fact, FieldKind, FieldView, Icon, PageStage, PageView, PaperStage,
    ReaderStage, Row, ScanStage, Tile, Tone,
};
pub use shown::Shown;
pub use standing::{Condition, PinOwner, PinStage, ServiceChange, StateRow};

/// What is on the glass.
#[derive(Clone, PartialEq)]
pub struct Screen {
    /// The language of all texts.
    pub language: Language,
    /// Sizes and pace.
    pub mode: Mode,
    /// What stands at the same place on every screen.
    pub frame: Frame,
    /// The one task of this screen.
    pub body: Body,
    /// What lies above it, if anything.
    pub overlay: Option<Overlay>,
}

/// A language of the screens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// Chinese, simplified; what a visit starts with.
    #[default]
    ZhCn,
    /// English.
    En,
    /// Russian.
    Ru,
}

/// How large and how fast.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// For most people.
    #[default]
    Normal,
    /// 长辈版: larger text and targets, more time, no animation.
    Elder,
}

/// The same place on every screen. Back, End and Help never move; one that cannot be used is dimmed.
#[derive(Clone, PartialEq, Default)]
pub struct Frame {
    /// A step back is possible.
    pub back: bool,
    /// A visit is going on and can be ended.
    pub end: bool,
    /// Help can be opened.
    pub help: bool,
    /// Who is served: the masked name.
    pub person: Option<Shown>,
    /// Where this terminal stands.
    pub site: String,
    /// What does not work at the moment, in one sentence, and what that means for the resident.
    pub notice: Option<String>,
}

/// What lies above a screen; the screen below cannot be touched.
#[derive(Clone, PartialEq)]
pub enum Overlay {
    /// Nobody has touched anything for a while.
    IdleWarning {
        /// Until the visit ends and everything is wiped.
        seconds_left: u32,
    },
    /// How this screen works, and whom to call.
    Help {
        /// Sentences, from top to bottom.
        lines: Vec<String>,
    },
    /// The resident touched End while something was begun: really?
    ConfirmEnd,
}
