//! What the session knows about the world around it: told by events, kept between visits, about nobody.

use std::sync::Arc;

use jiff::Timestamp;
use kiosk_drivers_api::{DeviceStatus, Paper, PrintFault, PrinterStatus};
use kiosk_protocol::catalogue::Catalogue;
use kiosk_protocol::service::Text;
use uuid::Uuid;

use crate::ids::Ids;
use crate::{Effect, Event, Link, RequestId, Settings};

/// The world around.
pub(crate) struct Ctx {
    pub(crate) site: Text,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) link: Link,
    reader: Option<DeviceStatus>,
    printer: Option<PrinterStatus>,
    ids: Ids,
    reading: Option<RequestId>,
}

impl Ctx {
    pub(crate) fn new(settings: Settings) -> Self {
        let none = Catalogue { version: 0, published_at: Timestamp::UNIX_EPOCH, packages: Vec::new() };
        Self {
            site: settings.site,
            catalogue: Arc::new(none),
            link: Link::Offline,
            reader: None,
            printer: None,
            ids: Ids::new(settings.ids_seed),
            reading: None,
        }
    }

    /// Notes what an event says about the world.
    pub(crate) fn learn(&mut self, event: &Event) {
        match event {
            Event::ReaderChanged(status) => self.reader = Some(*status),
            Event::PrinterChanged(status) => self.printer = Some(*status),
            Event::LinkChanged(link) => self.link = *link,
            Event::CatalogueChanged(catalogue) => self.catalogue = Arc::clone(catalogue),
            Event::Tick
            | Event::Touched(_)
            | Event::CardRead { .. }
            | Event::ChipRead { .. }
            | Event::Scanned { .. }
            | Event::SlotChanged(_)
            | Event::ScannerChanged(_)
            | Event::PagePrinterChanged(_)
            | Event::PagePrinted { .. }
            | Event::Stored { .. }
            | Event::Printed { .. }
            | Event::Answered { .. } => {}
        }
    }

    pub(crate) fn is_online(&self) -> bool {
        self.link == Link::Online
    }

    /// Whether the reader is known not to work; before its first word it gets the benefit of the doubt.
    pub(crate) fn reader_is_broken(&self) -> bool {
        self.reader.is_some_and(is_broken)
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

    /// Whether a reply of the reader is the one waited for; a card that was read ends the request.
    pub(crate) fn takes_card_reply(&mut self, request: RequestId, was_read: bool) -> bool {
        let expected = self.reading == Some(request);
        if expected && was_read {
            self.reading = None;
        }
        expected
    }

    /// After an error nobody knows whether the reader polls: it is told anew.
    pub(crate) fn forget_reading(&mut self) {
        self.reading = None;
    }

    /// Orders the reader to poll exactly while a card is wanted.
    pub(crate) fn keep_reading(&mut self, wanted: bool, effects: &mut Vec<Effect>) {
        match (wanted, self.reading) {
            (true, None) => {
                let request = self.request();
                self.reading = Some(request);
                effects.push(Effect::ReadCard { request });
            }
            (false, Some(_)) => {
                self.reading = None;
                effects.push(Effect::StopReading);
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
}

fn is_broken(status: DeviceStatus) -> bool {
    match status {
        DeviceStatus::Offline | DeviceStatus::NoDevice | DeviceStatus::HardwareError => true,
        DeviceStatus::Online | DeviceStatus::UserActionNeeded | DeviceStatus::Busy => false,
    }
}
