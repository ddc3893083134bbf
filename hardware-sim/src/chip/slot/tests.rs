#![allow(clippy::unwrap_used)]

use std::net::TcpListener;

use super::super::library::library;
use super::*;

const LIMIT: Duration = Duration::from_secs(5);

/// A slot, and the port of the reader it belongs to.
fn slot() -> (Slot, TcpListener) {
    let reader = TcpListener::bind("127.0.0.1:0").unwrap();
    let slot = Slot::start(reader.local_addr().unwrap(), library(crate::residents::library())).unwrap();
    (slot, reader)
}

fn accept(reader: &TcpListener) -> TcpStream {
    let (card, _) = reader.accept().unwrap();
    card.set_read_timeout(Some(LIMIT)).unwrap();
    card
}

fn ask(card: &mut TcpStream, message: &[u8]) -> std::io::Result<Vec<u8>> {
    send(card, message)?;
    receive(card)
}

#[test]
fn a_card_in_the_slot_answers_to_reset_and_commands() {
    let (slot, reader) = slot();
    slot.insert("alice-bank").unwrap();
    let mut card = accept(&reader);
    assert_eq!(ask(&mut card, &[0x04]).unwrap(), ANSWER_TO_RESET);
    assert_eq!(ask(&mut card, &[0x00, 0xB2, 0x01, 0x0C, 0x00]).unwrap(), [0x6A, 0x83]);
    assert_eq!((slot.view().commands, slot.view().is_connected), (1, true));
    assert!(slot.view().handling >= THINK_CHIP);
}

#[test]
fn removing_closes_and_inserting_connects_again() {
    let (slot, reader) = slot();
    slot.insert("alice-bank").unwrap();
    let mut card = accept(&reader);
    slot.remove();
    assert!(receive(&mut card).is_err());
    slot.insert("bob-social").unwrap();
    assert_eq!(ask(&mut accept(&reader), &[0x04]).unwrap(), ANSWER_TO_RESET);
}

#[test]
fn a_card_stays_in_while_the_reader_comes_and_goes() {
    let (slot, reader) = slot();
    slot.insert("alice-bank").unwrap();
    drop(accept(&reader));
    assert_eq!(ask(&mut accept(&reader), &[0x04]).unwrap(), ANSWER_TO_RESET);
}

#[test]
fn faults_show_at_the_next_command() {
    let (slot, reader) = slot();
    let read = [0x00, 0xB2, 0x01, 0x0C, 0x00];
    slot.insert("alice-bank").unwrap();
    let mut card = accept(&reader);
    for (fault, answer) in [(Fault::Status(0x6985), vec![0x69, 0x85]), (Fault::Garbage, vec![0xA5; 7])] {
        slot.set_fault(Some(fault));
        assert_eq!(ask(&mut card, &read).unwrap(), answer);
        assert_eq!(ask(&mut card, &read).unwrap(), [0x6A, 0x83], "once only");
    }
    slot.set_fault(Some(Fault::Mute));
    assert_eq!(ask(&mut card, &[0x04]).unwrap().len(), 40);
    slot.set_fault(Some(Fault::RemoveAt(5)));
    assert!(ask(&mut card, &read).is_err());
    assert_eq!(slot.view().card, None);
}

#[test]
fn a_silent_card_says_nothing_until_it_is_removed() {
    let (slot, reader) = slot();
    slot.insert("alice-bank").unwrap();
    let mut card = accept(&reader);
    slot.set_fault(Some(Fault::Silent));
    send(&mut card, &[0x00, 0xB2, 0x01, 0x0C, 0x00]).unwrap();
    card.set_read_timeout(Some(THINK_CHIP * 10)).unwrap();
    assert_eq!(receive(&mut card).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    slot.remove();
    assert_eq!(receive(&mut card).unwrap_err().kind(), std::io::ErrorKind::UnexpectedEof);
}

#[test]
fn an_answer_that_is_held_back_comes_when_it_is_let_go() {
    let (slot, reader) = slot();
    slot.insert("alice-bank").unwrap();
    let mut card = accept(&reader);
    slot.set_fault(Some(Fault::Hold));
    send(&mut card, &[0x00, 0xB2, 0x01, 0x0C, 0x00]).unwrap();
    card.set_read_timeout(Some(THINK_CHIP * 10)).unwrap();
    assert_eq!(receive(&mut card).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    slot.set_fault(None);
    card.set_read_timeout(Some(LIMIT)).unwrap();
    assert_eq!(receive(&mut card).unwrap(), [0x6A, 0x83]);
    slot.set_fault(Some(Fault::Hold));
    send(&mut card, &[0x00, 0xB2, 0x01, 0x0C, 0x00]).unwrap();
    slot.remove();
    assert_eq!(receive(&mut card).unwrap_err().kind(), std::io::ErrorKind::UnexpectedEof);
}

#[test]
fn an_unknown_card_names_the_known_ones() {
    let (slot, _reader) = slot();
    assert!(slot.insert("nobody-bank").unwrap_err().contains(&"alice-bank".to_owned()));
}
