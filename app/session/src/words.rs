//! Faults and troubles in the words of `kiosk-text`.

use jiff::civil::Date;
use kiosk_drivers_api::{CardDate, PrintFault, ReaderFault};
use kiosk_model::{Icon, ReaderStage};
use kiosk_protocol::service::{self, Input, Why};
use kiosk_protocol::wire::CaseState;
use kiosk_text::{CardTrouble, CaseWord, FieldTrouble, PaperTrouble, Reason, Texts};

use crate::visit::Trouble;
use crate::{AskTrouble, StoreTrouble};

/// What the reader's screen shows and says.
pub(crate) fn reader_says(trouble: &Trouble, texts: Texts) -> (ReaderStage, String) {
    let (stage, trouble) = match trouble {
        Trouble::Expired(day) => (ReaderStage::Refused, CardTrouble::Expired(date_of(*day))),
        Trouble::Fault(fault) => match fault {
            ReaderFault::NoCard | ReaderFault::Cancelled => {
                return (ReaderStage::Waiting, texts.place_card());
            }
            ReaderFault::CardMoved => (ReaderStage::Again, CardTrouble::Moved),
            ReaderFault::CardRejected { .. } => (ReaderStage::Refused, CardTrouble::Rejected),
            ReaderFault::UnknownCard => (ReaderStage::Refused, CardTrouble::Unknown),
            ReaderFault::BadRecord { .. } => (ReaderStage::Refused, CardTrouble::Damaged),
            ReaderFault::ModuleFailed { .. }
            | ReaderFault::NotConnected
            | ReaderFault::NoPermission
            | ReaderFault::NoAnswer
            | ReaderFault::Garbled { .. } => return (ReaderStage::OutOfOrder, texts.reader_out_of_order()),
        },
    };
    (stage, texts.card_trouble(trouble))
}

/// Whether a fault tells that somebody put a card down; the others are the reader's own.
pub(crate) fn is_about_a_card(fault: &ReaderFault) -> bool {
    match fault {
        ReaderFault::CardMoved
        | ReaderFault::CardRejected { .. }
        | ReaderFault::UnknownCard
        | ReaderFault::BadRecord { .. } => true,
        ReaderFault::NoCard
        | ReaderFault::Cancelled
        | ReaderFault::ModuleFailed { .. }
        | ReaderFault::NotConnected
        | ReaderFault::NoPermission
        | ReaderFault::NoAnswer
        | ReaderFault::Garbled { .. } => false,
    }
}

/// A day of a card is always a day of the calendar; the first of all days stands for one that is not.
fn date_of(day: CardDate) -> Date {
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
