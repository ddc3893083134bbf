//! Faults and troubles in the words of `kiosk-text`.

use jiff::civil::Date;
use kiosk_drivers_api::{CardDate, PageFault, PrintFault, ReaderFault, ScanFault, SmartCardFault};
use kiosk_model::{Icon, ReaderStage};
use kiosk_protocol::service::{self, Input, Why};
use kiosk_protocol::wire::CaseState;
use kiosk_text::{
    CardTrouble, CaseWord, ChipTrouble, CodeTrouble, FieldTrouble, PageTrouble, PaperTrouble, Reason, Texts,
};

use crate::visit::Trouble;
use crate::{AskTrouble, StoreTrouble};

/// What is shown and said about a card that could not be used.
pub(crate) fn trouble_says(trouble: Trouble, texts: Texts) -> (ReaderStage, String) {
    match trouble {
        Trouble::Card(trouble @ CardTrouble::Moved) => (ReaderStage::Again, texts.card_trouble(trouble)),
        Trouble::Card(trouble) => (ReaderStage::Refused, texts.card_trouble(trouble)),
        Trouble::Chip(
            trouble @ (ChipTrouble::Unread
            | ChipTrouble::Mute
            | ChipTrouble::NeedsPin
            | ChipTrouble::PinUnclear),
        ) => (ReaderStage::Again, texts.chip_trouble(trouble)),
        Trouble::Chip(trouble) => (ReaderStage::Refused, texts.chip_trouble(trouble)),
    }
}

/// What a fault says about a card that somebody put down; nothing where it is the reader's own.
pub(crate) fn card_trouble(fault: &ReaderFault) -> Option<CardTrouble> {
    match fault {
        ReaderFault::CardMoved => Some(CardTrouble::Moved),
        ReaderFault::CardRejected { .. } => Some(CardTrouble::Rejected),
        ReaderFault::UnknownCard => Some(CardTrouble::Unknown),
        ReaderFault::BadRecord { .. } => Some(CardTrouble::Damaged),
        ReaderFault::NoCard
        | ReaderFault::Cancelled
        | ReaderFault::ModuleFailed { .. }
        | ReaderFault::NotConnected
        | ReaderFault::NoPermission
        | ReaderFault::NoAnswer
        | ReaderFault::Garbled { .. } => None,
    }
}

/// The same for a card in the slot.
pub(crate) fn chip_trouble(fault: &SmartCardFault) -> Option<ChipTrouble> {
    match fault {
        SmartCardFault::Removed | SmartCardFault::InUse => Some(ChipTrouble::Unread),
        // Where the slot itself is to blame, its state says so, and nobody hears of the card.
        SmartCardFault::Mute | SmartCardFault::NoAnswer | SmartCardFault::Garbled => Some(ChipTrouble::Mute),
        SmartCardFault::UnknownCard => Some(ChipTrouble::Unknown),
        SmartCardFault::Blocked { .. } => Some(ChipTrouble::Blocked),
        SmartCardFault::Refused { .. } | SmartCardFault::BadRecord { .. } => Some(ChipTrouble::Damaged),
        SmartCardFault::PinBlocked => Some(ChipTrouble::PinBlocked),
        SmartCardFault::PinWrong { .. } | SmartCardFault::PinNotDigits => Some(ChipTrouble::NeedsPin),
        SmartCardFault::NoCard
        | SmartCardFault::Cancelled
        | SmartCardFault::NoService
        | SmartCardFault::NoPermission
        | SmartCardFault::NotConnected => None,
    }
}

/// What a fault says about a code that was shown; nothing where it is the scanner's own.
pub(crate) fn code_trouble(fault: ScanFault) -> Option<CodeTrouble> {
    match fault {
        ScanFault::Garbled => Some(CodeTrouble::Unread),
        ScanFault::Oversize | ScanFault::Unreadable => Some(CodeTrouble::Foreign),
        ScanFault::NoCode
        | ScanFault::Cancelled
        | ScanFault::NotConnected
        | ScanFault::NoPermission
        | ScanFault::NoAnswer => None,
    }
}

/// A day of a card is always a day of the calendar; the first of all days stands for one that is not.
pub(crate) fn date_of(day: CardDate) -> Date {
    let part = |number: u8| i8::try_from(number).unwrap_or(0);
    let year = i16::try_from(day.year).unwrap_or(0);
    Date::new(year, part(day.month), part(day.day)).unwrap_or(Date::ZERO)
}

pub(crate) fn paper_trouble(fault: PrintFault) -> PaperTrouble {
    match fault {
        PrintFault::PaperOut => PaperTrouble::PaperOut,
        PrintFault::CoverOpen => PaperTrouble::CoverOpen,
        PrintFault::CutterBlocked | PrintFault::Jammed => PaperTrouble::Stuck,
        PrintFault::HeadHot => PaperTrouble::TooHot,
        PrintFault::Unrecoverable | PrintFault::NotConnected | PrintFault::NoPermission => {
            PaperTrouble::OutOfOrder
        }
        PrintFault::Unconfirmed | PrintFault::Cancelled => PaperTrouble::Unconfirmed,
    }
}

pub(crate) fn page_trouble(fault: PageFault) -> PageTrouble {
    match fault {
        PageFault::PaperOut | PageFault::PaperNeeded | PageFault::TrayMissing => PageTrouble::PaperOut,
        PageFault::Jammed => PageTrouble::Jammed,
        PageFault::CoverOpen | PageFault::DoorOpen => PageTrouble::Open,
        PageFault::OutputFull => PageTrouble::OutputFull,
        PageFault::TonerEmpty | PageFault::WasteFull => PageTrouble::TonerEmpty,
        PageFault::Busy => PageTrouble::Busy,
        PageFault::CancelledThere | PageFault::Aborted => PageTrouble::GivenUp,
        PageFault::Unconfirmed | PageFault::Cancelled => PageTrouble::Unconfirmed,
        PageFault::Stopped
        | PageFault::SpoolFull
        | PageFault::Unreachable
        | PageFault::Defect
        | PageFault::NotAccepting
        | PageFault::NotAllowed
        | PageFault::NoSuchPrinter
        | PageFault::FormatRefused
        | PageFault::OptionRefused
        | PageFault::NotConnected
        | PageFault::NotTrusted
        | PageFault::Garbled => PageTrouble::OutOfOrder,
    }
}

pub(crate) fn ask_reason(trouble: AskTrouble) -> Reason {
    match trouble {
        AskTrouble::Offline => Reason::Offline,
        AskTrouble::TimedOut => Reason::TimedOut,
        AskTrouble::Failed => Reason::Failed,
    }
}

pub(crate) fn store_reason(trouble: StoreTrouble) -> Reason {
    match trouble {
        StoreTrouble::Full => Reason::StoreFull,
        StoreTrouble::Broken => Reason::StoreBroken,
        StoreTrouble::Unsure => Reason::StoreUnsure,
    }
}

pub(crate) fn field_trouble(input: &Input, why: &Why) -> FieldTrouble {
    match why {
        Why::Missing if matches!(input, Input::Choice { .. }) => FieldTrouble::NotChosen,
        Why::Missing | Why::UnknownField => FieldTrouble::Missing,
        Why::NotAnOption => FieldTrouble::NotChosen,
        Why::TooShort { min } => FieldTrouble::TooShort((*min).into()),
        Why::TooLong { max } => FieldTrouble::TooLong((*max).into()),
        Why::NotANumber => FieldTrouble::NotANumber,
        Why::TooLittle { min } => FieldTrouble::TooLittle(min.0),
        Why::TooMuch { max } => FieldTrouble::TooMuch(max.0),
    }
}

pub(crate) fn case_word(state: CaseState) -> CaseWord {
    match state {
        CaseState::Received => CaseWord::Received,
        CaseState::InProgress => CaseWord::InProgress,
        CaseState::Granted => CaseWord::Granted,
        CaseState::Refused => CaseWord::Refused,
    }
}

pub(crate) fn icon(icon: service::Icon) -> Icon {
    match icon {
        service::Icon::House => Icon::House,
        service::Icon::Wallet => Icon::Wallet,
        service::Icon::Document => Icon::Document,
        service::Icon::Card => Icon::Card,
        service::Icon::Person => Icon::Person,
        service::Icon::Calendar => Icon::Calendar,
        service::Icon::Medical => Icon::Medical,
        service::Icon::Transport => Icon::Transport,
        service::Icon::Talk => Icon::Talk,
        service::Icon::Search => Icon::Search,
    }
}
