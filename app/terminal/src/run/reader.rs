//! The thread of the identity-card reader: polls while a card is awaited, else asks for the status.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use kiosk_drivers_api::{Cancel, DeviceStatus, IdCard, IdCardReader, ReaderFault};
use kiosk_session::{Event, RequestId};

use super::thread;
use crate::deadlines::{CARD_POLL, ORDERS_MAX, STATUS_POLL};

/// Makes a driver; called again after a driver panicked.
pub type ReaderFactory = Box<dyn FnMut() -> Box<dyn IdCardReader> + Send>;

/// Orders the reader's thread. The thread ends when this is dropped.
pub struct ReaderActor {
    orders: SyncSender<Order>,
    reading: Arc<Mutex<Cancel>>,
}

enum Order {
    Read(RequestId),
    Stop,
}

impl ReaderActor {
    /// Starts the thread.
    pub fn start(factory: ReaderFactory, events: SyncSender<Event>) -> std::io::Result<Self> {
        let (orders, inbox) = sync_channel(ORDERS_MAX);
        let reading = Arc::new(Mutex::new(Cancel::default()));
        let worker = Worker::new(factory, events, Arc::clone(&reading));
        thread::spawn("id-reader", move || worker.run(&inbox))?;
        Ok(Self { orders, reading })
    }

    /// Awaits a card; replaces an earlier request.
    pub fn read(&self, request: RequestId) {
        self.order(Order::Read(request));
    }

    /// Awaits no card any more.
    pub fn stop(&self) {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner).cancel();
        self.order(Order::Stop);
    }

    fn order(&self, order: Order) {
        if self.orders.send(order).is_err() {
            tracing::error!("the reader's thread has ended");
        }
    }
}

struct Worker {
    factory: ReaderFactory,
    reader: Box<dyn IdCardReader>,
    events: SyncSender<Event>,
    reading: Arc<Mutex<Cancel>>,
    awaited: Option<RequestId>,
    status: Option<DeviceStatus>,
    fault: Option<ReaderFault>,
}

impl Worker {
    fn new(mut factory: ReaderFactory, events: SyncSender<Event>, reading: Arc<Mutex<Cancel>>) -> Self {
        let reader = factory();
        Self { factory, reader, events, reading, awaited: None, status: None, fault: None }
    }

    fn run(mut self, inbox: &Receiver<Order>) {
        loop {
            let pause = if self.awaited.is_some() { CARD_POLL } else { STATUS_POLL };
            match inbox.recv_timeout(pause) {
                Ok(Order::Read(request)) => self.awaited = Some(request),
                Ok(Order::Stop) => self.awaited = None,
                Err(RecvTimeoutError::Timeout) => self.turn(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn turn(&mut self) {
        match self.awaited {
            Some(request) => self.look(request),
            None => {
                let status = self.guarded(|reader| reader.status());
                self.report(status.unwrap_or(DeviceStatus::HardwareError));
            }
        }
    }

    fn look(&mut self, request: RequestId) {
        let cancel = Cancel::default();
        *self.reading.lock().unwrap_or_else(PoisonError::into_inner) = cancel.clone();
        let result = self.guarded(|reader| reader.read(&cancel));
        let result = result.unwrap_or(Err(ReaderFault::NoAnswer));
        self.report(status_of(&result));
        match result {
            Ok(card) => {
                self.awaited = None;
                self.fault = None;
                self.tell(Event::CardRead { request, result: Ok(Box::new(card)) });
            }
            Err(ReaderFault::NoCard) => self.fault = None,
            Err(ReaderFault::Cancelled) => {}
            Err(fault) if self.fault.as_ref() == Some(&fault) => {}
            Err(fault) => {
                tracing::warn!(%fault, "card not read");
                self.fault = Some(fault.clone());
                self.tell(Event::CardRead { request, result: Err(fault) });
            }
        }
    }

    /// Calls the driver; a driver that panics is replaced by a new one.
    fn guarded<T>(&mut self, call: impl FnOnce(&mut dyn IdCardReader) -> T) -> Option<T> {
        let result = catch_unwind(AssertUnwindSafe(|| call(self.reader.as_mut())));
        if result.is_err() {
            tracing::error!("the reader's driver panicked and was restarted");
            self.reader = (self.factory)();
        }
        result.ok()
    }

    fn report(&mut self, status: DeviceStatus) {
        if self.status != Some(status) {
            self.status = Some(status);
            tracing::info!(?status, "identity-card reader");
            self.tell(Event::ReaderChanged(status));
        }
    }

    fn tell(&self, event: Event) {
        // The session's thread only ends when the program does.
        let _ = self.events.send(event);
    }
}

fn status_of(result: &Result<IdCard, ReaderFault>) -> DeviceStatus {
    match result {
        Err(ReaderFault::NotConnected | ReaderFault::NoPermission) => DeviceStatus::NoDevice,
        Err(ReaderFault::NoAnswer | ReaderFault::Garbled { .. }) => DeviceStatus::Offline,
        Err(ReaderFault::ModuleFailed { .. }) => DeviceStatus::HardwareError,
        Ok(_)
        | Err(
            ReaderFault::NoCard
            | ReaderFault::CardMoved
            | ReaderFault::CardRejected { .. }
            | ReaderFault::UnknownCard
            | ReaderFault::BadRecord { .. }
            | ReaderFault::Cancelled,
        ) => DeviceStatus::Online,
    }
}
