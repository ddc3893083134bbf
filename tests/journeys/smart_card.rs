//! A resident puts a chip card in: driver, the real `pcscd`, and the simulator's cards below it.

use std::time::{Duration, Instant};

use base64::prelude::{BASE64_STANDARD, Engine};
use kiosk_drivers_api::{
    Cancel, CardKey, CardPart, CardScheme, DeviceStatus, Generation, SmartCard, SmartCardFault,
    SmartCardReader,
};
use kiosk_protocol::crypto::VerifyingKey;
use kiosk_sim::control::ChipFault;
use kiosk_sim::residents::{Resident, library};
use kiosk_tests::deadlines::{FOUND, poll};
use secrecy::ExposeSecret;

use crate::chip::{ChipDesk, await_first_command, driver, read, slot, start, start_many};

fn resident(key: &str) -> &'static Resident {
    library().iter().find(|resident| resident.key == key).unwrap()
}

/// Both kinds at once, since most of the time goes into waiting for the service to notice a card.
#[test]
fn cards_of_every_kind_are_read() {
    let Some((_service, mut desks)) = start_many(2) else { return };
    let [social, bank] = desks.as_mut_slice() else { panic!("two desks") };
    std::thread::scope(|scope| {
        scope.spawn(|| social_security_cards_of_every_generation_are_read(social));
        scope.spawn(|| bank_cards_give_their_number_masked(bank));
    });
}

fn social_security_cards_of_every_generation_are_read(desk: &mut ChipDesk) {
    for (key, generation, number) in
        [("alice", Generation::Second, "T20000012"), ("bob", Generation::First, "T10000025")]
    {
        let card = desk.read_social(&format!("{key}-social"));
        assert_eq!((card.generation, card.card_number.expose_secret()), (generation, number));
        assert!(card.what_is_missing().is_empty(), "{key}");
        let (holder, wanted) = (card.holder.free().unwrap(), resident(key));
        assert_eq!(holder.number.expose_secret(), wanted.number);
        assert_eq!(holder.name.expose_secret(), wanted.name);
        assert_eq!(holder.birth.expose_secret(), wanted.birth);
        assert_eq!(holder.ethnicity.expose_secret(), wanted.ethnicity);
    }
    let card = desk.read_social("rare-social");
    assert_eq!((card.generation, card.region.expose_secret()), (Generation::Third, "230204"));
    let module = CardKey::SecurityModule;
    assert_eq!(card.what_is_missing(), [(CardPart::Validity, module), (CardPart::Holder, module)]);
}

/// The card proves that it holds the secret of the key it shows: with another challenge, another signature.
#[test]
fn a_technicians_card_signs_what_it_is_asked_and_is_missed_when_it_is_out() {
    let Some((_service, mut desk)) = start() else { return };
    let mut signatures = Vec::new();
    for _ in 0..2 {
        desk.insert("technician");
        let Ok(SmartCard::Technician(card)) = desk.read() else { panic!("not read") };
        assert!(desk.driver.holds_card(&Cancel::default()));
        let key = VerifyingKey::try_from(hex(&card.key)).unwrap();
        let signature = BASE64_STANDARD.encode(card.signature);
        assert_eq!(key.verify(&card.challenge, &signature), Ok(()));
        assert!(key.verify(&[0; 32], &signature).is_err());
        signatures.push(signature);
        desk.remove();
        let gone = poll(FOUND, || (!desk.driver.holds_card(&Cancel::default())).then_some(()));
        assert!(gone.is_some(), "it is still there");
    }
    assert_ne!(signatures[0], signatures[1]);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bank_cards_give_their_number_masked(desk: &mut ChipDesk) {
    for (key, masked) in [
        ("alice-bank", "625094******0019"),
        ("bob-bank", "625094*********0016"),
        ("expired-bank", "625094******0027"),
    ] {
        desk.insert(key);
        let Ok(SmartCard::Bank(card)) = desk.read() else { panic!("{key} was not read") };
        assert_eq!((card.masked_number.expose_secret(), card.scheme), (masked, CardScheme::UnionPay));
    }
}

#[test]
fn a_card_that_stays_is_read_once() {
    let Some((_service, mut desk)) = start() else { return };
    desk.read_social("alice-social");
    assert_eq!(desk.driver.read(&Cancel::default()).err(), Some(SmartCardFault::NoCard));
    assert_eq!(desk.driver.status(), DeviceStatus::Online);
    desk.remove();
    desk.read_social("alice-social");
}

#[test]
fn the_pin_opens_for_one_visit_is_counted_and_blocks() {
    let Some((_service, mut desk)) = start() else { return };
    let mut other = driver(0);
    let locked = [(CardPart::Holder, CardKey::Pin)];
    assert_eq!(desk.read_social("forever-social").what_is_missing(), locked);
    assert_eq!(desk.verify("111111").err(), Some(SmartCardFault::PinWrong { tries_left: 2 }));
    let Ok(card) = desk.verify("246800") else { panic!("the right PIN was refused") };
    assert_eq!(card.holder.free().unwrap().name.expose_secret(), resident("forever").name);
    // The card stays in, and somebody else reads it.
    let Some(SmartCard::SocialSecurity(card)) = poll(FOUND, || other.read(&Cancel::default()).ok()) else {
        panic!("not read by another")
    };
    assert_eq!(card.what_is_missing(), locked);
    // It has let go of the card once it answers again.
    assert_eq!(other.status(), DeviceStatus::Online);
    for fault in [
        SmartCardFault::PinWrong { tries_left: 2 },
        SmartCardFault::PinWrong { tries_left: 1 },
        SmartCardFault::PinBlocked,
    ] {
        assert_eq!(desk.verify("111111").err(), Some(fault));
    }
    assert_eq!(desk.verify("246800").err(), Some(SmartCardFault::PinBlocked));
    assert_eq!(slot(&desk.simulator).tries_left, Some(0));
}

#[test]
fn a_pin_goes_to_the_card_that_was_read_and_to_no_other() {
    let Some((_service, mut desk)) = start() else { return };
    desk.read_social("forever-social");
    desk.remove();
    assert!(poll(FOUND, || (!desk.driver.holds_card(&Cancel::default())).then_some(())).is_some());
    desk.insert("forever-social");
    let told = poll(FOUND, || desk.verify("111111").err().filter(|fault| *fault != SmartCardFault::NoCard));
    assert_eq!((told, slot(&desk.simulator).tries_left), (Some(SmartCardFault::Removed), Some(3)));
}

#[test]
fn a_card_pulled_while_it_checks_its_pin_is_told_and_opens_when_it_is_back() {
    let Some((_service, mut desk)) = start() else { return };
    desk.read_social("forever-social");
    // The application is chosen first, then the PIN comes, then what it opens.
    for ahead in [1, 2, 5] {
        let command = slot(&desk.simulator).commands + ahead;
        desk.fault(ChipFault::RemoveAt { command });
        assert_eq!(desk.verify("246800").err(), Some(SmartCardFault::Removed), "{ahead}");
        desk.read_social("forever-social");
        assert!(desk.verify("246800").is_ok(), "{ahead}");
    }
}

/// How many commands reading a card takes.
fn commands(desk: &mut ChipDesk, card: &str) -> u32 {
    desk.insert(card);
    assert!(desk.read().is_ok(), "{card}");
    slot(&desk.simulator).commands
}

fn is_told_when_removed_at(desk: &mut ChipDesk, card: &str, command: u32) {
    desk.fault(ChipFault::RemoveAt { command });
    desk.insert(card);
    assert_eq!(desk.read().err(), Some(SmartCardFault::Removed), "{card}, command {command}");
    assert_eq!(slot(&desk.simulator).commands, command);
}

#[test]
fn a_card_may_be_removed_at_every_command() {
    let Some((_service, mut desks)) = start_many(2) else { return };
    let cards = ["alice-social", "alice-bank"];
    let counts = cards.map(|card| (card, commands(&mut desks[0], card)));
    assert!(counts.iter().all(|(_, count)| *count > 8), "{counts:?}");
    let all: Vec<(&str, u32)> =
        counts.iter().flat_map(|(card, count)| (1..=*count).map(move |command| (*card, command))).collect();
    std::thread::scope(|scope| {
        for (place, desk) in desks.iter_mut().enumerate() {
            let share = all.iter().skip(place).step_by(2);
            scope.spawn(move || {
                share.for_each(|(card, command)| is_told_when_removed_at(desk, card, *command));
                assert_eq!(commands(desk, counts[0].0), counts[0].1, "the card after all");
            });
        }
    });
}

fn is_told_and_forgotten(desk: &mut ChipDesk, fault: ChipFault, told: SmartCardFault) {
    desk.fault(fault);
    desk.insert("alice-social");
    assert_eq!(desk.read().err(), Some(told.clone()));
    desk.fault(ChipFault::Ok);
    desk.insert("alice-social");
    let healthy = poll(FOUND, || desk.driver.read(&Cancel::default()).ok());
    assert!(healthy.is_some(), "after {told:?}: {:?}", desk.driver.read(&Cancel::default()).err());
}

#[test]
fn every_fault_of_a_card_is_told_and_the_next_card_is_read() {
    let Some((_service, mut desks)) = start_many(2) else { return };
    let faults = [
        [(ChipFault::Mute, SmartCardFault::Mute), (ChipFault::Garbage, SmartCardFault::Garbled)],
        [
            (ChipFault::Blocked, SmartCardFault::Blocked { status: 0x6283 }),
            (ChipFault::Status { code: "6F00".into() }, SmartCardFault::UnknownCard),
        ],
    ];
    std::thread::scope(|scope| {
        for (desk, faults) in desks.iter_mut().zip(faults) {
            scope.spawn(|| {
                faults.into_iter().for_each(|(fault, told)| is_told_and_forgotten(desk, fault, told))
            });
        }
    });
}

#[test]
fn a_silent_card_is_told_and_the_next_card_is_read() {
    let Some((_service, mut desk)) = start() else { return };
    is_told_and_forgotten(&mut desk, ChipFault::Silent, SmartCardFault::NoAnswer);
}

#[test]
fn a_slow_card_is_waited_for() {
    let Some((_service, mut desk)) = start() else { return };
    desk.fault(ChipFault::Slow);
    desk.read_social("alice-social");
}

#[test]
fn a_service_that_is_killed_and_started_again_is_found_again() {
    let Some((mut service, mut desk)) = start() else { return };
    desk.read_social("alice-social");
    service.pcscd.kill();
    assert_eq!(desk.driver.read(&Cancel::default()).err(), Some(SmartCardFault::NoService));
    assert_eq!(desk.driver.status(), DeviceStatus::Offline);
    service.pcscd.run().unwrap();
    desk.read_social("bob-social");
}

#[test]
fn a_service_that_is_killed_in_the_midst_of_a_card_is_told_at_once() {
    let Some((mut service, desk)) = start() else { return };
    desk.fault(ChipFault::Silent);
    desk.insert("alice-social");
    let ChipDesk { mut driver, simulator, .. } = desk;
    let (told, took) = std::thread::scope(|scope| {
        let told = scope.spawn(|| read(&mut driver, &Cancel::default()).err());
        await_first_command(&simulator);
        let killed = Instant::now();
        service.pcscd.kill();
        (told.join().unwrap(), killed.elapsed())
    });
    assert_eq!(told, Some(SmartCardFault::NoService));
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[test]
fn a_reader_that_is_not_there_is_told_and_found_again() {
    let Some((mut service, mut desk)) = start() else { return };
    service.pcscd.run_without_readers().unwrap();
    assert_eq!(desk.driver.read(&Cancel::default()).err(), Some(SmartCardFault::NotConnected));
    assert_eq!(desk.driver.status(), DeviceStatus::NoDevice);
    service.pcscd.run().unwrap();
    desk.read_social("alice-social");
}

#[test]
fn cancel_ends_a_silent_card_within_half_a_second() {
    let Some((_service, desk)) = start() else { return };
    desk.fault(ChipFault::Silent);
    desk.insert("alice-social");
    let ChipDesk { mut driver, simulator, .. } = desk;
    let cancel = Cancel::default();
    let (told, took) = std::thread::scope(|scope| {
        let told = scope.spawn(|| read(&mut driver, &cancel).err());
        await_first_command(&simulator);
        let cancelled = Instant::now();
        cancel.cancel();
        (told.join().unwrap(), cancelled.elapsed())
    });
    assert_eq!(told, Some(SmartCardFault::Cancelled));
    assert!(took < Duration::from_millis(500), "{took:?}");
}
