//! The threads of the devices, and what they tell the hall.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use kiosk_drivers_api::paper::Document;
use kiosk_drivers_api::{Cancel, PageJob, Private, ReceiptPrinter};
use kiosk_model::CardPlace;
use kiosk_session::{Event, RequestId};
use kiosk_sim::printer as paper;

use crate::cable::Wire;
use crate::devices::Devices;
use crate::kinds::{Receipts, SlotJob};
use crate::mailbox::Mailbox;
use crate::stage::{Actor, Stage};
use crate::worker::{Kind, Order, Worker};

/// Puts a receipt printer's driver on its line.
pub type PrinterDriver = fn(Wire<paper::Printer>) -> Box<dyn ReceiptPrinter>;

/// A cancelled call returns within this time; the ports promise it.
const CANCELLED: Duration = Duration::from_millis(500);

/// Stops one call of a driver, and remembers when.
#[derive(Clone, Default)]
pub struct Brake {
    /// What the driver looks at.
    pub cancel: Cancel,
    pulled: Arc<Mutex<Option<Duration>>>,
}

impl Brake {
    fn pull(&self, now: Duration) {
        self.cancel.cancel();
        self.pulled.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(now);
    }

    fn pulled(&self) -> Option<Duration> {
        *self.pulled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the hall what happens at a device, and what no driver may do.
#[derive(Clone)]
pub struct Tell {
    events: Mailbox<Event>,
    complaints: Mailbox<String>,
    stage: Stage,
}

impl Tell {
    /// Something happened.
    pub fn event(&self, event: Event) {
        self.events.send(event);
    }

    /// Makes a call of a driver that may be stopped, and sees to it that it then returns soon.
    pub fn call<T>(&self, brake: &Brake, call: impl FnOnce() -> T) -> T {
        let begun = self.stage.now();
        let result = call();
        let took = brake.pulled().map(|at| self.stage.now().saturating_sub(at.max(begun)));
        if let Some(took) = took.filter(|took| *took > CANCELLED) {
            self.complaints.send(format!("a cancelled call of a driver took {took:?}"));
        }
        result
    }
}

/// A device's thread and what orders it.
struct Desk<J> {
    orders: Mailbox<Order<J>>,
    latest: Brake,
}

impl<J> Desk<J> {
    fn begin(&mut self, request: RequestId, job: J) {
        self.latest = Brake::default();
        self.orders.send(Order::Begin(request, job, self.latest.clone()));
    }

    fn stop(&self, now: Duration) {
        self.latest.pull(now);
    }
}

/// The devices' threads and what orders them.
pub struct Hands {
    /// What the devices tell.
    pub events: Mailbox<Event>,
    /// What no driver may do, each a sentence.
    pub complaints: Mailbox<String>,
    stage: Stage,
    reader: Desk<()>,
    slot: Desk<SlotJob>,
    scanner: Desk<()>,
    printer: Desk<Document>,
    pages: Desk<PageJob>,
    /// The request for a card, and where it is looked for.
    reading: Option<(RequestId, CardPlace)>,
    threads: Vec<JoinHandle<()>>,
}

impl Hands {
    /// Starts the threads.
    pub fn start(stage: &Stage, devices: &Devices, driver: PrinterDriver) -> Self {
        let (events, complaints) = (Mailbox::of(Actor::Hall, stage), Mailbox::of(Actor::Hall, stage));
        let tell = Tell { events: events.clone(), complaints: complaints.clone(), stage: stage.clone() };
        let mut threads = Vec::new();
        Self {
            reader: start(devices.reader(), Actor::Reader, &tell, &mut threads),
            slot: start(devices.slot(), Actor::Slot, &tell, &mut threads),
            scanner: start(devices.scanner(), Actor::Scanner, &tell, &mut threads),
            printer: start(Receipts(driver(devices.paper.wire())), Actor::Printer, &tell, &mut threads),
            pages: start(devices.pages(), Actor::Pages, &tell, &mut threads),
            events,
            complaints,
            stage: stage.clone(),
            reading: None,
            threads,
        }
    }

    /// Awaits a card there.
    pub fn read(&mut self, request: RequestId, at: CardPlace) {
        self.reading = Some((request, at));
        if at != CardPlace::Slot {
            self.reader.begin(request, ());
        }
        if at != CardPlace::Reader {
            self.slot.begin(request, SlotJob::Read);
        }
    }

    /// Awaits none any more.
    pub fn stop_reading(&mut self) {
        let Some((_, at)) = self.reading.take() else { return };
        if at != CardPlace::Slot {
            self.reader.stop(self.stage.now());
        }
        if at != CardPlace::Reader {
            self.slot.stop(self.stage.now());
        }
    }

    /// Tells when the card in the slot is out.
    pub fn watch(&mut self, request: RequestId) {
        self.slot.begin(request, SlotJob::Watch);
    }

    /// Has the card in the slot check its PIN.
    pub fn verify(&mut self, request: RequestId, pin: Private) {
        self.slot.begin(request, SlotJob::Verify(pin));
    }

    /// Whichever place read a card first answers; at the other one nobody is waited for any more.
    pub fn card_was_read(&mut self, request: RequestId) {
        if self.reading.is_some_and(|(reading, _)| reading == request) {
            self.stop_reading();
        }
    }

    /// Awaits a code.
    pub fn scan(&mut self, request: RequestId) {
        self.scanner.begin(request, ());
    }

    /// Awaits none any more.
    pub fn stop_scanning(&self) {
        self.scanner.stop(self.stage.now());
    }

    /// Prints a receipt.
    pub fn print(&mut self, request: RequestId, document: Document) {
        self.printer.begin(request, document);
    }

    /// Stops the receipt that was ordered last.
    pub fn stop_printing(&self) {
        self.printer.stop(self.stage.now());
    }

    /// Prints pages.
    pub fn print_page(&mut self, request: RequestId, job: PageJob) {
        self.pages.begin(request, job);
    }

    /// Stops the pages that were ordered last.
    pub fn stop_page(&self) {
        self.pages.stop(self.stage.now());
    }

    /// Ends the threads; whoever is in the middle of something finishes that first.
    pub fn end(self) {
        [&self.reader, &self.scanner].iter().for_each(|desk| desk.orders.send(Order::Quit));
        self.slot.orders.send(Order::Quit);
        self.printer.orders.send(Order::Quit);
        self.pages.orders.send(Order::Quit);
        self.stage.leave();
        // What broke one is among the complaints.
        self.threads.into_iter().for_each(|thread| drop(thread.join()));
    }
}

fn start<K: Kind>(device: K, who: Actor, tell: &Tell, threads: &mut Vec<JoinHandle<()>>) -> Desk<K::Job> {
    let orders = Mailbox::of(who, &tell.stage);
    let worker = Worker::new(device, orders.clone(), tell.clone());
    threads.push(spawn(&tell.stage, who, &tell.complaints, || worker.run()));
    Desk { orders, latest: Brake::default() }
}

fn spawn(
    stage: &Stage,
    who: Actor,
    complaints: &Mailbox<String>,
    work: impl FnOnce() + Send + 'static,
) -> JoinHandle<()> {
    stage.announce(who);
    let (stage, complaints) = (stage.clone(), complaints.clone());
    std::thread::spawn(move || {
        stage.enter(who);
        if catch_unwind(AssertUnwindSafe(work)).is_err() {
            complaints.send(format!("the thread of the {who:?} panicked"));
        }
        stage.leave();
    })
}
