//! The five kinds of devices, as their threads see them.

use kiosk_drivers_api::paper::Document;
use kiosk_drivers_api::{
    Cancel, CodeScanner, DeviceStatus, IdCard, IdCardReader, PageFault, PageJob, PagePrinter,
    PagePrinterStatus, PrintFault, PrinterStatus, ReaderFault, ReceiptPrinter, Scan, ScanFault, SmartCard,
    SmartCardFault, SmartCardReader,
};
use kiosk_session::{Event, RequestId};

use crate::worker::{Kind, Outcome, Weight};

/// A device that looks until something is there.
fn looks<F: PartialEq>(fault: &F, nothing: &F, cancelled: &F) -> Weight {
    if fault == nothing {
        return Weight::NotYet;
    }
    if fault == cancelled { Weight::Stopped } else { Weight::Trouble }
}

/// The identity-card reader.
pub struct Reader(pub Box<dyn IdCardReader>);

impl Kind for Reader {
    type Job = ();
    type Yield = IdCard;
    type Fault = ReaderFault;
    type Status = DeviceStatus;

    fn status(&mut self) -> DeviceStatus {
        self.0.status()
    }

    fn attempt(&mut self, (): &(), cancel: &Cancel) -> Outcome<Self> {
        if cancel.is_cancelled() { Err(ReaderFault::Cancelled) } else { self.0.read(cancel) }
    }

    fn weigh(fault: &ReaderFault) -> Weight {
        looks(fault, &ReaderFault::NoCard, &ReaderFault::Cancelled)
    }

    fn told(request: RequestId, outcome: Outcome<Self>) -> Event {
        Event::CardRead { request, result: outcome.map(Box::new) }
    }

    fn changed(status: DeviceStatus) -> Event {
        Event::ReaderChanged(status)
    }
}

/// The slot for chip cards.
pub struct Slot(pub Box<dyn SmartCardReader>);

impl Kind for Slot {
    type Job = ();
    type Yield = SmartCard;
    type Fault = SmartCardFault;
    type Status = DeviceStatus;

    fn status(&mut self) -> DeviceStatus {
        self.0.status()
    }

    fn attempt(&mut self, (): &(), cancel: &Cancel) -> Outcome<Self> {
        if cancel.is_cancelled() { Err(SmartCardFault::Cancelled) } else { self.0.read(cancel) }
    }

    fn weigh(fault: &SmartCardFault) -> Weight {
        looks(fault, &SmartCardFault::NoCard, &SmartCardFault::Cancelled)
    }

    fn told(request: RequestId, outcome: Outcome<Self>) -> Event {
        Event::ChipRead { request, result: outcome.map(Box::new) }
    }

    fn changed(status: DeviceStatus) -> Event {
        Event::SlotChanged(status)
    }
}

/// The scanner.
pub struct Scanner(pub Box<dyn CodeScanner>);

impl Kind for Scanner {
    type Job = ();
    type Yield = Scan;
    type Fault = ScanFault;
    type Status = DeviceStatus;

    fn status(&mut self) -> DeviceStatus {
        self.0.status()
    }

    fn attempt(&mut self, (): &(), cancel: &Cancel) -> Outcome<Self> {
        if cancel.is_cancelled() { Err(ScanFault::Cancelled) } else { self.0.scan(cancel) }
    }

    fn weigh(fault: &ScanFault) -> Weight {
        looks(fault, &ScanFault::NoCode, &ScanFault::Cancelled)
    }

    fn told(request: RequestId, outcome: Outcome<Self>) -> Event {
        Event::Scanned { request, result: outcome.map(Box::new) }
    }

    fn changed(status: DeviceStatus) -> Event {
        Event::ScannerChanged(status)
    }
}

/// The receipt printer.
pub struct Receipts(pub Box<dyn ReceiptPrinter>);

impl Kind for Receipts {
    type Job = Document;
    type Yield = ();
    type Fault = PrintFault;
    type Status = PrinterStatus;

    fn status(&mut self) -> PrinterStatus {
        self.0.status()
    }

    fn attempt(&mut self, document: &Document, cancel: &Cancel) -> Outcome<Self> {
        self.0.print(document, cancel)
    }

    fn weigh(_: &PrintFault) -> Weight {
        Weight::Over
    }

    fn told(request: RequestId, result: Outcome<Self>) -> Event {
        Event::Printed { request, result }
    }

    fn changed(status: PrinterStatus) -> Event {
        Event::PrinterChanged(status)
    }
}

/// The page printer.
pub struct Pages(pub Box<dyn PagePrinter>);

impl Kind for Pages {
    type Job = PageJob;
    type Yield = ();
    type Fault = PageFault;
    type Status = PagePrinterStatus;

    fn status(&mut self) -> PagePrinterStatus {
        self.0.status()
    }

    fn attempt(&mut self, job: &PageJob, cancel: &Cancel) -> Outcome<Self> {
        self.0.print(job, cancel)
    }

    fn weigh(_: &PageFault) -> Weight {
        Weight::Over
    }

    fn told(request: RequestId, result: Outcome<Self>) -> Event {
        Event::PagePrinted { request, result }
    }

    fn changed(status: PagePrinterStatus) -> Event {
        Event::PagePrinterChanged(status)
    }
}
