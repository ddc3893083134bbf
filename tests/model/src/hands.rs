//! The threads of the devices, and what they tell the hall.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use kiosk_drivers_api::paper::Document;
use kiosk_drivers_api::{Cancel, ReceiptPrinter};
use kiosk_id_card::Reader;
use kiosk_session::{Event, RequestId};
use kiosk_sim::{printer as paper, reader as cards};

use crate::cable::{Cable, Wire};
use crate::mailbox::Mailbox;
use crate::stage::{Actor, Stage};
use crate::{printer, reader};

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

/// The devices' threads and what orders them.
pub struct Hands {
    /// What the devices tell.
    pub events: Mailbox<Event>,
    /// What no driver may do, each a sentence.
    pub complaints: Mailbox<String>,
    stage: Stage,
    reader: Mailbox<reader::Order>,
    reading: reader::Reading,
    printer: Mailbox<printer::Order>,
    printing: Brake,
    threads: Vec<JoinHandle<()>>,
}

impl Hands {
    /// Starts the threads.
    pub fn start(
        stage: &Stage,
        cards: &Cable<cards::Reader>,
        paper: &Cable<paper::Printer>,
        driver: PrinterDriver,
    ) -> Self {
        let (events, complaints) = (Mailbox::of(Actor::Hall, stage), Mailbox::of(Actor::Hall, stage));
        let tell = Tell { events: events.clone(), complaints: complaints.clone(), stage: stage.clone() };
        let (reader, printer) = (Mailbox::of(Actor::Reader, stage), Mailbox::of(Actor::Printer, stage));
        let reading = reader::Reading::default();
        let looks =
            reader::Worker::new(Reader::on(cards.wire()), reader.clone(), tell.clone(), reading.clone());
        let prints = printer::Worker::new(driver(paper.wire()), printer.clone(), tell);
        let threads = vec![
            spawn(stage, Actor::Reader, &complaints, || looks.run()),
            spawn(stage, Actor::Printer, &complaints, || prints.run()),
        ];
        let stage = stage.clone();
        Self { events, complaints, stage, reader, reading, printer, printing: Brake::default(), threads }
    }

    /// Awaits a card.
    pub fn read(&self, request: RequestId) {
        self.reader.send(reader::Order::Read(request));
    }

    /// Awaits none any more.
    pub fn stop_reading(&self) {
        self.reading.current().pull(self.stage.now());
        self.reader.send(reader::Order::Stop);
    }

    /// Prints a page.
    pub fn print(&mut self, request: RequestId, document: Document) {
        self.printing = Brake::default();
        self.printer.send(printer::Order::Print(request, document, self.printing.clone()));
    }

    /// Stops the page that was ordered last.
    pub fn stop_printing(&self) {
        self.printing.pull(self.stage.now());
    }

    /// Ends the threads; whoever is in the middle of something finishes that first.
    pub fn end(self) {
        self.reader.send(reader::Order::Quit);
        self.printer.send(printer::Order::Quit);
        self.stage.leave();
        // What broke one is among the complaints.
        self.threads.into_iter().for_each(|thread| drop(thread.join()));
    }
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
