//! The five kinds of devices, as their threads see them: what is tried again, and what an attempt tells of the device.

use kiosk_drivers_api::paper::Document;
use kiosk_drivers_api::{
    Cancel, CodeScanner, DeviceStatus, IdCard, IdCardReader, Outlet, PageFault, PageJob, PagePrinter,
    PagePrinterStatus, Paper, PrintFault, PrinterStatus, ReaderFault, ReceiptPrinter, Scan, ScanFault,
    SmartCard, SmartCardFault, SmartCardReader, Supply,
};
use kiosk_session::{Event, RequestId};

use super::actor::{Kind, Outcome, Weight};

/// The identity-card reader: looks until a card was read.
pub struct IdReader;

impl Kind for IdReader {
    type Driver = dyn IdCardReader;
    type Job = ();
    type Yield = IdCard;
    type Fault = ReaderFault;
    type Status = DeviceStatus;
    const NAME: &'static str = "id-card";
    const LOST: ReaderFault = ReaderFault::NoAnswer;
    const BROKEN: DeviceStatus = DeviceStatus::HardwareError;

    fn status(driver: &mut Self::Driver) -> DeviceStatus {
        driver.status()
    }

    fn attempt(driver: &mut Self::Driver, (): &(), cancel: &Cancel) -> Outcome<Self> {
        if cancel.is_cancelled() { Err(ReaderFault::Cancelled) } else { driver.read(cancel) }
    }

    fn weigh(fault: &ReaderFault) -> Weight {
        match fault {
            ReaderFault::NoCard => Weight::NotYet,
            ReaderFault::Cancelled => Weight::Stopped,
            ReaderFault::CardMoved
            | ReaderFault::CardRejected { .. }
            | ReaderFault::UnknownCard
            | ReaderFault::BadRecord { .. }
            | ReaderFault::ModuleFailed { .. }
            | ReaderFault::NotConnected
            | ReaderFault::NoPermission
            | ReaderFault::NoAnswer
            | ReaderFault::Garbled { .. } => Weight::Trouble,
        }
    }

    fn status_after(outcome: &Outcome<Self>) -> Option<DeviceStatus> {
        match outcome {
            Err(ReaderFault::Cancelled) => None,
            Err(ReaderFault::NotConnected | ReaderFault::NoPermission) => Some(DeviceStatus::NoDevice),
            Err(ReaderFault::NoAnswer | ReaderFault::Garbled { .. }) => Some(DeviceStatus::Offline),
            Err(ReaderFault::ModuleFailed { .. }) => Some(DeviceStatus::HardwareError),
            Ok(_)
            | Err(
                ReaderFault::NoCard
                | ReaderFault::CardMoved
                | ReaderFault::CardRejected { .. }
                | ReaderFault::UnknownCard
                | ReaderFault::BadRecord { .. },
            ) => Some(DeviceStatus::Online),
        }
    }

    fn told(request: RequestId, outcome: Outcome<Self>) -> Event {
        Event::CardRead { request, result: outcome.map(Box::new) }
    }

    fn changed(status: DeviceStatus) -> Event {
        Event::ReaderChanged(status)
    }
}

/// The slot for chip cards: looks until a card was read.
pub struct Slot;

impl Kind for Slot {
    type Driver = dyn SmartCardReader;
    type Job = ();
    type Yield = SmartCard;
    type Fault = SmartCardFault;
    type Status = DeviceStatus;
    const NAME: &'static str = "smart-card";
    const LOST: SmartCardFault = SmartCardFault::NoAnswer;
    const BROKEN: DeviceStatus = DeviceStatus::HardwareError;

    fn status(driver: &mut Self::Driver) -> DeviceStatus {
        driver.status()
    }

    fn attempt(driver: &mut Self::Driver, (): &(), cancel: &Cancel) -> Outcome<Self> {
        if cancel.is_cancelled() { Err(SmartCardFault::Cancelled) } else { driver.read(cancel) }
    }

    fn weigh(fault: &SmartCardFault) -> Weight {
        match fault {
            SmartCardFault::NoCard => Weight::NotYet,
            SmartCardFault::Cancelled => Weight::Stopped,
            SmartCardFault::Removed
            | SmartCardFault::Mute
            | SmartCardFault::UnknownCard
            | SmartCardFault::Blocked { .. }
            | SmartCardFault::Refused { .. }
            | SmartCardFault::BadRecord { .. }
            | SmartCardFault::PinWrong { .. }
            | SmartCardFault::PinBlocked
            | SmartCardFault::PinNotDigits
            | SmartCardFault::NoService
            | SmartCardFault::NoPermission
            | SmartCardFault::NotConnected
            | SmartCardFault::InUse
            | SmartCardFault::NoAnswer
            | SmartCardFault::Garbled => Weight::Trouble,
        }
    }

    /// A silent or senseless card may be to blame, or the reader: it is asked.
    fn status_after(outcome: &Outcome<Self>) -> Option<DeviceStatus> {
        match outcome {
            Ok(_)
            | Err(
                SmartCardFault::NoCard
                | SmartCardFault::Removed
                | SmartCardFault::Mute
                | SmartCardFault::UnknownCard
                | SmartCardFault::Blocked { .. }
                | SmartCardFault::Refused { .. }
                | SmartCardFault::BadRecord { .. }
                | SmartCardFault::PinWrong { .. }
                | SmartCardFault::PinBlocked
                | SmartCardFault::PinNotDigits,
            ) => Some(DeviceStatus::Online),
            Err(
                SmartCardFault::Cancelled
                | SmartCardFault::NoService
                | SmartCardFault::NoPermission
                | SmartCardFault::NotConnected
                | SmartCardFault::InUse
                | SmartCardFault::NoAnswer
                | SmartCardFault::Garbled,
            ) => None,
        }
    }

    fn told(request: RequestId, outcome: Outcome<Self>) -> Event {
        Event::ChipRead { request, result: outcome.map(Box::new) }
    }

    fn changed(status: DeviceStatus) -> Event {
        Event::SlotChanged(status)
    }
}

/// The scanner: looks until a code was read.
pub struct Scanner;

impl Kind for Scanner {
    type Driver = dyn CodeScanner;
    type Job = ();
    type Yield = Scan;
    type Fault = ScanFault;
    type Status = DeviceStatus;
    const NAME: &'static str = "scanner";
    const LOST: ScanFault = ScanFault::NoAnswer;
    const BROKEN: DeviceStatus = DeviceStatus::HardwareError;

    fn status(driver: &mut Self::Driver) -> DeviceStatus {
        driver.status()
    }

    fn attempt(driver: &mut Self::Driver, (): &(), cancel: &Cancel) -> Outcome<Self> {
        if cancel.is_cancelled() { Err(ScanFault::Cancelled) } else { driver.scan(cancel) }
    }

    fn weigh(fault: &ScanFault) -> Weight {
        match fault {
            ScanFault::NoCode => Weight::NotYet,
            ScanFault::Cancelled => Weight::Stopped,
            ScanFault::Garbled
            | ScanFault::Oversize
            | ScanFault::Unreadable
            | ScanFault::NotConnected
            | ScanFault::NoPermission
            | ScanFault::NoAnswer => Weight::Trouble,
        }
    }

    fn status_after(outcome: &Outcome<Self>) -> Option<DeviceStatus> {
        match outcome {
            Ok(_) | Err(ScanFault::Garbled | ScanFault::Oversize | ScanFault::Unreadable) => {
                Some(DeviceStatus::Online)
            }
            Err(
                ScanFault::NoCode
                | ScanFault::Cancelled
                | ScanFault::NotConnected
                | ScanFault::NoPermission
                | ScanFault::NoAnswer,
            ) => None,
        }
    }

    fn told(request: RequestId, outcome: Outcome<Self>) -> Event {
        Event::Scanned { request, result: outcome.map(Box::new) }
    }

    fn changed(status: DeviceStatus) -> Event {
        Event::ScannerChanged(status)
    }
}

/// The receipt printer: one attempt, told whatever comes of it.
pub struct ReceiptPaper;

impl Kind for ReceiptPaper {
    type Driver = dyn ReceiptPrinter;
    type Job = Document;
    type Yield = ();
    type Fault = PrintFault;
    type Status = PrinterStatus;
    const NAME: &'static str = "receipt-printer";
    const LOST: PrintFault = PrintFault::Unconfirmed;
    const BROKEN: PrinterStatus = PrinterStatus {
        device: DeviceStatus::HardwareError,
        paper: Paper::Unknown,
        outlet: Outlet::Unknown,
        fault: Some(PrintFault::Unrecoverable),
    };

    fn status(driver: &mut Self::Driver) -> PrinterStatus {
        driver.status()
    }

    fn attempt(driver: &mut Self::Driver, document: &Document, cancel: &Cancel) -> Outcome<Self> {
        driver.print(document, cancel)
    }

    fn weigh(_: &PrintFault) -> Weight {
        Weight::Over
    }

    fn status_after(_: &Outcome<Self>) -> Option<PrinterStatus> {
        None
    }

    fn told(request: RequestId, result: Outcome<Self>) -> Event {
        Event::Printed { request, result }
    }

    fn changed(status: PrinterStatus) -> Event {
        Event::PrinterChanged(status)
    }
}

/// The page printer: one attempt, told whatever comes of it.
pub struct Pages;

impl Kind for Pages {
    type Driver = dyn PagePrinter;
    type Job = PageJob;
    type Yield = ();
    type Fault = PageFault;
    type Status = PagePrinterStatus;
    const NAME: &'static str = "page-printer";
    const LOST: PageFault = PageFault::Unconfirmed;
    const BROKEN: PagePrinterStatus = PagePrinterStatus {
        device: DeviceStatus::HardwareError,
        paper: Supply::Unknown,
        toner: Supply::Unknown,
        fault: Some(PageFault::Defect),
    };

    fn status(driver: &mut Self::Driver) -> PagePrinterStatus {
        driver.status()
    }

    fn attempt(driver: &mut Self::Driver, job: &PageJob, cancel: &Cancel) -> Outcome<Self> {
        driver.print(job, cancel)
    }

    fn weigh(_: &PageFault) -> Weight {
        Weight::Over
    }

    fn status_after(_: &Outcome<Self>) -> Option<PagePrinterStatus> {
        None
    }

    fn told(request: RequestId, result: Outcome<Self>) -> Event {
        Event::PagePrinted { request, result }
    }

    fn changed(status: PagePrinterStatus) -> Event {
        Event::PagePrinterChanged(status)
    }
}
