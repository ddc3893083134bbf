//! The five kinds of devices, as their threads see them: what is tried again, and what an attempt tells of the device.

use kiosk_drivers_api::paper::Document;
use kiosk_drivers_api::{
    CodeScanner, DeviceStatus, IdCard, IdCardReader, Outlet, PageFault, PageJob, PagePrinter,
    PagePrinterStatus, Paper, PrintFault, PrinterStatus, Private, ReaderFault, ReceiptPrinter, Scan,
    ScanFault, SmartCard, SmartCardFault, SmartCardReader, SocialSecurityCard, Supply,
};
use kiosk_session::Event;

use super::actor::{Kind, Meaning, Weight};

/// The identity-card reader: looks until a card was read.
pub const ID_READER: Kind<dyn IdCardReader, (), IdCard, ReaderFault, DeviceStatus> = Kind {
    name: "id-card",
    lost: ReaderFault::NoAnswer,
    broken: DeviceStatus::HardwareError,
    stopped: Some(ReaderFault::Cancelled),
    done: Some(DeviceStatus::Online),
    status: |driver| driver.status(),
    attempt: |driver, (), cancel| driver.read(cancel),
    meaning: |(), fault| of_reader(fault),
    told: |(), request, outcome| Event::CardRead { request, result: outcome.map(Box::new) },
    changed: Event::ReaderChanged,
};

/// What the slot is to do.
pub enum SlotJob {
    /// Read the next card.
    Read,
    /// Read the next technician's card.
    AwaitTechnician,
    /// Tell when the card that was read last is out.
    Watch,
    /// Have it check its holder's PIN.
    Verify(Private),
}

/// What the slot did.
pub enum SlotNews {
    /// It read a card.
    Card(Box<SmartCard>),
    /// The card that was read last is out.
    Gone,
    /// The PIN was right.
    Verified(Box<SocialSecurityCard>),
}

/// The slot for chip cards: looks until a card was read, or is out. A PIN has one attempt, whatever comes of it.
pub const SLOT: Kind<dyn SmartCardReader, SlotJob, SlotNews, SmartCardFault, DeviceStatus> = Kind {
    name: "smart-card",
    lost: SmartCardFault::NoAnswer,
    broken: DeviceStatus::HardwareError,
    stopped: Some(SmartCardFault::Cancelled),
    done: Some(DeviceStatus::Online),
    status: |driver| driver.status(),
    attempt: |driver, job, cancel| match job {
        SlotJob::Read => driver.read(cancel).map(|card| SlotNews::Card(Box::new(card))),
        SlotJob::AwaitTechnician => technician(driver.read(cancel)?),
        SlotJob::Watch if driver.holds_card(cancel) => Err(SmartCardFault::NoCard),
        SlotJob::Watch => Ok(SlotNews::Gone),
        SlotJob::Verify(pin) => driver.verify_pin(pin, cancel).map(|card| SlotNews::Verified(Box::new(card))),
    },
    meaning: |job, fault| match job {
        SlotJob::Read | SlotJob::AwaitTechnician | SlotJob::Watch => of_slot(fault),
        SlotJob::Verify(_) => (Weight::Over, of_slot(fault).1),
    },
    told: |job, request, outcome| match (outcome, job) {
        (Ok(SlotNews::Card(card)), _) => Event::ChipRead { request, result: Ok(card) },
        (Ok(SlotNews::Gone), _) => Event::CardGone { request },
        (Ok(SlotNews::Verified(card)), _) => Event::PinVerified { request, result: Ok(card) },
        (Err(fault), SlotJob::Verify(_)) => Event::PinVerified { request, result: Err(fault) },
        (Err(fault), SlotJob::Read | SlotJob::AwaitTechnician | SlotJob::Watch) => {
            Event::ChipRead { request, result: Err(fault) }
        }
    },
    changed: Event::SlotChanged,
};

/// A resident's card is forgotten here: nobody is served, and nothing of it is told.
fn technician(card: SmartCard) -> Result<SlotNews, SmartCardFault> {
    match card {
        SmartCard::Technician(_) => Ok(SlotNews::Card(Box::new(card))),
        SmartCard::SocialSecurity(_) | SmartCard::Bank(_) => Err(SmartCardFault::NoCard),
    }
}

/// The scanner: looks until a code was read.
pub const SCANNER: Kind<dyn CodeScanner, (), Scan, ScanFault, DeviceStatus> = Kind {
    name: "scanner",
    lost: ScanFault::NoAnswer,
    broken: DeviceStatus::HardwareError,
    stopped: Some(ScanFault::Cancelled),
    done: Some(DeviceStatus::Online),
    status: |driver| driver.status(),
    attempt: |driver, (), cancel| driver.scan(cancel),
    meaning: |(), fault| of_scanner(fault),
    told: |(), request, outcome| Event::Scanned { request, result: outcome.map(Box::new) },
    changed: Event::ScannerChanged,
};

/// The receipt printer: one attempt, told whatever comes of it.
pub const RECEIPTS: Kind<dyn ReceiptPrinter, Document, (), PrintFault, PrinterStatus> = Kind {
    name: "receipt-printer",
    lost: PrintFault::Unconfirmed,
    broken: PrinterStatus {
        device: DeviceStatus::HardwareError,
        paper: Paper::Unknown,
        outlet: Outlet::Unknown,
        fault: Some(PrintFault::Unrecoverable),
    },
    stopped: None,
    done: None,
    status: |driver| driver.status(),
    attempt: |driver, document, cancel| driver.print(document, cancel),
    meaning: |_, _| (Weight::Over, None),
    told: |_, request, result| Event::Printed { request, result },
    changed: Event::PrinterChanged,
};

/// The page printer: one attempt, told whatever comes of it.
pub const PAGES: Kind<dyn PagePrinter, PageJob, (), PageFault, PagePrinterStatus> = Kind {
    name: "page-printer",
    lost: PageFault::Unconfirmed,
    broken: PagePrinterStatus {
        device: DeviceStatus::HardwareError,
        paper: Supply::Unknown,
        toner: Supply::Unknown,
        fault: Some(PageFault::Defect),
    },
    stopped: None,
    done: None,
    status: |driver| driver.status(),
    attempt: |driver, job, cancel| driver.print(job, cancel),
    meaning: |_, _| (Weight::Over, None),
    told: |_, request, result| Event::PagePrinted { request, result },
    changed: Event::PagePrinterChanged,
};

/// What was put there is to blame; the device works.
const WHAT_WAS_SHOWN: Meaning<DeviceStatus> = (Weight::Trouble, Some(DeviceStatus::Online));
/// The card may be to blame, or the device: it is asked.
const UNCLEAR: Meaning<DeviceStatus> = (Weight::Trouble, None);
const STOPPED: Meaning<DeviceStatus> = (Weight::Stopped, None);

fn of_reader(fault: &ReaderFault) -> Meaning<DeviceStatus> {
    match fault {
        ReaderFault::NoCard => (Weight::NotYet, Some(DeviceStatus::Online)),
        ReaderFault::Cancelled => STOPPED,
        ReaderFault::CardMoved
        | ReaderFault::CardRejected { .. }
        | ReaderFault::UnknownCard
        | ReaderFault::BadRecord { .. } => WHAT_WAS_SHOWN,
        ReaderFault::ModuleFailed { .. } => (Weight::Trouble, Some(DeviceStatus::HardwareError)),
        ReaderFault::NotConnected | ReaderFault::NoPermission => {
            (Weight::Trouble, Some(DeviceStatus::NoDevice))
        }
        ReaderFault::NoAnswer | ReaderFault::Garbled { .. } => (Weight::Trouble, Some(DeviceStatus::Offline)),
    }
}

fn of_slot(fault: &SmartCardFault) -> Meaning<DeviceStatus> {
    match fault {
        SmartCardFault::NoCard => (Weight::NotYet, Some(DeviceStatus::Online)),
        SmartCardFault::Cancelled => STOPPED,
        SmartCardFault::Removed
        | SmartCardFault::Mute
        | SmartCardFault::UnknownCard
        | SmartCardFault::Blocked { .. }
        | SmartCardFault::Refused { .. }
        | SmartCardFault::BadRecord { .. }
        | SmartCardFault::PinWrong { .. }
        | SmartCardFault::PinBlocked
        | SmartCardFault::PinNotDigits => WHAT_WAS_SHOWN,
        SmartCardFault::NoService
        | SmartCardFault::NoPermission
        | SmartCardFault::NotConnected
        | SmartCardFault::InUse
        | SmartCardFault::NoAnswer
        | SmartCardFault::Garbled => UNCLEAR,
    }
}

fn of_scanner(fault: &ScanFault) -> Meaning<DeviceStatus> {
    match fault {
        // Not every scanner answers when it is told to look.
        ScanFault::NoCode => (Weight::NotYet, None),
        ScanFault::Cancelled => STOPPED,
        ScanFault::Garbled | ScanFault::Oversize | ScanFault::Unreadable => WHAT_WAS_SHOWN,
        ScanFault::NotConnected | ScanFault::NoPermission => UNCLEAR,
        // To ask as well would take too long: it waits for two answers again.
        ScanFault::NoAnswer => (Weight::Trouble, Some(DeviceStatus::Offline)),
    }
}
