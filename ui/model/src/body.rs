//! The one task of a screen.

use crate::{PinOwner, PinStage, ServiceChange, Shown, StateRow};

/// What the middle of the screen shows. One variant per screen.
#[derive(Clone, PartialEq)]
pub enum Body {
    /// Nobody is there. A clock, a greeting, languages, 长辈版, "touch to begin".
    Attract,
    /// The services.
    Home {
        /// A greeting by masked name once the card was read, else an invitation to put it down.
        greeting: Shown,
        /// Whether a card was read in this visit.
        identified: bool,
        /// The services of this page.
        tiles: Vec<Tile>,
        /// Which page, from 1.
        page: usize,
        /// How many pages.
        pages: usize,
        /// Whether the code of a receipt can be scanned.
        can_scan: bool,
    },
    /// Put the card on the reader or into the slot.
    Identify {
        /// What happens there.
        stage: ReaderStage,
        /// Where a card can be put.
        place: CardPlace,
        /// The sentence that goes with it: what to do, or what is wrong and its cure.
        message: String,
    },
    /// Hold the code of a receipt before the scanner.
    Scan {
        /// What happens at the scanner.
        stage: ScanStage,
        /// The sentence that goes with it: what to do, or what is wrong and its cure.
        message: String,
    },
    /// What to know before starting.
    Guide {
        /// The service.
        title: String,
        /// In one sentence.
        summary: String,
        /// Label and value: time limit, fee, basis.
        rows: Vec<Row>,
        /// What to have at hand.
        materials: Vec<String>,
        /// The data are synthetic; the network is down and what that means; why it cannot be started.
        notes: Vec<(Tone, String)>,
        /// Whether Start can be touched.
        can_start: bool,
    },
    /// A page of a form.
    Form {
        /// The service.
        title: String,
        /// This page.
        page_title: String,
        /// Which page, from 1.
        page: usize,
        /// How many pages, the confirmation not counted.
        pages: usize,
        /// 1 to 6.
        fields: Vec<FieldView>,
        /// The field that takes the keys of the number pad.
        active: Option<usize>,
    },
    /// Everything that will be submitted.
    Confirm {
        /// The service.
        title: String,
        /// Label and value, in the order of the form.
        rows: Vec<Row>,
        /// What submitting means, and whether it is sent now or later.
        note: String,
    },
    /// The terminal works; the resident waits a moment.
    Working {
        /// At what.
        message: String,
    },
    /// Submitted.
    Receipt {
        /// The terminal's own number.
        number: String,
        /// What its QR code carries.
        qr: String,
        /// What is printed at the moment.
        paper: PaperStage,
        /// What goes with that: take the paper, or what is wrong and what to do instead.
        message: String,
        /// Sent already, or kept here until the network is back.
        delivery: String,
        /// What happens next.
        next: String,
    },
    /// The answer of a query.
    Answer {
        /// The service.
        title: String,
        /// Single values, large.
        facts: Vec<Fact>,
        /// Tables.
        tables: Vec<AnswerTable>,
        /// "As of …", and that nothing is kept.
        note: String,
        /// The same on sealed paper, where there can be such a page.
        page: Option<PageView>,
    },
    /// Something cannot be had now.
    Unavailable {
        /// What was asked for.
        title: String,
        /// Why not.
        why: String,
        /// What to do instead.
        instead: String,
        /// Whether asking again can help.
        can_retry: bool,
    },
    /// My cases, or the case of a receipt.
    Cases {
        /// Whose or which.
        title: String,
        /// Newest first.
        cases: Vec<CaseRow>,
        /// What is said where there are none.
        empty: String,
    },
    /// The voluntary rating.
    Rating {
        /// Labels for 5, 4, 3, 2, 1.
        levels: [String; 5],
    },
    /// The end of a visit.
    Farewell {
        /// Sentences: thanks, take card and paper, everything was wiped.
        lines: Vec<String>,
    },
    /// The PIN of the card in the slot is typed.
    Pin {
        /// Whose card it is.
        owner: PinOwner,
        /// How many digits there are.
        typed: usize,
        /// How many are marked, typed or not.
        places: usize,
        /// How it goes on.
        stage: PinStage,
        /// The sentence that goes with it: how many tries are left, how long to wait, what to do instead.
        message: String,
        /// Whether the number pad takes keys.
        can_type: bool,
        /// Whether the PIN can be handed over.
        can_enter: bool,
    },
    /// How the terminal stands, for a technician.
    Technician {
        /// Who works here.
        title: String,
        /// Devices, network, store, and how each stands.
        rows: Vec<StateRow>,
        /// Whether more lines are on their way.
        is_looking: bool,
        /// What became of the test receipt, where one was asked for, and the sentence that goes with it.
        test: Option<(PaperStage, String)>,
        /// Whether residents are served, to be changed here.
        service: ServiceChange,
    },
    /// Nothing can be offered at all.
    OutOfService {
        /// Why, and where to go instead.
        message: String,
    },
}

/// How a sentence is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// For information.
    Info,
    /// Something to mind.
    Caution,
}

/// A service on the home screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Its name.
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// The group it belongs to.
    pub group: String,
    /// Its picture.
    pub icon: Icon,
    /// Why it cannot be used now, if so. It can still be opened to read more.
    pub unavailable: Option<String>,
}

/// Pictures of tiles, as service packages name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say what the pictures show")]
pub enum Icon {
    House,
    Wallet,
    Document,
    Card,
    Person,
    Calendar,
    Medical,
    Transport,
    Talk,
    Search,
}

/// Where a card can be put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardPlace {
    /// An ID card on the reader.
    Reader,
    /// A social security card into the slot.
    Slot,
    /// Either of them.
    Either,
}

/// What happens at the scanner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScanStage {
    /// Waiting for a code.
    Waiting,
    /// What was shown could not be used; show another.
    Again,
    /// The scanner does not work.
    OutOfOrder,
}

/// A page that an answer can be printed as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageView {
    /// What stands on its button.
    pub label: String,
    /// Where it is.
    pub stage: PageStage,
    /// What goes with that: what is done, where to take it, or what is wrong and what to do instead. Empty where the
    /// label says it all.
    pub message: String,
    /// Whether it can be printed now.
    pub can_print: bool,
}

/// Where a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageStage {
    /// Not asked for yet.
    Offered,
    /// It is made, or printed.
    Working,
    /// The printer confirmed it.
    Printed,
    /// There is none, or nobody can tell.
    Failed,
}

/// What happens at the card reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReaderStage {
    /// Waiting for a card.
    Waiting,
    /// The card could not be read; put it down again.
    Again,
    /// This card cannot be used.
    Refused,
    /// The reader does not work.
    OutOfOrder,
}

/// A label and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub label: String,
    /// The value.
    pub value: Shown,
}

/// A field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldView {
    /// What is asked.
    pub label: String,
    /// How to answer; may be empty.
    pub hint: String,
    /// What stands in it.
    pub value: Shown,
    /// Where the value on file came from.
    pub source: Option<String>,
    /// What is wrong and how to mend it.
    pub problem: Option<String>,
    /// How it is answered.
    pub kind: FieldKind,
}

/// How a field is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Only shown.
    ReadOnly,
    /// By touching one of the options.
    Choice {
        /// 2 to 8 labels.
        options: Vec<String>,
        /// The chosen one.
        chosen: Option<usize>,
    },
    /// On the number pad.
    Digits,
    /// On the number pad, with a decimal point.
    Amount,
}

/// What the printer does with the receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaperStage {
    /// At work.
    Printing,
    /// The printer confirmed the paper.
    Printed,
    /// No paper came, or nobody can tell; printing again is possible.
    Failed,
}

/// A single value, large.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// The value.
    pub value: Shown,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerTable {
    /// What it lists.
    pub title: String,
    /// Headings, from left to right.
    pub columns: Vec<String>,
    /// Rows of as many cells.
    pub rows: Vec<Vec<Shown>>,
    /// What is said where there are no rows.
    pub empty: String,
}

/// A case in "my cases".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// The service.
    pub title: String,
    /// The national case number.
    pub case_number: String,
    /// The terminal's own number.
    pub receipt: String,
    /// Where it is.
    pub state: String,
    /// When it was submitted.
    pub submitted: String,
}
