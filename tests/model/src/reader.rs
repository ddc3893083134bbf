//! The thread of the identity-card reader, as the terminal runs it: polls while a card is awaited, else asks for the
//! status.

use std::sync::{Arc, Mutex, PoisonError};

use kiosk_drivers_api::{DeviceStatus, IdCardReader, ReaderFault};
use kiosk_session::{Event, RequestId};

use crate::hands::{Brake, Tell};
use crate::limits::{CARD_POLL, STATUS_POLL};
use crate::mailbox::Mailbox;

/// An order to the reader's thread.
pub enum Order {
    /// Await a card.
    Read(RequestId),
    /// Await none any more.
    Stop,
    /// End.
    Quit,
}

/// What stops the look that is under way; clones share it.
#[derive(Clone, Default)]
pub struct Reading(Arc<Mutex<Brake>>);

impl Reading {
    /// The brake of that look.
    pub fn current(&self) -> Brake {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn renew(&self) -> Brake {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Brake::default();
        self.current()
    }
}

/// The thread's state.
pub struct Worker<R> {
    reader: R,
    orders: Mailbox<Order>,
    tell: Tell,
    reading: Reading,
    awaited: Option<RequestId>,
    status: Option<DeviceStatus>,
    fault: Option<ReaderFault>,
}

impl<R: IdCardReader> Worker<R> {
    /// A worker before its first turn.
    pub fn new(reader: R, orders: Mailbox<Order>, tell: Tell, reading: Reading) -> Self {
        Self { reader, orders, tell, reading, awaited: None, status: None, fault: None }
    }

    /// Works until told to end.
    pub fn run(mut self) {
        loop {
            let pause = if self.awaited.is_some() { CARD_POLL } else { STATUS_POLL };
            match self.orders.receive(pause) {
                Some(Order::Read(request)) => self.awaited = Some(request),
                Some(Order::Stop) => self.awaited = None,
                Some(Order::Quit) => return,
                None => self.turn(),
            }
        }
    }

    fn turn(&mut self) {
        match self.awaited {
            Some(request) => self.look(request),
            None => {
                let status = self.reader.status();
                self.report(status);
            }
        }
    }

    fn look(&mut self, request: RequestId) {
        let brake = self.reading.renew();
        let result = self.tell.call(&brake, || self.reader.read(&brake.cancel));
        self.report(status_of(&result));
        match result {
            Ok(card) => {
                self.awaited = None;
                self.fault = None;
                self.tell.event(Event::CardRead { request, result: Ok(Box::new(card)) });
            }
            Err(ReaderFault::NoCard) => self.fault = None,
            Err(ReaderFault::Cancelled) => {}
            Err(fault) if self.fault.as_ref() == Some(&fault) => {}
            Err(fault) => {
                self.fault = Some(fault.clone());
                self.tell.event(Event::CardRead { request, result: Err(fault) });
            }
        }
    }

    fn report(&mut self, status: DeviceStatus) {
        if self.status != Some(status) {
            self.status = Some(status);
            self.tell.event(Event::ReaderChanged(status));
        }
    }
}

fn status_of<T>(result: &Result<T, ReaderFault>) -> DeviceStatus {
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
