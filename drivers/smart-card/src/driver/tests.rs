#![allow(clippy::unwrap_used)]

use secrecy::ExposeSecret;

use super::*;
use crate::TECHNICIAN_APPLICATION;
use crate::scripted::{ScriptedSlot, bank, social, technician};

const VERIFY: &str = "0020000003123456";

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn with(card: crate::scripted::Script) -> (Reader<ScriptedSlot>, ScriptedSlot) {
    let slot = ScriptedSlot::new();
    slot.insert(card);
    (Reader::on(slot.clone(), TECHNICIAN_APPLICATION.to_vec()), slot)
}

fn read(reader: &mut Reader<ScriptedSlot>) -> Result<SmartCard> {
    reader.read(&Cancel::default())
}

/// With a card in the slot that was read.
fn with_read(card: crate::scripted::Script) -> (Reader<ScriptedSlot>, ScriptedSlot) {
    let (mut reader, slot) = with(card);
    assert!(read(&mut reader).is_ok());
    (reader, slot)
}

fn pin(reader: &mut Reader<ScriptedSlot>, pin: &str) -> Result<SocialSecurityCard> {
    reader.verify_pin(&Private::from(pin), &Cancel::default())
}

#[test]
fn a_reader_says_who_it_is_and_nothing_that_tells_one_card_from_another() {
    let (mut reader, slot) = with(social("2.00"));
    let atr = "3B6D000080… (9 bytes)".to_owned();
    assert_eq!(reader.about(), [("reader", "Scripted 00 00".to_owned()), ("answer to reset", atr)]);
    slot.remove();
    assert_eq!(reader.about()[1].1, "no card");
}

#[test]
fn a_card_is_read_once_until_it_is_put_in_again() {
    let (mut reader, slot) = with(social("2.00"));
    assert!(matches!(read(&mut reader), Ok(SmartCard::SocialSecurity(_))));
    assert_eq!(read(&mut reader).err(), Some(SmartCardFault::NoCard));
    slot.remove();
    assert_eq!(read(&mut reader).err(), Some(SmartCardFault::NoCard));
    slot.insert(bank());
    assert!(matches!(read(&mut reader), Ok(SmartCard::Bank(_))));
}

#[test]
fn a_technicians_card_signs_another_challenge_each_time() {
    let mut challenges = Vec::new();
    for _ in 0..2 {
        let (mut reader, _) = with(technician());
        let Ok(SmartCard::Technician(card)) = read(&mut reader) else { panic!("not read") };
        challenges.push(card.challenge);
    }
    assert_ne!(challenges[0], challenges[1]);
}

#[test]
fn a_card_is_held_from_its_reading_until_it_or_the_reader_goes() {
    let (mut reader, slot) = with(technician());
    let never = Cancel::default();
    assert!(!reader.holds_card(&never), "it was not read yet");
    assert!(read(&mut reader).is_ok() && reader.holds_card(&never));
    slot.fail(Some(SlotError::NoReader));
    assert!(!reader.holds_card(&never));
    slot.fail(None);
    assert!(reader.holds_card(&never));
    slot.remove();
    assert!(!reader.holds_card(&never));
    slot.insert(technician());
    assert!(!reader.holds_card(&never), "another stay, maybe another card");
}

#[test]
fn a_card_that_was_not_read_is_tried_again() {
    let (mut reader, slot) = with(social("2.00").replying("00B2080014", "5A5A"));
    assert_eq!(read(&mut reader).err(), Some(SmartCardFault::Garbled));
    slot.change(social("2.00"));
    assert!(read(&mut reader).is_ok());
}

#[test]
fn a_card_taken_out_at_any_command_was_removed() {
    let (mut reader, slot) = with(social("2.00"));
    assert!(read(&mut reader).is_ok());
    let commands = slot.commands();
    assert!(commands > 14, "{commands}");
    for at in 1..=commands {
        let (mut reader, slot) = with(social("2.00"));
        slot.remove_at(at);
        assert_eq!(read(&mut reader).err(), Some(SmartCardFault::Removed), "command {at}");
        slot.insert(social("2.00"));
        assert!(read(&mut reader).is_ok(), "command {at}");
    }
}

#[test]
fn a_card_that_is_pulled_while_it_is_let_go_is_on_its_way_and_not_mute() {
    for at in [None, Some(3)] {
        let (mut reader, slot) = with(social("2.00"));
        at.into_iter().for_each(|at| slot.remove_at(at));
        assert_eq!(read(&mut reader).is_ok(), at.is_none());
        slot.mute();
        assert_eq!(read(&mut reader).err(), Some(SmartCardFault::NoCard));
        slot.insert(social("2.00"));
        slot.mute();
        assert_eq!(read(&mut reader).err(), Some(SmartCardFault::Mute), "the next one never answered");
    }
}

#[test]
fn the_card_is_let_go_however_it_ends() {
    for card in [social("2.00"), social("2.00").replying("00B2080014", "5A5A")] {
        let (mut reader, slot) = with(card);
        let _ = read(&mut reader).is_ok();
        assert!(!slot.is_connected());
    }
}

#[test]
fn the_right_pin_gives_the_card_and_a_wrong_one_the_tries() {
    let (mut reader, _) = with_read(social("2.00").replying(VERIFY, "9000"));
    let card = pin(&mut reader, "123456").ok().unwrap();
    assert_eq!(card.card_number.expose_secret(), "T00000012");
    let (mut reader, _) = with_read(social("2.00").replying(VERIFY, "63C2"));
    assert_eq!(pin(&mut reader, "123456").err(), Some(SmartCardFault::PinWrong { tries_left: 2 }));
    let (mut reader, _) = with_read(social("2.00").replying(VERIFY, "6983"));
    assert_eq!(pin(&mut reader, "123456").err(), Some(SmartCardFault::PinBlocked));
}

#[test]
fn what_cannot_be_a_pin_never_reaches_the_card() {
    let (mut reader, slot) = with_read(social("2.00"));
    let before = slot.commands();
    assert_eq!(pin(&mut reader, "12x4").err(), Some(SmartCardFault::PinNotDigits));
    assert_eq!(slot.commands(), before);
    let (mut reader, slot) = with_read(bank());
    let before = slot.commands();
    assert_eq!(pin(&mut reader, "123456").err(), Some(SmartCardFault::UnknownCard));
    assert_eq!(slot.commands(), before + 1);
}

#[test]
fn a_pin_reaches_no_other_card_than_the_one_that_was_read() {
    let (mut reader, slot) = with_read(social("2.00"));
    let before = slot.commands();
    slot.insert(social("2.00"));
    assert_eq!(pin(&mut reader, "123456").err(), Some(SmartCardFault::Removed));
    slot.remove();
    assert_eq!(pin(&mut reader, "123456").err(), Some(SmartCardFault::NoCard));
    assert_eq!(slot.commands(), before, "nobody was asked");
}

#[test]
fn a_card_that_goes_or_keeps_silent_at_any_command_has_been_given_the_pin_once_at_most() {
    let card = || social("2.00").replying(VERIFY, "9000");
    let (mut reader, slot) = with_read(card());
    let before = slot.commands();
    assert!(pin(&mut reader, "123456").is_ok());
    for at in before + 1..=slot.commands() {
        for is_silent in [false, true] {
            let (mut reader, slot) = with_read(card());
            if is_silent {
                slot.be_silent_at(at)
            } else {
                slot.remove_at(at)
            }
            let fault = if is_silent { SmartCardFault::NoAnswer } else { SmartCardFault::Removed };
            assert_eq!(pin(&mut reader, "123456").err(), Some(fault), "command {at}");
            let tries = slot.sent().iter().filter(|sent| sent.starts_with(VERIFY)).count();
            assert_eq!(tries, usize::from(at > before + 1), "command {at}");
            assert!(!slot.is_connected());
        }
    }
}

#[test]
fn silence_is_no_answer_at_the_deadline_and_not_before() {
    let (mut reader, slot) = with(social("2.00"));
    slot.be_silent_at(3);
    assert_eq!(read(&mut reader).err(), Some(SmartCardFault::NoAnswer));
    assert_eq!(slot.now(), COMMAND);
    slot.insert(social("2.00"));
    assert!(read(&mut reader).is_ok());
}

#[test]
fn a_card_that_is_slow_at_every_command_ends_with_its_own_deadline() {
    let (mut reader, slot) = with(social("2.00"));
    slot.take(ms(2_500));
    assert_eq!(read(&mut reader).err(), Some(SmartCardFault::NoAnswer));
    assert!(slot.now() <= CONNECT + LOOK + WHOLE_CARD, "{:?}", slot.now());
}

#[test]
fn cancel_ends_the_wait_within_half_a_second() {
    let (mut reader, slot) = with(social("2.00"));
    slot.be_silent_at(1);
    let cancel = Cancel::default();
    slot.cancel_at(ms(300), cancel.clone());
    assert_eq!(reader.read(&cancel).err(), Some(SmartCardFault::Cancelled));
    assert!(slot.now() <= ms(800), "{:?}", slot.now());
}

#[test]
fn what_is_wrong_with_the_slot_is_told_by_its_cause() {
    for (error, fault, status) in [
        (SlotError::NoService, SmartCardFault::NoService, DeviceStatus::Offline),
        (SlotError::NoPermission, SmartCardFault::NoPermission, DeviceStatus::NoDevice),
        (SlotError::NoReader, SmartCardFault::NotConnected, DeviceStatus::NoDevice),
        (SlotError::NoCard, SmartCardFault::NoCard, DeviceStatus::Online),
        (SlotError::Mute, SmartCardFault::Mute, DeviceStatus::Online),
        (SlotError::InUse, SmartCardFault::InUse, DeviceStatus::Busy),
        (SlotError::Broken, SmartCardFault::Garbled, DeviceStatus::HardwareError),
    ] {
        let (mut reader, slot) = with(social("2.00"));
        slot.fail(Some(error));
        assert_eq!((read(&mut reader).err(), reader.status()), (Some(fault), status));
        slot.fail(None);
        assert!(read(&mut reader).is_ok() && reader.status() == DeviceStatus::Online);
    }
}

#[test]
fn block_protocol_carries_the_wanted_length() {
    let (mut reader, slot) = with(bank());
    slot.speak(Wire::T1);
    let _ = read(&mut reader).is_ok();
    assert!(
        slot.sent().iter().any(|command| command.ends_with("F00") && command.len() > 40),
        "{:?}",
        slot.sent()
    );
}
