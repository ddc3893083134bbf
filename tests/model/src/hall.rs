//! A terminal in its hall: the real session, drivers, store and sync, with everything around them in virtual time.

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kiosk_client::sync::Settings as Pace;
use kiosk_client::{Clock, LinkState, Worker};
use kiosk_drivers_api::paper::{Document, Line};
use kiosk_model::Screen;
use kiosk_protocol::catalogue::Catalogue;
use kiosk_protocol::crypto::{SigningKey, UnsealingKey};
use kiosk_protocol::item::Content;
use kiosk_protocol::service::{ServicePackage, Text};
use kiosk_protocol::wire::Ask;
use kiosk_session::{AskTrouble, Effect, Event, Link, Now, RequestId, Session, Settings};
use kiosk_store::Draft;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::chance::Chance;
use crate::devices::Devices;
use crate::hands::{Hands, PrinterDriver};
use crate::keeper::{Keeper, Order};
use crate::ledger::{Broken, Ledger, number_in};
use crate::limits::{ANSWER_MS, ASK_GIVEN_UP, UNREACHABLE};
use crate::platform::{Network, Platform, page_number};
use crate::stage::{Actor, Stage};

/// Services of every kind: to hand in, to ask, far away, with values nobody else has; and the published ones.
const PACKAGES: [&str; 6] = [
    include_str!("../../../app/session/fixtures/apply.json"),
    include_str!("../../../app/session/fixtures/ask.json"),
    include_str!("../../../app/session/fixtures/far.json"),
    include_str!("../../../app/session/fixtures/needs.json"),
    include_str!("../../../sync/platform/services/gjj-account.json"),
    include_str!("../../../sync/platform/services/gjj-rent-withdrawal.json"),
];

/// When the terminal starts.
const MORNING: Timestamp = Timestamp::constant(1_795_395_900, 0);

/// Both clocks of the terminal, in virtual time.
#[derive(Clone)]
struct Clocks(Stage);

impl Clock for Clocks {
    fn elapsed(&self) -> Duration {
        self.0.now()
    }

    fn wall(&self) -> Timestamp {
        let since = SignedDuration::try_from(self.0.now()).unwrap_or(SignedDuration::MAX);
        MORNING.checked_add(since).unwrap_or(Timestamp::MAX)
    }
}

/// A question under way: when its answer is there, and what it is.
type Question = (Duration, Event);

/// The terminal and all around it.
pub struct Hall {
    /// The clock.
    pub stage: Stage,
    /// The devices.
    pub devices: Devices,
    /// The store.
    pub keeper: Keeper,
    /// The platform.
    pub platform: Platform,
    /// What must hold.
    pub ledger: Ledger,
    /// How often each state was entered.
    pub states: BTreeMap<&'static str, usize>,
    session: Session,
    hands: Hands,
    worker: Worker,
    link: Link,
    runtime: Runtime,
    asking: Option<Question>,
    /// How often a PIN was entered.
    pins: u32,
    /// The number each print under way is about.
    prints: HashMap<RequestId, String>,
    attract: Option<Screen>,
    state: &'static str,
    _folder: TempDir,
}

impl Hall {
    /// A terminal that has just started.
    pub fn open(chance: &mut Chance, driver: PrinterDriver) -> Result<Self, Box<dyn std::error::Error>> {
        let (stage, folder) = (Stage::default(), folder()?);
        let clocks = Clocks(stage.clone());
        let wall = clocks.clone();
        let key = UnsealingKey::generate().sealing_key();
        let keeper = Keeper::open(folder.path(), move || wall.wall(), key)?;
        let platform = Platform::new(chance.split());
        let worker = Worker::new(
            Arc::new(keeper.store.clone()),
            Arc::new(platform.clone()),
            SigningKey::generate()?.verifying_key(),
            Pace::default(),
            chance.split(),
            Arc::new(clocks),
        );
        let devices = Devices::new(&stage, chance);
        let hands = Hands::start(&stage, &devices, driver);
        let site = Text { zh_cn: "一号厅".into(), en: "Hall 1".into(), ru: "Зал 1".into() };
        let session = Session::new(Settings { site, ids_seed: chance.seed() });
        let mut hall = Self {
            stage,
            devices,
            keeper,
            platform,
            ledger: Ledger::default(),
            states: BTreeMap::new(),
            session,
            hands,
            worker,
            link: Link::Offline,
            runtime: tokio::runtime::Builder::new_current_thread().build()?,
            asking: None,
            pins: 0,
            prints: HashMap::new(),
            attract: None,
            state: "",
            _folder: folder,
        };
        hall.turn(Event::CatalogueChanged(Arc::new(catalogue()?)), chance)?;
        hall.attract = Some(hall.screen());
        Ok(hall)
    }

    /// What is on the glass.
    pub fn screen(&self) -> Screen {
        Screen::from(&self.session)
    }

    /// Nobody is served.
    pub fn is_idle(&self) -> bool {
        self.session.state_name() == "attract"
    }

    /// The session's state, for whoever reads what broke.
    pub fn state_name(&self) -> &'static str {
        self.session.state_name()
    }

    /// Something still waits to be kept or sent.
    pub fn is_at_work(&self) -> Result<bool, Broken> {
        let backlog = self.keeper.store.backlog().map_err(|error| error.to_string())?;
        Ok(backlog > 0 || self.keeper.due().is_some())
    }

    /// When something is due here.
    pub fn due(&self) -> Duration {
        let session = self.session.deadline().map(|(at, _)| at);
        let asking = self.asking.as_ref().map(|(at, _)| *at);
        let sync = match self.worker.next() {
            kiosk_client::sync::Step::Wait { until } => until,
            kiosk_client::sync::Step::Send { .. }
            | kiosk_client::sync::Step::Pull
            | kiosk_client::sync::Step::Fetch { .. }
            | kiosk_client::sync::Step::Upload(_) => Duration::ZERO,
        };
        [session, asking, self.keeper.due(), Some(sync)].into_iter().flatten().min().unwrap_or(sync)
    }

    /// Does everything that is due now.
    pub fn go_on(&mut self, chance: &mut Chance) -> Result<(), Broken> {
        while let Some(event) = self.hands.events.take() {
            self.turn(event, chance)?;
        }
        if let Some(complaint) = self.hands.complaints.take() {
            return Err(complaint);
        }
        let now = self.stage.now();
        if self.session.deadline().is_some_and(|(at, _)| at <= now) {
            self.turn(Event::Tick, chance)?;
        }
        if let Some((_, event)) = self.asking.take_if(|(at, _)| *at <= now) {
            self.turn(event, chance)?;
        }
        if self.keeper.due().is_some_and(|at| at <= now) {
            for (request, result) in self.keeper.serve(now, chance) {
                if self.worker.heeds_waking() {
                    self.worker.woken();
                }
                self.turn(Event::Stored { request, result }, chance)?;
            }
        }
        self.sync(chance)
    }

    /// Waits for whatever comes first, at most until then.
    pub fn wait(&self, until: Duration) {
        self.stage.wait(Actor::Hall, until.min(self.due()));
    }

    /// One event, and everything that must hold behind it.
    pub fn turn(&mut self, event: Event, chance: &mut Chance) -> Result<(), Broken> {
        self.collect_paper()?;
        self.note(&event);
        let now = Now { monotonic: self.stage.now(), wall: Clocks(self.stage.clone()).wall() };
        let handled = catch_unwind(AssertUnwindSafe(|| self.session.handle(now, event)));
        let effects = handled.map_err(|_| format!("the session panicked in {}", self.state))?;
        effects.into_iter().for_each(|effect| self.carry_out(effect, chance));
        self.check()
    }

    /// What is called printed goes into the ledger; where a card was read, nobody waits at the other place.
    fn note(&mut self, event: &Event) {
        if let Event::Printed { request, result: Ok(()) } = event {
            self.ledger.said_printed(&self.prints.remove(request).unwrap_or_default());
        }
        if let Event::PagePrinted { request, result: Ok(()) } = event {
            self.ledger.said_page(&self.prints.remove(request).unwrap_or_default());
        }
        if let Event::CardRead { request, result: Ok(_) } | Event::ChipRead { request, result: Ok(_) } = event
        {
            self.hands.card_was_read(*request);
        }
    }

    /// Ends everything that runs.
    pub fn close(self) {
        self.hands.end();
    }

    /// Takes the paper out of both trays.
    pub fn collect_paper(&mut self) -> Result<(), Broken> {
        self.devices.sheets.take_out().iter().for_each(|job| self.ledger.page(job));
        let pieces = self.devices.paper.with(|printer, _| printer.take_pieces());
        pieces.iter().try_for_each(|piece| self.ledger.paper(piece))
    }

    fn check(&mut self) -> Result<(), Broken> {
        let (screen, state) = (self.screen(), self.session.state_name());
        if self.state != state {
            self.state = state;
            *self.states.entry(state).or_default() += 1;
        }
        if self.is_idle() != self.session.deadline().is_none() {
            return Err(format!("{state}: a visit without a deadline, or a deadline without a visit"));
        }
        let attract = self.attract.as_ref().filter(|_| self.is_idle());
        if attract.is_some_and(|attract| *attract != screen) {
            return Err("the attract screen is not what it was before anybody came".to_owned());
        }
        let sent = self.devices.chips.pins();
        if sent > self.pins {
            return Err(format!(
                "{state}: a PIN was entered {} times and sent to a card {sent} times",
                self.pins
            ));
        }
        self.ledger.screen(&screen).map_err(|broken| format!("{state}: {broken}"))?;
        self.ledger.check(&self.keeper.store)
    }

    fn carry_out(&mut self, effect: Effect, chance: &mut Chance) {
        let now = self.stage.now();
        match effect {
            Effect::ReadCard { request, at } => self.hands.read(request, at),
            Effect::StopReading => self.hands.stop_reading(),
            Effect::Scan { request } => self.hands.scan(request),
            Effect::StopScanning => self.hands.stop_scanning(),
            Effect::Ask { request, ask } => self.asking = Some(self.ask(request, &ask, chance)),
            Effect::StopAsking => self.asking = None,
            Effect::Submit { request, case, trail } => {
                self.keeper.order(now, Order::Case(request, case, trail), chance);
            }
            Effect::Rate { request, visit, case, level, trail } => {
                let content = Content::Rating { visit, case, level };
                let draft = Draft { lane: case.unwrap_or(visit), content };
                self.keeper.order(now, Order::Plain(request, draft, trail), chance);
            }
            Effect::Print { request, document } => {
                self.prints.insert(request, number_on(&document));
                self.hands.print(request, document);
            }
            Effect::StopPrinting => self.hands.stop_printing(),
            Effect::PrintPage { request, job } => {
                self.prints.insert(request, page_number(&job.pdf));
                self.hands.print_page(request, *job);
            }
            Effect::StopPage => self.hands.stop_page(),
            Effect::Record(step) => self.keeper.order(now, Order::Step(step), chance),
            Effect::WatchCard { request } => self.hands.watch(request),
            Effect::VerifyPin { request, pin } => {
                self.pins += 1;
                self.hands.verify(request, pin);
            }
            // Nobody here is on the roster.
            Effect::MeetTechnician { .. }
            | Effect::TryPin { .. }
            | Effect::LookAround { .. }
            | Effect::AwaitTechnician { .. }
            | Effect::PauseService { .. }
            | Effect::ResumeService { .. } => {}
        }
    }

    fn ask(&self, request: RequestId, ask: &Ask, chance: &mut Chance) -> Question {
        let answer = || self.platform.answer(ask).map(Box::new).ok_or(AskTrouble::Failed);
        let (wait, result) = match self.platform.network() {
            Network::Cut => (UNREACHABLE, Err(AskTrouble::Offline)),
            Network::Lossy if chance.percent(50) => (ASK_GIVEN_UP, Err(AskTrouble::TimedOut)),
            Network::Lossy | Network::Up => (chance.ms(ANSWER_MS), answer()),
        };
        (self.stage.now() + wait, Event::Answered { request, result })
    }

    /// Lets the sync do one step, where one is due, and tells the session of the link.
    fn sync(&mut self, chance: &mut Chance) -> Result<(), Broken> {
        self.runtime.block_on(self.worker.perform(self.worker.next()));
        let link = match *self.worker.link().borrow() {
            LinkState::Online => Link::Online,
            LinkState::Offline { .. } => Link::Offline,
        };
        if self.link == link {
            return Ok(());
        }
        self.link = link;
        self.turn(Event::LinkChanged(link), chance)
    }
}

/// In memory where that is possible: what a disk keeps over a power cut is proved elsewhere.
fn folder() -> std::io::Result<TempDir> {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())
}

fn catalogue() -> Result<Catalogue, Box<dyn std::error::Error>> {
    let packages = PACKAGES.iter().map(|json| ServicePackage::parse(json)).collect::<Result<_, _>>()?;
    Ok(Catalogue { version: 1, published_at: Timestamp::UNIX_EPOCH, packages })
}

/// The receipt number in the code on a page.
fn number_on(document: &Document) -> String {
    let code = document.lines.iter().find_map(|line| match line {
        Line::Qr(code) => Some(number_in(code)),
        Line::Text { .. } | Line::Pair { .. } | Line::Rule | Line::Space(_) => None,
    });
    code.unwrap_or_default()
}
