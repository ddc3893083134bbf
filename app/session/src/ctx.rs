//! What the session knows about the world around it: told by events, kept between visits, about nobody.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use kiosk_drivers_api::{DeviceStatus, PageFault, PagePrinterStatus, Paper, PrintFault, PrinterStatus};
use kiosk_model::CardPlace;
use kiosk_protocol::catalogue::Catalogue;
use kiosk_protocol::configuration::Configuration;
use kiosk_protocol::service::Text;
use uuid::Uuid;

use crate::closed::Closed;
use crate::ids::Ids;
use crate::standing::Standing;
use crate::{Age, Bar, Effect, Event, Link, Now, RequestId, Room, Settings};

/// The world around.
pub(crate) struct Ctx {
    pub(crate) site: Text,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) link: Link,
    room: Room,
    pub(crate) age: Age,
    pub(crate) configuration: Arc<Configuration>,
    bars: BTreeSet<Bar>,
    /// Why nobody but technicians is let in, if so.
    pub(crate) closed: Option<Closed>,
    pub(crate) reader: Option<DeviceStatus>,
    pub(crate) slot: Option<DeviceStatus>,
    pub(crate) scanner: Option<DeviceStatus>,
    pub(crate) printer: Option<PrinterStatus>,
    pub(crate) page_printer: Option<PagePrinterStatus>,
    ids: Ids,
    reading: Standing<CardPlace>,
    awaiting_technician: Standing<()>,
    scanning: Standing<()>,
}

/// What somebody waits for.
pub(crate) struct Wanted {
    pub(crate) cards: Cards,
    pub(crate) code: bool,
}

/// Whose cards are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cards {
    Nobodys,
    Technicians,
    /// Where they are looked for.
    Everybodys(CardPlace),
}

impl Ctx {
    pub(crate) fn new(settings: Settings) -> Self {
        let none = Catalogue { version: 0, published_at: Timestamp::UNIX_EPOCH, packages: Vec::new() };
        Self {
            site: settings.site,
            catalogue: Arc::new(none),
            link: Link::Offline,
            room: Room::Enough,
            age: Age::Fresh,
            configuration: Arc::default(),
            bars: BTreeSet::new(),
            closed: Some(Closed::NothingToOffer),
            reader: None,
            slot: None,
            scanner: None,
            printer: None,
            page_printer: None,
            ids: Ids::new(settings.ids_seed),
            reading: Standing::reading(),
            awaiting_technician: Standing::awaiting_technician(),
            scanning: Standing::scanning(),
        }
    }

    /// Notes what an event says about the world, and whether anybody may come by now.
    pub(crate) fn learn(&mut self, now: Now, event: &Event) {
        self.note(event);
        self.closed = Closed::why(self, now.wall);
    }

    fn note(&mut self, event: &Event) {
        match event {
            Event::ReaderChanged(status) => self.reader = Some(*status),
            Event::SlotChanged(status) => self.slot = Some(*status),
            Event::ScannerChanged(status) => self.scanner = Some(*status),
            Event::PrinterChanged(status) => self.printer = Some(*status),
            Event::PagePrinterChanged(status) => self.page_printer = Some(*status),
            Event::LinkChanged(link) => self.link = *link,
            Event::RoomChanged(room) => self.room = *room,
            Event::AgeChanged(age) => self.age = *age,
            Event::ConfigurationChanged(configuration) => self.configuration = Arc::clone(configuration),
            Event::CatalogueChanged(catalogue) => self.catalogue = Arc::clone(catalogue),
            Event::BarChanged { bar, is_down: true } => {
                self.bars.insert(*bar);
            }
            Event::BarChanged { bar, is_down: false } => {
                self.bars.remove(bar);
            }
            Event::Tick
            | Event::Touched(_)
            | Event::CardRead { .. }
            | Event::ChipRead { .. }
            | Event::Scanned { .. }
            | Event::PagePrinted { .. }
            | Event::Stored { .. }
            | Event::Printed { .. }
            | Event::Answered { .. }
            | Event::CardGone { .. }
            | Event::TechnicianMet { .. }
            | Event::PinTried { .. }
            | Event::PinVerified { .. }
            | Event::LookedAround { .. }
            | Event::ServiceUnchanged { .. } => {}
        }
    }

    /// What the city has to say to everybody.
    pub(crate) fn notice(&self) -> Option<String> {
        self.configuration.notice.as_ref().map(|notice| crate::in_all(notice, "\n"))
    }

    /// What is in everybody's way, if anything is.
    pub(crate) fn bar(&self) -> Option<Bar> {
        self.bars.first().copied()
    }

    /// Whether a technician took the terminal out of service.
    pub(crate) fn is_paused(&self) -> bool {
        self.bars.contains(&Bar::Pause)
    }

    pub(crate) fn is_online(&self) -> bool {
        self.link == Link::Online
    }

    /// Whether the store has room for new applications; before its first word it gets the benefit of the doubt.
    pub(crate) fn has_room(&self) -> bool {
        self.room == Room::Enough
    }

    /// Whether the reader is known not to work; before its first word it gets the benefit of the doubt.
    pub(crate) fn reader_is_broken(&self) -> bool {
        self.reader.is_some_and(is_broken)
    }

    /// Whether there is a slot for chip cards, and it is known not to work.
    pub(crate) fn slot_is_broken(&self) -> bool {
        self.slot.is_some_and(is_broken)
    }

    /// Where a card can be put at the moment; nowhere if neither reader nor slot works.
    pub(crate) fn card_place(&self) -> Option<CardPlace> {
        let slot_works = self.slot.is_some() && !self.slot_is_broken();
        match (!self.reader_is_broken(), slot_works) {
            (true, true) => Some(CardPlace::Either),
            (true, false) => Some(CardPlace::Reader),
            (false, true) => Some(CardPlace::Slot),
            (false, false) => None,
        }
    }

    /// Where cards were meant to be put, working or not.
    pub(crate) fn card_place_built(&self) -> CardPlace {
        self.slot.map_or(CardPlace::Reader, |_| CardPlace::Either)
    }

    /// Whether there is a scanner that works.
    pub(crate) fn can_scan(&self) -> bool {
        self.scanner.is_some_and(|status| !is_broken(status))
    }

    /// Whether there is a page printer, working or not.
    pub(crate) fn has_page_printer(&self) -> bool {
        self.page_printer.is_some()
    }

    /// What keeps the page printer from printing, as far as is known.
    pub(crate) fn page_fault(&self) -> Option<PageFault> {
        let Some(status) = self.page_printer else { return Some(PageFault::NotConnected) };
        status.fault.or(is_broken(status.device).then_some(PageFault::NotConnected))
    }

    /// What keeps the printer from printing, as far as is known.
    pub(crate) fn printer_fault(&self) -> Option<PrintFault> {
        let status = self.printer?;
        let by_paper = (status.paper == Paper::Out).then_some(PrintFault::PaperOut);
        let by_device = is_broken(status.device).then_some(PrintFault::NotConnected);
        status.fault.or(by_paper).or(by_device)
    }

    pub(crate) fn request(&mut self) -> RequestId {
        self.ids.request()
    }

    pub(crate) fn uuid(&mut self, at: Timestamp) -> Uuid {
        self.ids.uuid(at)
    }

    /// Whether a reply of reader or slot is the one waited for; a card that was read ends the request.
    pub(crate) fn takes_card_reply(&mut self, request: RequestId, was_read: bool) -> bool {
        let (of_all, of_technicians) =
            (self.reading.takes(request, was_read), self.awaiting_technician.takes(request, was_read));
        of_all || of_technicians
    }

    /// The same for the scanner and a code.
    pub(crate) fn takes_code_reply(&mut self, request: RequestId, was_read: bool) -> bool {
        self.scanning.takes(request, was_read)
    }

    /// After an error nobody knows what the devices do: they are told anew.
    pub(crate) fn forget_orders(&mut self) {
        self.reading.forget();
        self.awaiting_technician.forget();
        self.scanning.forget();
    }

    /// Orders reader, slot and scanner to work exactly while they are wanted.
    pub(crate) fn keep_looking(&mut self, wanted: &Wanted, effects: &mut Vec<Effect>) {
        let (ids, cards) = (&mut self.ids, wanted.cards);
        // Both work in the slot: what is not wanted any more stops before the other begins.
        if let Cards::Everybodys(at) = cards {
            self.awaiting_technician.keep(None, ids, effects);
            self.reading.keep(Some(at), ids, effects);
        } else {
            self.reading.keep(None, ids, effects);
            self.awaiting_technician.keep((cards == Cards::Technicians).then_some(()), ids, effects);
        }
        self.scanning.keep(wanted.code.then_some(()), ids, effects);
    }
}

fn is_broken(status: DeviceStatus) -> bool {
    match status {
        DeviceStatus::Offline | DeviceStatus::NoDevice | DeviceStatus::HardwareError => true,
        DeviceStatus::Online | DeviceStatus::UserActionNeeded | DeviceStatus::Busy => false,
    }
}
