//! What has happened: everything that can enter the session.

use std::sync::Arc;
use std::time::Duration;

use kiosk_drivers_api::{
    DeviceStatus, IdCard, PageFault, PagePrinterStatus, PrintFault, PrinterStatus, ReaderFault, Scan,
    ScanFault, SmartCard, SmartCardFault, SocialSecurityCard,
};
use kiosk_model::Action;
use kiosk_protocol::catalogue::Catalogue;
use kiosk_protocol::configuration::Configuration;
use kiosk_protocol::ids::ReceiptNumber;
use kiosk_protocol::wire::Reply;

use crate::lock::Gate;

/// The time an event happened at, told by the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Since the program started; never goes back. All deadlines are measured by it.
    pub monotonic: Duration,
    /// The wall clock; for print and display, never for order.
    pub wall: jiff::Timestamp,
}

/// The id of a request. A reply that carries another id than the one waited for is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// A past fact.
pub enum Event {
    /// A deadline was reached.
    Tick,
    /// The resident touched something.
    Touched(Action),
    /// The reader read a card, or failed in a way worth telling (`NoCard` is never reported).
    CardRead {
        /// The `ReadCard` this answers. The request goes on until one of its two places read a card or it is stopped.
        request: RequestId,
        /// The card, or why not.
        result: Result<Box<IdCard>, ReaderFault>,
    },
    /// The slot read a chip card, or failed in a way worth telling (`NoCard` is never reported).
    ChipRead {
        /// The `ReadCard` this answers, as with `CardRead`.
        request: RequestId,
        /// The card, or why not.
        result: Result<Box<SmartCard>, SmartCardFault>,
    },
    /// The scanner read a code, or failed in a way worth telling (`NoCode` is never reported).
    Scanned {
        /// The `Scan` this answers. The request goes on until a code was read or it is stopped.
        request: RequestId,
        /// The code, or why not.
        result: Result<Box<Scan>, ScanFault>,
    },
    /// The reader's state changed.
    ReaderChanged(DeviceStatus),
    /// The slot's state changed. A slot that is not configured is never reported.
    SlotChanged(DeviceStatus),
    /// The scanner's state changed. One that is not configured is never reported.
    ScannerChanged(DeviceStatus),
    /// The receipt printer's state changed.
    PrinterChanged(PrinterStatus),
    /// The page printer's state changed. One that is not configured is never reported.
    PagePrinterChanged(PagePrinterStatus),
    /// A `Submit` or `Rate` is durable, or could not be kept.
    Stored {
        /// What this answers.
        request: RequestId,
        /// The terminal's number and the time it was accepted.
        result: Result<Kept, StoreTrouble>,
    },
    /// A `Print` ended.
    Printed {
        /// What this answers.
        request: RequestId,
        /// Paper is out, or why not.
        result: Result<(), PrintFault>,
    },
    /// A `PrintPage` ended.
    PagePrinted {
        /// What this answers.
        request: RequestId,
        /// The pages are out, or why not.
        result: Result<(), PageFault>,
    },
    /// An `Ask` ended.
    Answered {
        /// What this answers.
        request: RequestId,
        /// The platform's reply, or why there is none.
        result: Result<Box<Reply>, AskTrouble>,
    },
    /// The link to the platform came or went.
    LinkChanged(Link),
    /// Another catalogue is in force.
    CatalogueChanged(Arc<Catalogue>),
    /// The store came to have room for new applications, or ran short of it.
    RoomChanged(Room),
    /// The card that was read last has left the slot, or nobody can tell any more.
    CardGone {
        /// The `WatchCard` this answers.
        request: RequestId,
    },
    /// The roster said whose card it is.
    TechnicianMet {
        /// The `MeetTechnician` this answers.
        request: RequestId,
        /// Whose; nothing where the card is not on the roster, not valid any more, or has not proven itself.
        result: Option<Met>,
    },
    /// A PIN was counted and checked.
    PinTried {
        /// The `TryPin` this answers.
        request: RequestId,
        /// What came of it.
        answer: PinAnswer,
    },
    /// The social security card in the slot checked its holder's PIN, or did not.
    PinVerified {
        /// The `VerifyPin` this answers.
        request: RequestId,
        /// The card with what the PIN kept back, or why not.
        result: Result<Box<SocialSecurityCard>, SmartCardFault>,
    },
    /// Store, queue and certificate were looked at.
    LookedAround {
        /// The `LookAround` this answers.
        request: RequestId,
        /// How they stand.
        report: Box<Report>,
    },
    /// What was published grew old, or was renewed.
    AgeChanged(Age),
    /// Something else is in force of what the city sets from afar. What a visit waits for changes with the next one.
    ConfigurationChanged(Arc<Configuration>),
    /// Something began, or ceased, to keep everybody out.
    BarChanged {
        /// What.
        bar: Bar,
        /// Whether it keeps people out now.
        is_down: bool,
    },
    /// A `PauseService` or `ResumeService` could not be kept.
    ServiceUnchanged {
        /// What this answers.
        request: RequestId,
    },
}

/// What keeps everybody but technicians out, whatever there is to offer; the first one is what is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bar {
    /// Steps of the trail wait to be recorded. A visit under way ends: its steps could not be recorded either.
    Trail,
    /// The platform took this terminal's rights.
    Suspension,
    /// A technician, or the machine's administrator, took the terminal out of service.
    Pause,
}

/// A technician whose card proved itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// The name on the roster.
    pub name: String,
    /// Whether a PIN may be tried.
    pub gate: Gate,
}

/// What came of a technician's PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinAnswer {
    /// It was right.
    Right,
    /// It was wrong; so it goes on.
    Wrong(Gate),
    /// It was not looked at, for nobody may try yet.
    NotYet(Gate),
    /// It was not looked at, for the try could not be recorded.
    NotCounted(Gate),
}

/// How that stands which only the shell can see. What could not be looked at is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What waits to be sent.
    pub queue: Option<Queue>,
    /// How much of the store's limit is gone.
    pub room_percent: Option<u8>,
    /// Until when the certificate is good.
    pub certificate_until: Option<CertificateEnd>,
}

/// What waits to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Items without an answer.
    pub waiting: u64,
    /// Items the platform did not take.
    pub stuck: u64,
    /// Why it did not take the newest of them.
    pub why: Option<String>,
}

/// The end of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateEnd {
    /// When.
    pub at: jiff::Timestamp,
    /// Whether it should have been renewed by now.
    pub is_late: bool,
}

/// A submission that is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The terminal's own number.
    pub receipt: ReceiptNumber,
    /// When it was accepted.
    pub accepted_at: jiff::Timestamp,
}

/// Why nothing could be kept, for all that is known. The resident is told; nothing was accepted, unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreTrouble {
    /// The disk is full.
    Full,
    /// The store cannot be written.
    Broken,
    /// The disk failed at the very end: it may be kept or not.
    Unsure,
}

/// Whether the store has room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// It has.
    Enough,
    /// What was begun may be handed in; nothing new is begun until delivery has made room.
    Scarce,
}

/// How old the catalogue is, by when the platform last said that it is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// The platform said so lately.
    Fresh,
    /// Some days or weeks ago: people are told.
    Stale {
        /// When it said so.
        as_of: jiff::Timestamp,
    },
    /// Longer ago: only what cannot go wrong is offered.
    Outdated,
}

/// Why a question has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskTrouble {
    /// The platform cannot be reached.
    Offline,
    /// It did not answer in time.
    TimedOut,
    /// It refused, or its answer made no sense.
    Failed,
}

/// The link to the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The last exchange succeeded.
    Online,
    /// The last exchange failed, or none was made yet.
    Offline,
}
