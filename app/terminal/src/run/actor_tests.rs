//! The worker of a device's thread, turned by hand, with drivers that play a script.
#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;
use std::sync::Arc;

use kiosk_drivers_api::paper::Document;
use kiosk_drivers_api::{
    BankCard, CardScheme, DeviceStatus, IdCard, IdCardReader, Outlet, Paper, PrintFault, PrinterStatus,
    Private, ReaderFault, ReceiptPrinter, SmartCard, SmartCardFault, SmartCardReader, SocialSecurityCard,
};

use super::super::kinds::{ID_READER, RECEIPTS, SLOT, SlotJob};
use super::*;
use crate::deadlines::EVENTS_MAX;

/// Answers in a row; breaks down where there is none.
struct Script(Arc<Mutex<VecDeque<ReaderFault>>>);

impl IdCardReader for Script {
    fn status(&mut self) -> DeviceStatus {
        DeviceStatus::Online
    }

    fn read(&mut self, _: &Cancel) -> Result<IdCard, ReaderFault> {
        Err(self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front().unwrap())
    }
}

type Reader = Worker<dyn IdCardReader, (), IdCard, ReaderFault, DeviceStatus>;

fn reader(script: &[ReaderFault]) -> (Reader, Receiver<Event>) {
    let script = Arc::new(Mutex::new(script.iter().cloned().collect()));
    let (events, told) = sync_channel(EVENTS_MAX);
    let factory: Factory<dyn IdCardReader> = Box::new(move || Box::new(Script(Arc::clone(&script))));
    (Worker::new(ID_READER, factory, events), told)
}

fn work<D: ?Sized, J, Y, F, S>(worker: &mut Worker<D, J, Y, F, S>, job: J) -> Cancel {
    let cancel = Cancel::default();
    worker.work = Some(Work { request: RequestId(7), job, cancel: cancel.clone() });
    cancel
}

/// What was told, in short.
fn words(told: &Receiver<Event>) -> Vec<String> {
    told.try_iter().map(word).collect()
}

fn word(event: Event) -> String {
    if let Event::CardRead { result: Err(fault), .. } = event {
        return format!("{fault:?}");
    }
    if let Event::ReaderChanged(status) = event {
        return format!("{status:?}");
    }
    if let Event::Printed { request, result } = event {
        return format!("{} {result:?}", request.0);
    }
    let Event::PrinterChanged(status) = event else { panic!("another event") };
    format!("{:?}", status.device)
}

#[test]
fn only_changes_are_told_and_a_fault_once_until_it_passes() {
    let faults = [
        ReaderFault::NoCard,
        ReaderFault::UnknownCard,
        ReaderFault::UnknownCard,
        ReaderFault::NotConnected,
        ReaderFault::NoCard,
        ReaderFault::UnknownCard,
    ];
    let (mut worker, told) = reader(&faults);
    work(&mut worker, ());
    faults.iter().for_each(|_| worker.turn());
    assert_eq!(words(&told), ["Online", "UnknownCard", "NoDevice", "NotConnected", "Online", "UnknownCard"]);
}

#[test]
fn a_device_that_came_back_is_told_before_the_next_attempt() {
    let (mut worker, told) = reader(&[ReaderFault::NotConnected, ReaderFault::UnknownCard]);
    work(&mut worker, ());
    worker.turn();
    assert_eq!(words(&told), ["NoDevice", "NotConnected"]);
    worker.turn();
    assert_eq!(words(&told), ["Online", "UnknownCard"]);
}

#[test]
fn what_is_stopped_ends_in_silence_and_the_status_is_asked_again() {
    let (mut worker, told) = reader(&[]);
    work(&mut worker, ()).cancel();
    worker.turn();
    assert!(worker.work.is_none());
    worker.turn();
    assert_eq!(words(&told), ["Online"]);
}

#[test]
fn a_driver_that_panics_is_replaced_and_the_job_goes_on() {
    let (mut worker, told) = reader(&[]);
    work(&mut worker, ());
    worker.turn();
    assert_eq!(words(&told), ["Offline", "NoAnswer"]);
    assert!(worker.work.is_some());
    assert!(worker.guarded(|driver| driver.status() == DeviceStatus::Online).unwrap());
}

#[test]
fn a_technician_borrows_the_driver_while_a_card_is_awaited() {
    let (mut worker, _told) = reader(&[]);
    work(&mut worker, ());
    let (orders, inbox) = sync_channel(2);
    let (tell, answer) = sync_channel(1);
    let call: Call<dyn IdCardReader> = Box::new(move |driver| tell.send(driver.status()).unwrap());
    orders.send(Order::Lend(call)).unwrap();
    drop(orders);
    worker.run(&inbox);
    assert_eq!(answer.recv(), Ok(DeviceStatus::Online));
}

/// Reads these cards in a row, then finds none.
struct Cards(VecDeque<SmartCard>);

impl SmartCardReader for Cards {
    fn status(&mut self) -> DeviceStatus {
        DeviceStatus::Online
    }

    fn read(&mut self, _: &Cancel) -> Result<SmartCard, SmartCardFault> {
        self.0.pop_front().ok_or(SmartCardFault::NoCard)
    }

    fn holds_card(&mut self, _: &Cancel) -> bool {
        false
    }

    fn verify_pin(&mut self, _: &Private, _: &Cancel) -> Result<SocialSecurityCard, SmartCardFault> {
        Err(SmartCardFault::NoCard)
    }
}

#[test]
fn while_only_technicians_are_awaited_nothing_is_told_of_another_card() {
    let (events, told) = sync_channel(EVENTS_MAX);
    let bank = BankCard { masked_number: "621700******5678".into(), scheme: CardScheme::UnionPay };
    let key = kiosk_protocol::crypto::SigningKey::generate().unwrap();
    let technician = crate::technician::roster::testing::card(&key, [7; 32]);
    let cards = [SmartCard::Bank(bank), SmartCard::Technician(Box::new(technician))];
    let cards = Mutex::new(Some(Cards(cards.into())));
    let factory: Factory<dyn SmartCardReader> =
        Box::new(move || Box::new(cards.lock().unwrap().take().unwrap()));
    let mut worker = Worker::new(SLOT, factory, events);
    work(&mut worker, SlotJob::AwaitTechnician);
    worker.turn();
    assert!(matches!(
        told.try_iter().collect::<Vec<_>>().as_slice(),
        [Event::SlotChanged(DeviceStatus::Online)]
    ));
    worker.turn();
    let told: Vec<_> = told.try_iter().collect();
    let [Event::ChipRead { request: RequestId(7), result: Ok(card) }] = told.as_slice() else {
        panic!("{} events", told.len())
    };
    assert!(matches!(**card, SmartCard::Technician(_)));
}

/// Refuses every page.
struct Empty;

const PAPER_OUT: PrinterStatus = PrinterStatus {
    device: DeviceStatus::UserActionNeeded,
    paper: Paper::Out,
    outlet: Outlet::Unknown,
    fault: Some(PrintFault::PaperOut),
};

impl ReceiptPrinter for Empty {
    fn status(&mut self) -> PrinterStatus {
        PAPER_OUT
    }

    fn print(&mut self, _: &Document, _: &Cancel) -> Result<(), PrintFault> {
        Err(PrintFault::PaperOut)
    }
}

#[test]
fn every_page_is_answered_once_and_never_tried_again() {
    let (events, told) = sync_channel(EVENTS_MAX);
    let factory: Factory<dyn ReceiptPrinter> = Box::new(|| Box::new(Empty));
    let mut worker = Worker::new(RECEIPTS, factory, events);
    for _ in 0..2 {
        work(&mut worker, Document::default());
        worker.turn();
        assert!(worker.work.is_none());
    }
    let once = ["7 Err(PaperOut)", "UserActionNeeded"];
    assert_eq!(words(&told), [once, once].concat(), "how it stands is told behind each page that failed");
}

/// Fails at every PIN, and breaks down where it has no fault; counts how often it was asked.
struct NoPin(Option<SmartCardFault>, Arc<Mutex<usize>>);

impl SmartCardReader for NoPin {
    fn status(&mut self) -> DeviceStatus {
        DeviceStatus::Online
    }

    fn read(&mut self, _: &Cancel) -> Result<SmartCard, SmartCardFault> {
        Err(SmartCardFault::NoCard)
    }

    fn holds_card(&mut self, _: &Cancel) -> bool {
        true
    }

    fn verify_pin(&mut self, _: &Private, _: &Cancel) -> Result<SocialSecurityCard, SmartCardFault> {
        *self.1.lock().unwrap() += 1;
        Err(self.0.clone().unwrap())
    }
}

/// Why a PIN opened nothing, where an event tells that.
fn pin_fault(event: Event) -> Option<SmartCardFault> {
    let Event::PinVerified { request: RequestId(7), result } = event else { return None };
    result.err()
}

#[test]
fn a_pin_is_answered_once_and_never_tried_again_whatever_comes_of_it() {
    let faults = [
        SmartCardFault::NoCard,
        SmartCardFault::Removed,
        SmartCardFault::NoAnswer,
        SmartCardFault::Garbled,
        SmartCardFault::NoService,
        SmartCardFault::InUse,
        SmartCardFault::PinWrong { tries_left: 2 },
    ];
    for fault in faults.into_iter().map(Some).chain([None]) {
        let (events, told) = sync_channel(EVENTS_MAX);
        let asked = Arc::new(Mutex::new(0));
        let (script, count) = (fault.clone(), Arc::clone(&asked));
        let factory: Factory<dyn SmartCardReader> =
            Box::new(move || Box::new(NoPin(script.clone(), Arc::clone(&count))));
        let mut worker = Worker::new(SLOT, factory, events);
        work(&mut worker, SlotJob::Verify(Private::from("246800")));
        (0..3).for_each(|_| worker.turn());
        let answers: Vec<SmartCardFault> = told.try_iter().filter_map(pin_fault).collect();
        let expected = fault.unwrap_or(SmartCardFault::NoAnswer);
        assert_eq!((answers, *asked.lock().unwrap()), (vec![expected], 1));
    }
}
