//! The same devices on USB: a card is read through four pipes and through one pair, and a receipt comes out of a printer of the
//! printer class.

use kiosk_drivers_api::{DeviceStatus, IdCardReader, Paper, ReaderFault, ReceiptPrinter};
use kiosk_sim::control::{Command, PaperPiece};
use kiosk_sim::printer::PrinterState;
use kiosk_sim::residents::library;
use kiosk_sim::usb::ReaderPipes;
use kiosk_tests::deadlines::{FOUND, poll};
use secrecy::ExposeSecret;

use crate::usb::{Remote, inside, page, print, printer, read, reader};

/// Everybody's card, as the terminal reads it: nobody at first, then each in turn.
fn reads_everybody(simulator: &Remote) {
    let mut reader = reader();
    assert_eq!(reader.status(), DeviceStatus::Online);
    assert_eq!(read(&mut reader).err(), Some(ReaderFault::NoCard));
    for resident in library() {
        simulator.place(&resident.key);
        let card = read(&mut reader).unwrap();
        assert_eq!(card.name.expose_secret(), resident.name);
        assert_eq!(card.number.expose_secret(), resident.number);
        let address = resident.newest_address.as_ref().unwrap_or(&resident.address);
        assert_eq!(card.address.expose_secret(), address);
    }
}

#[test]
fn cards_are_read_through_four_pipes() {
    let Some(simulator) = inside(cards_are_read_through_four_pipes, ReaderPipes::Four) else { return };
    reads_everybody(&simulator);
}

#[test]
fn cards_are_read_through_one_pair() {
    let Some(simulator) = inside(cards_are_read_through_one_pair, ReaderPipes::Pair) else { return };
    reads_everybody(&simulator);
}

#[test]
fn a_receipt_comes_out_of_a_printer_of_the_class() {
    let Some(simulator) = inside(a_receipt_comes_out_of_a_printer_of_the_class, ReaderPipes::Four) else {
        return;
    };
    let mut printer = printer();
    assert_eq!(printer.status().paper, Paper::Ok);
    assert_eq!(print(&mut printer, &page("第一位", 200)), Ok(()));
    let is_whole = |piece: &PaperPiece| {
        piece.complete && piece.lines.iter().filter(|line| line.contains("第一位")).count() == 200
    };
    let has_come = || simulator.state().papers.iter().any(is_whole).then_some(());
    assert!(poll(FOUND, has_come).is_some(), "{:?}", simulator.state().papers);
    assert_eq!(simulator.state().printer.unknown_commands, 0);
}

#[test]
fn the_roll_is_watched_over_usb() {
    let Some(simulator) = inside(the_roll_is_watched_over_usb, ReaderPipes::Four) else { return };
    let mut printer = printer();
    for (state, paper) in [(PrinterState::NearEnd, Paper::NearEnd), (PrinterState::PaperOut, Paper::Out)] {
        simulator.act(&Command::Printer { state });
        assert_eq!(printer.status().paper, paper);
    }
}
