//! What shall be done: everything the session can order.

use kiosk_drivers_api::paper::Document;
use kiosk_drivers_api::{PageJob, Private, TechnicianCard};
use kiosk_model::CardPlace;
use kiosk_protocol::codes::RatingLevel;
use kiosk_protocol::crypto::Sealed;
use kiosk_protocol::ids::Key;
use kiosk_protocol::item::{CaseFile, Content};
use kiosk_protocol::service::Language;
use kiosk_protocol::trail::TrailEvent;
use kiosk_protocol::wire::Ask;
use uuid::Uuid;

use crate::event::RequestId;

/// An order to the shell. The shell carries orders out in their order.
pub enum Effect {
    /// Poll the ID-card reader, the slot for chip cards where there is one, or both, until either read a card or
    /// `StopReading`. Replaces an earlier one.
    ReadCard {
        /// Comes back in `CardRead` or `ChipRead`, whichever read a card first.
        request: RequestId,
        /// Where to look; at the other place whatever is going on goes on.
        at: CardPlace,
    },
    /// Poll the slot alone for a technician's card, until one was read or `StopReading`; of others nothing is told. Replaces
    /// what goes on in the slot.
    AwaitTechnician {
        /// Comes back in `ChipRead`.
        request: RequestId,
    },
    /// Stop polling where that was ordered.
    StopReading,
    /// Have the scanner look for a code until one was read or `StopScanning`. Replaces an earlier one.
    Scan {
        /// Comes back in `Scanned`.
        request: RequestId,
    },
    /// Stop looking for codes: the light goes out.
    StopScanning,
    /// Ask the platform.
    Ask {
        /// Comes back in `Answered`.
        request: RequestId,
        /// The question, about the person who asks.
        ask: Box<Ask>,
    },
    /// Give up the question in flight, if there is one: nobody waits for its answer any more, and
    /// neither the question nor the answer may outlive that. Nothing comes back.
    StopAsking,
    /// Seal the file and keep the case: outbox row and journal rows in one transaction.
    Submit {
        /// Comes back in `Stored`.
        request: RequestId,
        /// The case.
        case: Box<NewCase>,
        /// Kept in the same transaction.
        trail: Vec<TrailEvent>,
    },
    /// Keep a rating.
    Rate {
        /// Comes back in `Stored`.
        request: RequestId,
        /// The visit.
        visit: Uuid,
        /// The case of the visit, if there was one.
        case: Option<Uuid>,
        /// The level.
        level: RatingLevel,
        /// Kept in the same transaction.
        trail: Vec<TrailEvent>,
    },
    /// Print a receipt.
    Print {
        /// Comes back in `Printed`.
        request: RequestId,
        /// The page.
        document: Document,
    },
    /// Stop a print that is under way; its half page is cleared from the printer.
    StopPrinting,
    /// Print pages.
    PrintPage {
        /// Comes back in `PagePrinted`.
        request: RequestId,
        /// What is printed; dropped as soon as the printer is done with it.
        job: Box<PageJob>,
    },
    /// Stop the pages that are under way; what is not out is cancelled at the printer. Nothing comes back.
    StopPage,
    /// Ask the roster whose card this is; its proof is verified with the key that stands there.
    MeetTechnician {
        /// Comes back in `TechnicianMet`.
        request: RequestId,
        /// The card.
        card: Box<TechnicianCard>,
    },
    /// Tell when the card that was read last leaves the slot; until then none is read there. `VerifyPin` ends it, and so do
    /// `AwaitTechnician` and a `ReadCard` at the slot.
    WatchCard {
        /// Comes back in `CardGone`.
        request: RequestId,
    },
    /// Count a try, and only when that is durable check the PIN of the technician who was met last.
    TryPin {
        /// Comes back in `PinTried`.
        request: RequestId,
        /// The PIN.
        pin: Private,
    },
    /// Have the social security card that was read last check its holder's PIN: once, whatever comes of it.
    VerifyPin {
        /// Comes back in `PinVerified`.
        request: RequestId,
        /// The PIN; dropped as soon as the card was asked.
        pin: Private,
    },
    /// Look how store, queue and certificate stand.
    LookAround {
        /// Comes back in `LookedAround`.
        request: RequestId,
    },
    /// Take the terminal out of service for the technician who was met last, durably. Comes back as `BarChanged`, and where it
    /// could not be kept as `ServiceUnchanged`.
    PauseService {
        /// See above.
        request: RequestId,
    },
    /// Put it back into service, the same way.
    ResumeService {
        /// See above.
        request: RequestId,
    },
    /// Append to the journal; nothing waits for it.
    Record(TrailEvent),
}

/// A case as the session hands it over: the personal part is not sealed yet.
pub struct NewCase {
    /// UUIDv7 of the case; its lane.
    pub case: Uuid,
    /// The service.
    pub service: Key,
    /// Version of the package.
    pub version: u32,
    /// The department.
    pub department: Key,
    /// The language used.
    pub language: Language,
    /// Sealed by the shell before anything is written.
    pub file: CaseFile,
}

impl NewCase {
    /// What is kept and sent, with the personal part sealed.
    pub fn sealed(&self, file: Sealed) -> Content {
        Content::Case {
            case: self.case,
            service: self.service.clone(),
            version: self.version,
            department: self.department.clone(),
            language: self.language,
            file,
            files: Vec::new(),
        }
    }
}
