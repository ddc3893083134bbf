//! The steps of a visit as the journal keeps them (全程留痕). Nothing here names a person.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::codes::RatingLevel;
use crate::ids::{Key, ReceiptNumber};
use crate::service::IdentityLevel;

/// One step. Sequence, time and hash are added by the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum TrailEvent {
    /// The terminal started.
    Started {
        /// Version of the terminal's software.
        software: String,
    },
    /// Somebody woke the attract screen.
    VisitBegun {
        /// The visit.
        visit: Uuid,
    },
    /// The resident identified.
    Identified {
        /// The visit.
        visit: Uuid,
        /// The level reached.
        level: IdentityLevel,
    },
    /// A service was opened.
    ServiceOpened {
        /// The visit.
        visit: Uuid,
        /// The service.
        service: Key,
        /// The version of its package.
        version: u32,
    },
    /// A personal query was sent.
    Asked {
        /// The visit.
        visit: Uuid,
        /// The service.
        service: Key,
    },
    /// The resident's cases were asked for.
    CasesAsked {
        /// The visit.
        visit: Uuid,
    },
    /// The case of a receipt that was shown to the scanner was asked for.
    ReceiptAsked {
        /// The visit.
        visit: Uuid,
        /// The receipt's number.
        receipt: ReceiptNumber,
    },
    /// A case was accepted on this terminal. Written in the transaction that keeps the case.
    CaseAccepted {
        /// The visit.
        visit: Uuid,
        /// The case.
        case: Uuid,
    },
    /// The printer confirmed the receipt.
    ReceiptPrinted {
        /// The visit.
        visit: Uuid,
        /// The case.
        case: Uuid,
    },
    /// The receipt did not come out, or nobody can tell.
    ReceiptFailed {
        /// The visit.
        visit: Uuid,
        /// The case.
        case: Uuid,
        /// The fault in the driver's words.
        fault: String,
    },
    /// The page printer confirmed the sealed page of a service.
    PagePrinted {
        /// The visit.
        visit: Uuid,
        /// The service.
        service: Key,
    },
    /// The sealed page did not come out, or nobody can tell.
    PageFailed {
        /// The visit.
        visit: Uuid,
        /// The service.
        service: Key,
        /// The fault in the driver's words.
        fault: String,
    },
    /// The resident rated the visit.
    Rated {
        /// The visit.
        visit: Uuid,
        /// The level.
        level: RatingLevel,
    },
    /// The visit ended and everything about the person was wiped.
    VisitEnded {
        /// The visit.
        visit: Uuid,
        /// Why.
        why: EndReason,
    },
    /// The platform answered an item for good.
    ItemSettled {
        /// Sequence of the item.
        seq: u64,
        /// `accepted`, `rejected` or `quarantined`.
        verdict: String,
    },
    /// The platform put the terminal into a new epoch, as its journal did not fit what was shown before.
    EpochBegun {
        /// The epoch of items from now on.
        epoch: u32,
    },
    /// The terminal's store came to another tier of its room.
    RoomChanged {
        /// How much of its limit is gone.
        percent: u8,
    },
    /// Something came of a command of the platform.
    CommandEnded {
        /// The command.
        command: Uuid,
        /// What was asked for.
        kind: Key,
        /// As `wire::Outcome` says it.
        outcome: String,
    },
    /// Another configuration is in force.
    ConfigurationChanged {
        /// Its target: that of all terminals, or of this one.
        target: Key,
        /// Its version.
        version: u64,
    },
    /// A technician changed the key of the terminal's store.
    StoreKeyChanged,
    /// A technician worked at a device while nobody was served.
    TechnicianWorked {
        /// What was done.
        work: DeviceWork,
        /// The device's kind, as in the terminal's configuration.
        device: String,
        /// Whether the device did its part.
        ok: bool,
    },
    /// A technician typed a PIN. Written with the count before the PIN is checked: it was wrong unless `TechnicianAdmitted`
    /// follows.
    TechnicianTried {
        /// The serial of the card.
        card: String,
        /// Tries since the last right PIN, this one counted.
        tries: u32,
    },
    /// The PIN was right: the technician's screens opened.
    TechnicianAdmitted {
        /// The serial of the card.
        card: String,
    },
    /// The technician's screens closed.
    TechnicianLeft,
    /// Too many wrong PINs: no technician's card opens anything until the machine's administrator unlocks it.
    TechniciansLocked,
    /// The machine's administrator set the count of wrong PINs back.
    TechniciansUnlocked,
    /// A technician was put on the terminal's roster, or another PIN was given to one.
    TechnicianAdded {
        /// The serial of the card.
        card: String,
    },
    /// A technician was taken off the terminal's roster.
    TechnicianRemoved {
        /// The serial of the card.
        card: String,
    },
    /// The terminal was taken out of service, until `ServiceResumed`.
    ServicePaused {
        /// The serial of the technician's card; nothing where the machine's administrator did it.
        card: Option<String>,
    },
    /// The terminal was put back into service.
    ServiceResumed {
        /// As with `ServicePaused`.
        card: Option<String>,
    },
    /// The platform said that it took this terminal's rights.
    TerminalSuspended,
    /// The platform takes this terminal's word again.
    TerminalReadmitted,
    /// Another list of what the platform revoked is in force.
    RevocationsChanged {
        /// Its version.
        version: u64,
    },
    /// A new catalogue is in force.
    CatalogueChanged {
        /// Its version.
        version: u64,
    },
}

/// What a technician does at a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceWork {
    /// Tests it.
    Test,
    /// Reads a card, told masked.
    ReadCard,
    /// Reads a code, told masked.
    Scan,
    /// Reads a code, told whole.
    ScanWhole,
    /// Prints a test page.
    PrintTest,
}

/// Why a visit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The resident ended it, or finished.
    Resident,
    /// Nobody answered the idle warning.
    Idle,
    /// An unexpected internal error.
    Internal,
}
