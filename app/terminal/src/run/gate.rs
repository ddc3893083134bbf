//! The thread before the technician's screens: asks the roster, counts tries, checks PINs, and looks around behind them.
//!
//! Policy: a try is counted durably before its PIN is looked at; where that fails, no PIN is looked at. A wait is measured
//! from the last try, and anew from the start of this thread, since nobody knows how long the machine was off.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

use jiff::Timestamp;
use kiosk_drivers_api::{Private, TechnicianCard};
use kiosk_protocol::trail::TrailEvent;
use kiosk_session::lock::{self, Gate as Lock};
use kiosk_session::{CertificateEnd, Event, Met, PinAnswer, Queue, Report, RequestId};
use kiosk_store::{ItemState, Store, StoreError, Technician};

use super::switch::Switch;
use super::thread;
use crate::deadlines::ORDERS_MAX;
use crate::technician::{pin, roster};

/// Gives the end of the terminal's certificate, looked up afresh.
pub type Certificate = Arc<dyn Fn() -> Option<CertificateEnd> + Send + Sync>;

/// Orders the thread, which ends when this is dropped.
pub struct Gate {
    orders: SyncSender<Order>,
}

enum Order {
    Meet(RequestId, Box<TechnicianCard>),
    Try(RequestId, Private),
    LookAround(RequestId),
    Pause(RequestId),
    Resume(RequestId),
}

impl Gate {
    /// Starts the thread.
    pub fn start(
        store: Store,
        switch: Switch,
        certificate: Certificate,
        events: SyncSender<Event>,
    ) -> std::io::Result<Self> {
        let (orders, inbox) = sync_channel(ORDERS_MAX);
        let worker = Worker { store, switch, certificate, met: None, last_try: Instant::now() };
        thread::spawn("gate", move || worker.run(&inbox, &events))?;
        Ok(Self { orders })
    }

    /// Asks whose card it is; answered with `Event::TechnicianMet`.
    pub fn meet(&self, request: RequestId, card: Box<TechnicianCard>) {
        self.order(Order::Meet(request, card));
    }

    /// Counts a try and checks the PIN; answered with `Event::PinTried`.
    pub fn try_pin(&self, request: RequestId, pin: Private) {
        self.order(Order::Try(request, pin));
    }

    /// Looks around; answered with `Event::LookedAround`.
    pub fn look_around(&self, request: RequestId) {
        self.order(Order::LookAround(request));
    }

    /// Takes the terminal out of service for whoever was met last; answered with `Event::BarChanged` or
    /// `Event::ServiceUnchanged`.
    pub fn pause(&self, request: RequestId) {
        self.order(Order::Pause(request));
    }

    /// Puts it back, the same way.
    pub fn resume(&self, request: RequestId) {
        self.order(Order::Resume(request));
    }

    fn order(&self, order: Order) {
        // Were the queue full, the session's own deadline would answer.
        if self.orders.try_send(order).is_err() {
            tracing::error!("too much waits for the technicians' gate");
        }
    }
}

struct Worker {
    store: Store,
    switch: Switch,
    certificate: Certificate,
    /// Whose card is in the slot.
    met: Option<Technician>,
    last_try: Instant,
}

impl Worker {
    fn run(mut self, inbox: &Receiver<Order>, events: &SyncSender<Event>) {
        for order in inbox {
            if let Some(event) = self.carry_out(order) {
                // The session's thread only ends when the program does.
                let _ = events.send(event);
            }
        }
    }

    fn carry_out(&mut self, order: Order) -> Option<Event> {
        match order {
            Order::Meet(request, card) => Some(Event::TechnicianMet { request, result: self.meet(&card) }),
            Order::Try(request, pin) => Some(Event::PinTried { request, answer: self.try_pin(&pin) }),
            Order::LookAround(request) => {
                Some(Event::LookedAround { request, report: Box::new(self.look_around()) })
            }
            Order::Pause(request) => unchanged(request, self.switch.pause(self.card())),
            Order::Resume(request) => unchanged(request, self.switch.resume(self.card())),
        }
    }

    fn card(&self) -> Option<String> {
        self.met.as_ref().map(|technician| technician.card.clone())
    }

    fn meet(&mut self, card: &TechnicianCard) -> Option<Met> {
        let today = kiosk_text::local_date(Timestamp::now());
        let known = self.known(&card.serial).unwrap_or_else(|error| {
            tracing::error!(%error, "the roster cannot be read");
            None
        });
        self.met = known.filter(|technician| roster::admits(technician, card, today));
        let Some(technician) = &self.met else {
            tracing::warn!("a technician's card that is not on the roster, or does not prove itself");
            return None;
        };
        let gate = self.store.technician_tries().map_or(Lock::Locked, |tries| self.gate(tries));
        Some(Met { name: technician.name.clone(), gate })
    }

    /// Who is on the roster with this card, unless the platform revoked it.
    fn known(&self, card: &str) -> Result<Option<Technician>, StoreError> {
        if self.store.revocations()?.list.has_card(card) {
            tracing::warn!("a technician's card that was revoked");
            return Ok(None);
        }
        self.store.technician(card)
    }

    fn gate(&self, tries: u32) -> Lock {
        lock::gate(tries, self.last_try.elapsed())
    }

    fn try_pin(&mut self, pin: &Private) -> PinAnswer {
        match self.count_and_check(pin) {
            Ok(answer) => answer,
            Err(error) => {
                tracing::error!(%error, "a technician's try cannot be recorded");
                let tries = self.store.technician_tries();
                PinAnswer::NotCounted(tries.map_or(Lock::Locked, |tries| self.gate(tries)))
            }
        }
    }

    fn count_and_check(&mut self, pin: &Private) -> Result<PinAnswer, StoreError> {
        let now = self.gate(self.store.technician_tries()?);
        // Roster and revocations may have changed since the card was put in.
        let card = self.card().unwrap_or_default();
        let (Lock::Open { .. }, Some(technician)) = (now, self.known(&card)?) else {
            return Ok(PinAnswer::NotYet(now));
        };
        let tries = self.store.count_technician_try(&technician.card)?;
        if pin::is_right(pin, &technician.pin) {
            self.store.forget_technician_tries(TrailEvent::TechnicianAdmitted { card: technician.card })?;
            return Ok(PinAnswer::Right);
        }
        self.last_try = Instant::now();
        let gate = self.gate(tries);
        tracing::warn!(tries, "a technician's PIN was wrong");
        if gate == Lock::Locked {
            self.store.record(vec![TrailEvent::TechniciansLocked])?;
        }
        Ok(PinAnswer::Wrong(gate))
    }

    fn look_around(&self) -> Report {
        Report {
            queue: queue(&self.store).ok(),
            room_percent: self.store.room().ok().map(|room| room.percent),
            certificate_until: (self.certificate)(),
        }
    }
}

/// That it could not be kept; what could the switch tells.
fn unchanged(request: RequestId, result: Result<(), StoreError>) -> Option<Event> {
    let error = result.err()?;
    tracing::error!(%error, "the terminal can neither be taken out of service nor put back");
    Some(Event::ServiceUnchanged { request })
}

fn queue(store: &Store) -> Result<Queue, StoreError> {
    let rows = store.queue()?;
    let stuck =
        || rows.iter().filter(|row| matches!(row.state, ItemState::Rejected | ItemState::Quarantined));
    let count = u64::try_from(stuck().count()).unwrap_or(u64::MAX);
    let why = stuck().next_back().and_then(|row| row.reason.clone());
    Ok(Queue { waiting: store.backlog()?, stuck: count, why })
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
