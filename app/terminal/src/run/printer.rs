//! The thread of the receipt printer: prints one page at a time, else asks for the status.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use kiosk_drivers_api::paper::Document;
use kiosk_drivers_api::{Cancel, PrintFault, PrinterStatus, ReceiptPrinter};
use kiosk_session::{Event, RequestId};

use super::thread;
use crate::deadlines::{ORDERS_MAX, STATUS_POLL};

/// Makes a driver; called again after a driver panicked.
pub type PrinterFactory = Box<dyn FnMut() -> Box<dyn ReceiptPrinter> + Send>;

/// Orders the printer's thread. The thread ends when this is dropped.
pub struct PrinterActor {
    orders: SyncSender<Order>,
    printing: Arc<Mutex<Cancel>>,
}

struct Order {
    request: RequestId,
    document: Document,
    cancel: Cancel,
}

impl PrinterActor {
    /// Starts the thread.
    pub fn start(factory: PrinterFactory, events: SyncSender<Event>) -> std::io::Result<Self> {
        let (orders, inbox) = sync_channel(ORDERS_MAX);
        let worker = Worker::new(factory, events);
        thread::spawn("printer", move || worker.run(&inbox))?;
        Ok(Self { orders, printing: Arc::default() })
    }

    /// Prints a page.
    pub fn print(&self, request: RequestId, document: Document) {
        let cancel = Cancel::default();
        *self.printing.lock().unwrap_or_else(PoisonError::into_inner) = cancel.clone();
        if self.orders.send(Order { request, document, cancel }).is_err() {
            tracing::error!("the printer's thread has ended");
        }
    }

    /// Stops the page that was ordered last.
    pub fn stop(&self) {
        self.printing.lock().unwrap_or_else(PoisonError::into_inner).cancel();
    }
}

struct Worker {
    factory: PrinterFactory,
    printer: Box<dyn ReceiptPrinter>,
    events: SyncSender<Event>,
    status: Option<PrinterStatus>,
}

impl Worker {
    fn new(mut factory: PrinterFactory, events: SyncSender<Event>) -> Self {
        let printer = factory();
        Self { factory, printer, events, status: None }
    }

    fn run(mut self, inbox: &Receiver<Order>) {
        loop {
            match inbox.recv_timeout(STATUS_POLL) {
                Ok(order) => self.print(&order),
                Err(RecvTimeoutError::Timeout) => self.report(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn print(&mut self, order: &Order) {
        let result = self.guarded(|printer| printer.print(&order.document, &order.cancel));
        let result = result.unwrap_or(Err(PrintFault::Unconfirmed));
        if let Err(fault) = result {
            tracing::warn!(%fault, "receipt not printed");
        }
        let _ = self.events.send(Event::Printed { request: order.request, result });
        self.report();
    }

    fn report(&mut self) {
        let status = self.guarded(|printer| printer.status());
        if status.is_some() && status != self.status {
            self.status = status;
            tracing::info!(?status, "receipt printer");
            status.into_iter().for_each(|status| {
                // The session's thread only ends when the program does.
                let _ = self.events.send(Event::PrinterChanged(status));
            });
        }
    }

    /// Calls the driver; a driver that panics is replaced by a new one.
    fn guarded<T>(&mut self, call: impl FnOnce(&mut dyn ReceiptPrinter) -> T) -> Option<T> {
        let result = catch_unwind(AssertUnwindSafe(|| call(self.printer.as_mut())));
        if result.is_err() {
            tracing::error!("the printer's driver panicked and was restarted");
            self.printer = (self.factory)();
        }
        result.ok()
    }
}
