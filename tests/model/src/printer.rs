//! The thread of the receipt printer, as the terminal runs it: prints one page at a time, else asks for the status.

use kiosk_drivers_api::paper::Document;
use kiosk_drivers_api::{PrinterStatus, ReceiptPrinter};
use kiosk_session::{Event, RequestId};

use crate::hands::{Brake, Tell};
use crate::limits::STATUS_POLL;
use crate::mailbox::Mailbox;

/// An order to the printer's thread.
pub enum Order {
    /// Print a page.
    Print(RequestId, Document, Brake),
    /// End.
    Quit,
}

/// The thread's state.
pub struct Worker {
    printer: Box<dyn ReceiptPrinter>,
    orders: Mailbox<Order>,
    tell: Tell,
    status: Option<PrinterStatus>,
}

impl Worker {
    /// A worker before its first turn.
    pub fn new(printer: Box<dyn ReceiptPrinter>, orders: Mailbox<Order>, tell: Tell) -> Self {
        Self { printer, orders, tell, status: None }
    }

    /// Works until told to end.
    pub fn run(mut self) {
        loop {
            match self.orders.receive(STATUS_POLL) {
                Some(Order::Print(request, document, brake)) => self.print(request, &document, &brake),
                Some(Order::Quit) => return,
                None => self.report(),
            }
        }
    }

    fn print(&mut self, request: RequestId, document: &Document, brake: &Brake) {
        let result = self.tell.call(brake, || self.printer.print(document, &brake.cancel));
        self.tell.event(Event::Printed { request, result });
        self.report();
    }

    fn report(&mut self) {
        let status = self.printer.status();
        if self.status != Some(status) {
            self.status = Some(status);
            self.tell.event(Event::PrinterChanged(status));
        }
    }
}
