//! What the session knows about the world around it: told by events, kept between visits, about nobody.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use kiosk_drivers_api::{DeviceStatus, PageFault, PagePrinterStatus, Paper, PrintFault, PrinterStatus};
use kiosk_model::CardPlace;
use kiosk_protocol::catalogue::Catalogue;
use kiosk_protocol::configuration::Configuration;
use kiosk_protocol::service::Text;
use uuid::Uuid;

use crate::ids::Ids;
use crate::standing::Standing;
use crate::{Age, Effect, Event, Link, RequestId, Room, Settings};

/// The world around.
pub(crate) struct Ctx {
    pub(crate) site: Text,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) link: Link,
    room: Room,
    pub(crate) age: Age,
    pub(crate) configuration: Arc<Configuration>,
    /// While people are kept out, cards are looked for from then on.
    cards_rest_until: Duration,
    pub(crate) reader: Option<DeviceStatus>,
    pub(crate) slot: Option<DeviceStatus>,
    pub(crate) scanner: Option<DeviceStatus>,
    pub(crate) printer: Option<PrinterStatus>,
    pub(crate) page_printer: Option<PagePrinterStatus>,
    ids: Ids,
    reading: Standing<CardPlace>,
    scanning: Standing<()>,
}

/// Which devices somebody waits for.
pub(crate) struct Wanted {
    /// Where a card is looked for.
    pub(crate) card: Option<CardPlace>,
    pub(crate) code: bool,
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
            cards_rest_until: Duration::ZERO,
            reader: None,
            slot: None,
            scanner: None,
            printer: None,
            page_printer: None,
            ids: Ids::new(settings.ids_seed),
            reading: Standing::reading(),
            scanning: Standing::scanning(),
        }
    }

    /// Notes what an event says about the world.
    pub(crate) fn learn(&mut self, event: &Event) {
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
            | Event::LookedAround { .. } => {}
        }
    }

    /// What the city has to say to everybody.
    pub(crate) fn notice(&self) -> Option<String> {
        self.configuration.notice.as_ref().map(|notice| crate::in_all(notice, "\n"))
    }

    /// Cards are not looked for before then.
    pub(crate) fn rest_cards(&mut self, until: Duration) {
        self.cards_rest_until = until;
    }

    /// Until when cards are not looked for; nothing where that is over.
    pub(crate) fn cards_rest(&self, now: Duration) -> Option<Duration> {
        (self.cards_rest_until > now).then_some(self.cards_rest_until)
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
        self.reading.takes(request, was_read)
    }

    /// The same for the scanner and a code.
    pub(crate) fn takes_code_reply(&mut self, request: RequestId, was_read: bool) -> bool {
        self.scanning.takes(request, was_read)
    }

    /// After an error nobody knows what the devices do: they are told anew.
    pub(crate) fn forget_orders(&mut self) {
        self.reading.forget();
        self.scanning.forget();
    }

    /// Orders reader, slot and scanner to work exactly while they are wanted.
    pub(crate) fn keep_looking(&mut self, wanted: &Wanted, effects: &mut Vec<Effect>) {
        self.reading.keep(wanted.card, &mut self.ids, effects);
        self.scanning.keep(wanted.code.then_some(()), &mut self.ids, effects);
    }
}

fn is_broken(status: DeviceStatus) -> bool {
    match status {
        DeviceStatus::Offline | DeviceStatus::NoDevice | DeviceStatus::HardwareError => true,
        DeviceStatus::Online | DeviceStatus::UserActionNeeded | DeviceStatus::Busy => false,
    }
}
