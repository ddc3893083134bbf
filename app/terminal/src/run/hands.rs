//! Everything the session's orders go to.

use std::sync::mpsc::SyncSender;

use kiosk_drivers_api::paper::Document;
use kiosk_drivers_api::{
    CodeScanner, IdCardReader, PageFault, PageJob, PagePrinter, ReceiptPrinter, SmartCardReader,
};
use kiosk_model::CardPlace;
use kiosk_protocol::item::Content;
use kiosk_screens::Remote;
use kiosk_session::{Effect, Event, RequestId};
use kiosk_store::Draft;

use super::actor::Actor;
use super::asker::Asker;
use super::devices;
use super::gate::Gate;
use super::keeper::{Item, Keeper};
use super::kinds::{ID_READER, PAGES, RECEIPTS, SCANNER, SLOT, SlotJob};
use crate::config::Devices;
use crate::technician::Bench;

/// Devices, store, platform and glass. A device that may be missing and is not configured has no thread, and is never
/// told of.
pub struct Hands {
    reader: Actor<dyn IdCardReader, ()>,
    printer: Actor<dyn ReceiptPrinter, Document>,
    pages: Option<Actor<dyn PagePrinter, PageJob>>,
    slot: Option<Actor<dyn SmartCardReader, SlotJob>>,
    scanner: Option<Actor<dyn CodeScanner, ()>>,
    /// The request for a card, and where it is looked for.
    reading: Option<(RequestId, CardPlace)>,
    events: SyncSender<Event>,
    asker: Asker,
    gate: Gate,
    /// The store.
    pub keeper: Keeper,
    /// The glass.
    pub glass: Remote,
}

impl Hands {
    /// Starts a thread for each device.
    pub fn start(
        configured: &Devices,
        terminal: &str,
        (keeper, asker, gate): (Keeper, Asker, Gate),
        glass: Remote,
        events: SyncSender<Event>,
    ) -> std::io::Result<Self> {
        let (reader, printer) = (configured.id_card.as_ref(), configured.receipt_printer.as_ref());
        let pages = devices::pages(configured.page_printer.as_ref(), Some(terminal));
        let slot = devices::slot(configured.smart_card.as_ref());
        let scanner = devices::scanner(configured.scanner.as_ref());
        Ok(Self {
            reader: Actor::start(ID_READER, devices::reader(reader), events.clone())?,
            printer: Actor::start(RECEIPTS, devices::printer(printer), events.clone())?,
            pages: pages.map(|pages| Actor::start(PAGES, pages, events.clone())).transpose()?,
            slot: slot.map(|slot| Actor::start(SLOT, slot, events.clone())).transpose()?,
            scanner: scanner.map(|scanner| Actor::start(SCANNER, scanner, events.clone())).transpose()?,
            reading: None,
            events,
            asker,
            gate,
            keeper,
            glass,
        })
    }

    /// The devices, lent to technicians.
    pub fn bench(&self, terminal: String) -> Bench {
        Bench {
            id_card: self.reader.lender(),
            receipt_printer: self.printer.lender(),
            page_printer: self.pages.as_ref().map(Actor::lender),
            smart_card: self.slot.as_ref().map(Actor::lender),
            scanner: self.scanner.as_ref().map(Actor::lender),
            terminal: Some(terminal),
        }
    }

    /// Carries an order out, or hands it to whoever does.
    pub fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::ReadCard { request, at } => self.read_card(request, at),
            Effect::AwaitTechnician { request } => self.await_technician(request),
            Effect::StopReading => self.stop_reading(),
            Effect::Scan { request } => self.scanner.iter().for_each(|scanner| scanner.begin(request, ())),
            Effect::StopScanning => self.scanner.iter().for_each(Actor::stop),
            Effect::Ask { request, ask } => self.asker.ask(request, *ask),
            Effect::StopAsking => self.asker.stop(),
            Effect::Submit { request, case, trail } => self.keeper.keep(Item::Case(request, case, trail)),
            Effect::Rate { request, visit, case, level, trail } => {
                let content = Content::Rating { visit, case, level };
                let draft = Draft { lane: case.unwrap_or(visit), content };
                self.keeper.keep(Item::Plain(request, Box::new(draft), trail));
            }
            Effect::Print { request, document } => self.printer.begin(request, document),
            Effect::StopPrinting => self.printer.stop(),
            Effect::PrintPage { request, job } => match &self.pages {
                Some(pages) => pages.begin(request, *job),
                None => self.no_pages(request),
            },
            Effect::StopPage => self.pages.iter().for_each(Actor::stop),
            Effect::MeetTechnician { request, card } => self.gate.meet(request, card),
            Effect::WatchCard { request } => {
                self.slot.iter().for_each(|slot| slot.begin(request, SlotJob::Watch));
            }
            Effect::VerifyPin { request, pin } => {
                if let Some(slot) = &self.slot {
                    slot.begin(request, SlotJob::Verify(pin));
                }
            }
            Effect::TryPin { request, pin } => self.gate.try_pin(request, pin),
            Effect::LookAround { request } => self.gate.look_around(request),
            Effect::PauseService { request } => self.gate.pause(request),
            Effect::ResumeService { request } => self.gate.resume(request),
            Effect::Record(event) => self.keeper.record(event),
        }
    }

    /// Whichever place read a card first answers; at the other one nobody is waited for any more.
    pub fn card_was_read(&mut self, request: RequestId) {
        if self.reading.is_some_and(|(reading, _)| reading == request) {
            self.stop_reading();
        }
    }

    fn read_card(&mut self, request: RequestId, at: CardPlace) {
        self.reading = Some((request, at));
        if at != CardPlace::Slot {
            self.reader.begin(request, ());
        }
        if at != CardPlace::Reader {
            self.slot.iter().for_each(|slot| slot.begin(request, SlotJob::Read));
        }
    }

    fn await_technician(&mut self, request: RequestId) {
        self.reading = Some((request, CardPlace::Slot));
        self.slot.iter().for_each(|slot| slot.begin(request, SlotJob::AwaitTechnician));
    }

    /// Where no card is looked for, whatever goes on goes on.
    fn stop_reading(&mut self) {
        let Some((_, at)) = self.reading.take() else { return };
        if at != CardPlace::Slot {
            self.reader.stop();
        }
        if at != CardPlace::Reader {
            self.slot.iter().for_each(Actor::stop);
        }
    }

    fn no_pages(&self, request: RequestId) {
        // Were the queue full, the session's own deadline would answer.
        let _ = self.events.try_send(Event::PagePrinted { request, result: Err(PageFault::NotConnected) });
    }
}
