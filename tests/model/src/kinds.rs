//! The five kinds of devices, as their threads see them.

use kiosk_drivers_api::paper::Document;
use kiosk_drivers_api::{
    Cancel, CodeScanner, DeviceStatus, IdCard, IdCardReader, PageFault, PageJob, PagePrinter,
    PagePrinterStatus, PrintFault, PrinterStatus, Private, ReaderFault, ReceiptPrinter, Scan, ScanFault,
    SmartCard, SmartCardFault, SmartCardReader, SocialSecurityCard,
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

    fn weigh((): &(), fault: &ReaderFault) -> Weight {
        looks(fault, &ReaderFault::NoCard, &ReaderFault::Cancelled)
    }

    fn told((): &(), request: RequestId, outcome: Outcome<Self>) -> Event {
        Event::CardRead { request, result: outcome.map(Box::new) }
    }

    fn changed(status: DeviceStatus) -> Event {
        Event::ReaderChanged(status)
    }
}

/// The slot for chip cards.
pub struct Slot(pub Box<dyn SmartCardReader>);

/// What the slot is to do.
pub enum SlotJob {
    /// Read the next card.
    Read,
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

impl Kind for Slot {
    type Job = SlotJob;
    type Yield = SlotNews;
    type Fault = SmartCardFault;
    type Status = DeviceStatus;

    fn status(&mut self) -> DeviceStatus {
        self.0.status()
    }

    fn attempt(&mut self, job: &SlotJob, cancel: &Cancel) -> Outcome<Self> {
        if cancel.is_cancelled() {
            return Err(SmartCardFault::Cancelled);
        }
        match job {
            SlotJob::Read => self.0.read(cancel).map(|card| SlotNews::Card(Box::new(card))),
            SlotJob::Watch if self.0.holds_card(cancel) => Err(SmartCardFault::NoCard),
            SlotJob::Watch => Ok(SlotNews::Gone),
            SlotJob::Verify(pin) => {
                self.0.verify_pin(pin, cancel).map(|card| SlotNews::Verified(Box::new(card)))
            }
        }
    }

    fn weigh(job: &SlotJob, fault: &SmartCardFault) -> Weight {
        match job {
            SlotJob::Read | SlotJob::Watch => {
                looks(fault, &SmartCardFault::NoCard, &SmartCardFault::Cancelled)
            }
            SlotJob::Verify(_) => Weight::Over,
        }
    }

    fn told(job: &SlotJob, request: RequestId, outcome: Outcome<Self>) -> Event {
        match (outcome, job) {
            (Ok(SlotNews::Card(card)), _) => Event::ChipRead { request, result: Ok(card) },
            (Ok(SlotNews::Gone), _) => Event::CardGone { request },
            (Ok(SlotNews::Verified(card)), _) => Event::PinVerified { request, result: Ok(card) },
            (Err(fault), SlotJob::Verify(_)) => Event::PinVerified { request, result: Err(fault) },
            (Err(fault), SlotJob::Read | SlotJob::Watch) => Event::ChipRead { request, result: Err(fault) },
        }
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

    fn weigh((): &(), fault: &ScanFault) -> Weight {
        looks(fault, &ScanFault::NoCode, &ScanFault::Cancelled)
    }

    fn told((): &(), request: RequestId, outcome: Outcome<Self>) -> Event {
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

    fn weigh(_: &Document, _: &PrintFault) -> Weight {
        Weight::Over
    }

    fn told(_: &Document, request: RequestId, result: Outcome<Self>) -> Event {
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

    fn weigh(_: &PageJob, _: &PageFault) -> Weight {
        Weight::Over
    }

    fn told(_: &PageJob, request: RequestId, result: Outcome<Self>) -> Event {
        Event::PagePrinted { request, result }
    }

    fn changed(status: PagePrinterStatus) -> Event {
        Event::PagePrinterChanged(status)
    }
}
