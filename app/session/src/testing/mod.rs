//! A terminal for tests: feeds events in, keeps what was ordered, moves a clock by hand. Residents are made up.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod behind_a_pin;
mod made;
mod seen;

pub(crate) use made::*;
pub(crate) use seen::*;

use std::sync::Arc;
use std::time::Duration;

use kiosk_drivers_api::paper::Document;
use kiosk_drivers_api::{
    DeviceStatus, IdCard, PageFault, PageJob, PrintFault, ReaderFault, Scan, ScanFault, SmartCard,
    SmartCardFault, ValidUntil,
};
use kiosk_model::{Action, Body, CardPlace, Key, Language, Overlay, Screen};
use kiosk_protocol::service::Text;
use kiosk_protocol::trail::TrailEvent;
use kiosk_protocol::wire::{Ask, Reply};
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::lock::Gate;
use crate::{
    AskTrouble, Bar, Effect, Event, Kept, Link, Met, NewCase, Now, PinAnswer, Report, RequestId, Session,
    Settings, StoreTrouble,
};

/// Tiles of the test catalogue, by place.
pub(crate) const APPLY: usize = 0;
pub(crate) const ASK: usize = 1;
pub(crate) const FAR: usize = 2;
pub(crate) const NEEDS: usize = 3;
/// Like `APPLY`, but only with the network.
pub(crate) const ONLINE: usize = 4;

/// A PIN of a technician.
pub(crate) const PIN: &str = "739154";
/// The PIN of a resident's card.
pub(crate) const CARD_PIN: &str = "246800";

/// A made-up resident; the number is valid by its check digit.
pub(crate) const NAME: &str = "王秀兰";
pub(crate) const NUMBER: &str = "11010519491231002X";

pub(crate) struct World {
    pub(crate) session: Session,
    pub(crate) now: Now,
    pub(crate) reading: Option<RequestId>,
    /// The slot looks for technicians' cards alone.
    pub(crate) awaiting: Option<RequestId>,
    pub(crate) scanning: Option<RequestId>,
    pub(crate) asks: Vec<(RequestId, Box<Ask>)>,
    /// The question whose answer is awaited.
    pub(crate) asking: Option<RequestId>,
    pub(crate) submits: Vec<(RequestId, Box<NewCase>)>,
    pub(crate) prints: Vec<(RequestId, Document)>,
    /// The print under way.
    pub(crate) printing: Option<RequestId>,
    pub(crate) pages: Vec<(RequestId, Box<PageJob>)>,
    /// The page under way.
    pub(crate) paging: Option<RequestId>,
    pub(crate) rates: usize,
    pub(crate) stops: usize,
    /// Cards the roster was asked about.
    pub(crate) meetings: Vec<RequestId>,
    /// The card that is watched.
    pub(crate) watching: Option<RequestId>,
    /// PINs that were handed over.
    pub(crate) pins: Vec<(RequestId, String)>,
    /// PINs of residents' cards that were handed over.
    pub(crate) verifies: Vec<(RequestId, String)>,
    pub(crate) looks: Vec<RequestId>,
    /// Orders to take the terminal out of service (`true`) or to put it back.
    pub(crate) pauses: Vec<(RequestId, bool)>,
    pub(crate) trail: Vec<TrailEvent>,
}

impl World {
    /// At the attract screen, network and devices well.
    pub(crate) fn new() -> Self {
        let site = Text { zh_cn: "一号厅".into(), en: "Hall 1".into(), ru: "Зал 1".into() };
        let wall = "2026-11-23T01:05:00Z".parse().unwrap();
        let mut world = Self {
            session: Session::new(Settings { site, ids_seed: 7 }),
            now: Now { monotonic: Duration::from_secs(1000), wall },
            reading: None,
            awaiting: None,
            scanning: None,
            asks: Vec::new(),
            asking: None,
            submits: Vec::new(),
            prints: Vec::new(),
            printing: None,
            pages: Vec::new(),
            paging: None,
            rates: 0,
            stops: 0,
            meetings: Vec::new(),
            watching: None,
            pins: Vec::new(),
            verifies: Vec::new(),
            looks: Vec::new(),
            pauses: Vec::new(),
            trail: Vec::new(),
        };
        world.send(Event::LinkChanged(Link::Online));
        world.send(Event::ReaderChanged(DeviceStatus::Online));
        world.send(Event::PrinterChanged(printer(None)));
        world.send(Event::CatalogueChanged(Arc::new(catalogue())));
        world
    }

    /// The same with a slot, a scanner and a page printer.
    pub(crate) fn with_more_devices() -> Self {
        let mut world = Self::new();
        world.send(Event::SlotChanged(DeviceStatus::Online));
        world.send(Event::ScannerChanged(DeviceStatus::Online));
        world.send(Event::PagePrinterChanged(page_printer(None)));
        world
    }

    /// With all of them, at home, not identified, in English.
    pub(crate) fn at_home_unknown() -> Self {
        let mut world = Self::with_more_devices();
        world.touch(Action::ChooseLanguage(Language::En));
        world
    }

    /// With all of them, reading an answer that can be printed.
    pub(crate) fn at_answer() -> Self {
        let mut world = Self::at_home_unknown();
        world.place_card();
        world.touch_all([Action::OpenTile(ASK), Action::Start]);
        world.answer(Ok(values()));
        world
    }

    /// At home, identified, in English.
    pub(crate) fn at_home() -> Self {
        let mut world = Self::new();
        world.touch(Action::ChooseLanguage(Language::En));
        world.place_card();
        world
    }

    /// In the form, with the values on file.
    pub(crate) fn in_form() -> Self {
        let mut world = Self::at_home();
        world.open_form(APPLY);
        world
    }

    /// At the confirmation.
    pub(crate) fn at_confirm() -> Self {
        Self::at_confirm_of(APPLY)
    }

    /// At the confirmation of `APPLY` or `ONLINE`.
    pub(crate) fn at_confirm_of(tile: usize) -> Self {
        let mut world = Self::at_home();
        world.fill_in(tile);
        world
    }

    /// At the receipt, printing.
    pub(crate) fn at_receipt() -> Self {
        let mut world = Self::at_confirm();
        world.touch(Action::Submit);
        world.stored(Ok(kept()));
        world
    }

    fn open_form(&mut self, tile: usize) {
        self.touch_all([Action::OpenTile(tile), Action::Start]);
        self.answer(Ok(values()));
    }

    /// From home to the confirmation of `APPLY` or `ONLINE`.
    pub(crate) fn fill_in(&mut self, tile: usize) {
        self.open_form(tile);
        self.touch_all([Action::Next, Action::ChooseOption { field: 0, option: 1 }, Action::FocusField(1)]);
        self.type_keys("1200.5");
        self.touch(Action::Next);
    }

    pub(crate) fn send(&mut self, event: Event) {
        self.note(&event);
        for effect in self.session.handle(self.now, event) {
            self.take(effect);
        }
    }

    /// A reply ends what it answers.
    fn note(&mut self, event: &Event) {
        if let Event::Answered { request, .. } = event {
            self.asking = self.asking.filter(|asking| asking != request);
        }
        if let Event::Printed { request, .. } = event {
            self.printing = self.printing.filter(|printing| printing != request);
        }
        if let Event::PagePrinted { request, .. } = event {
            self.paging = self.paging.filter(|paging| paging != request);
        }
    }

    fn take(&mut self, effect: Effect) {
        match effect {
            Effect::ReadCard { request, at } => {
                self.reading = Some(request);
                self.watching = self.watching.filter(|_| at == CardPlace::Reader);
            }
            Effect::AwaitTechnician { request } => (self.awaiting, self.watching) = (Some(request), None),
            Effect::StopReading => (self.reading, self.awaiting) = (None, None),
            Effect::Ask { request, ask } => {
                self.asking = Some(request);
                self.asks.push((request, ask));
            }
            Effect::Submit { request, case, trail } => {
                self.submits.push((request, case));
                self.trail.extend(trail);
            }
            Effect::Rate { trail, .. } => {
                self.rates += 1;
                self.trail.extend(trail);
            }
            Effect::Print { request, document } => {
                self.printing = Some(request);
                self.prints.push((request, document));
            }
            Effect::Scan { request } => self.scanning = Some(request),
            Effect::StopScanning => self.scanning = None,
            Effect::PrintPage { request, job } => {
                self.paging = Some(request);
                self.pages.push((request, job));
            }
            Effect::StopPage => self.paging = None,
            Effect::StopAsking => self.asking = None,
            Effect::StopPrinting => {
                self.printing = None;
                self.stops += 1;
            }
            Effect::MeetTechnician { request, .. } => self.meetings.push(request),
            Effect::WatchCard { request } => self.watching = Some(request),
            Effect::TryPin { request, pin } => self.pins.push((request, pin.expose_secret().to_owned())),
            Effect::VerifyPin { request, pin } => {
                self.watching = None;
                self.verifies.push((request, pin.expose_secret().to_owned()));
            }
            Effect::LookAround { request } => self.looks.push(request),
            Effect::PauseService { request } => self.pauses.push((request, true)),
            Effect::ResumeService { request } => self.pauses.push((request, false)),
            Effect::Record(event) => self.trail.push(event),
        }
    }

    /// The city sets this from afar.
    pub(crate) fn configure(&mut self, set: Value) {
        let set = serde_json::from_value(set).unwrap();
        self.send(Event::ConfigurationChanged(Arc::new(set)));
    }

    pub(crate) fn touch(&mut self, action: Action) {
        self.send(Event::Touched(action));
    }

    pub(crate) fn touch_all(&mut self, actions: impl IntoIterator<Item = Action>) {
        actions.into_iter().for_each(|action| self.touch(action));
    }

    pub(crate) fn type_keys(&mut self, keys: &str) {
        for key in keys.chars() {
            let key = key.to_digit(10).map_or(Key::Point, |digit| Key::Digit(digit as u8));
            self.touch(Action::Press(key));
        }
    }

    pub(crate) fn place_card(&mut self) {
        self.read(Ok(card(ValidUntil::Forever)));
    }

    pub(crate) fn read(&mut self, result: Result<IdCard, ReaderFault>) {
        let request = self.reading.unwrap_or(RequestId(0));
        self.reading = self.reading.filter(|_| result.is_err());
        self.send(Event::CardRead { request, result: result.map(Box::new) });
    }

    pub(crate) fn insert(&mut self, result: Result<SmartCard, SmartCardFault>) {
        let request = self.reading.or(self.awaiting).unwrap_or(RequestId(0));
        self.reading = self.reading.filter(|_| result.is_err());
        self.awaiting = self.awaiting.filter(|_| result.is_err());
        self.send(Event::ChipRead { request, result: result.map(Box::new) });
    }

    /// Something begins or ceases to keep everybody out.
    pub(crate) fn bar(&mut self, bar: Bar, is_down: bool) {
        self.send(Event::BarChanged { bar, is_down });
    }

    /// Takes the card out of the slot.
    pub(crate) fn take_card(&mut self) {
        let request = self.watching.take().unwrap_or(RequestId(0));
        self.send(Event::CardGone { request });
    }

    /// Shows a code to the scanner.
    pub(crate) fn show_code(&mut self, text: &str) {
        self.scanned(Ok(scan(text)));
    }

    pub(crate) fn scanned(&mut self, result: Result<Scan, ScanFault>) {
        let request = self.scanning.unwrap_or(RequestId(0));
        self.scanning = self.scanning.filter(|_| result.is_err());
        self.send(Event::Scanned { request, result: result.map(Box::new) });
    }

    pub(crate) fn page_printed(&mut self, result: Result<(), PageFault>) {
        let request = self.pages.last().unwrap().0;
        self.send(Event::PagePrinted { request, result });
    }

    pub(crate) fn answer(&mut self, result: Result<Reply, AskTrouble>) {
        let request = self.asks.last().unwrap().0;
        self.send(Event::Answered { request, result: result.map(Box::new) });
    }

    pub(crate) fn stored(&mut self, result: Result<Kept, StoreTrouble>) {
        let request = self.submits.last().unwrap().0;
        self.send(Event::Stored { request, result });
    }

    pub(crate) fn printed(&mut self, result: Result<(), PrintFault>) {
        let request = self.prints.last().unwrap().0;
        self.send(Event::Printed { request, result });
    }

    /// Lets time pass, with a tick at each deadline on the way.
    pub(crate) fn wait(&mut self, seconds: u64) {
        let end = self.now.monotonic + Duration::from_secs(seconds);
        while let Some((at, _)) = self.session.deadline().filter(|(at, _)| *at <= end) {
            assert!(at > self.now.monotonic, "a deadline that was met stands still");
            self.now.monotonic = at;
            self.send(Event::Tick);
        }
        self.now.monotonic = end;
    }

    pub(crate) fn state(&self) -> &'static str {
        self.session.state_name()
    }

    pub(crate) fn screen(&self) -> Screen {
        self.session.screen()
    }

    /// What lies above the screen, in a word.
    pub(crate) fn overlay(&self) -> String {
        match self.screen().overlay {
            None => "none".to_owned(),
            Some(Overlay::Help { .. }) => "help".to_owned(),
            Some(Overlay::ConfirmEnd) => "confirm end".to_owned(),
            Some(Overlay::IdleWarning { seconds_left }) => format!("warning {seconds_left}"),
        }
    }

    pub(crate) fn body(&self) -> Body {
        self.screen().body
    }
}
