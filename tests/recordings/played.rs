//! Recordings play as devices: in virtual time, and behind a pty.

use kiosk_drivers_api::{
    Cancel, CodeScanner, IdCard, IdCardReader, Kept, PageFault, PagePrinter, PrintFault, ReaderFault,
    ReceiptPrinter, ScanFault, SmartCard, SmartCardFault, SmartCardReader,
};
use kiosk_id_card::{Config, Reader, SerialIdCardReader};
use kiosk_receipt_printer::{Model, Printer};
use kiosk_scanner::{Dialect, Scanner, SerialInput};
use kiosk_sim::recording::{Player, Recording, Replay, Way};
use kiosk_smart_card::{Reader as ChipReader, TECHNICIAN_APPLICATION};
use secrecy::ExposeSecret;

use crate::line::VirtualLine;
use crate::{CODE, chip, page, pages, recording};

fn read(recording: &Recording) -> (Result<IdCard, ReaderFault>, VirtualLine<Player>) {
    let line = VirtualLine::to(Player::new(recording));
    (Reader::on(line.clone()).read(&Cancel::default()), line)
}

/// Who is on every masked card.
pub fn is_nobody(card: &IdCard) -> bool {
    card.number.expose_secret() == "11010519491231002X" && card.name.expose_secret() == "某某某"
}

#[test]
fn a_recorded_card_is_read_in_virtual_time() {
    let (card, line) = read(&recording("id-reader.rec"));
    let card = card.unwrap();
    assert!(is_nobody(&card));
    assert_eq!(card.address.expose_secret(), "某某某某某某某某某某某某某某某某000某0某某0000某");
    line.device(|player| assert_eq!((player.strayed(), player.is_over()), (None, true)));
}

#[test]
fn a_recorded_card_is_read_over_a_pty() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("id-reader");
    let replay = Replay::start(&recording("id-reader.rec"), &link).unwrap();
    let config = Config { path: link.display().to_string(), baud: 115_200, fingerprints: false };
    let card = SerialIdCardReader::new(config).read(&Cancel::default()).unwrap();
    assert!(is_nobody(&card));
    assert!(replay.player().is_over());
}

#[test]
fn a_recorded_receipt_is_printed_in_virtual_time() {
    let line = VirtualLine::to(Player::new(&recording("receipt-printer.rec")));
    let mut printer = Printer::on(line.clone(), Model::GENERIC_80);
    assert_eq!(printer.print(&page("回执", 12), &Cancel::default()), Ok(()));
    line.device(|player| assert_eq!((player.strayed(), player.is_over()), (None, true)));
}

#[test]
fn another_receipt_than_the_recorded_one_is_not_confirmed() {
    let line = VirtualLine::to(Player::new(&recording("receipt-printer.rec")));
    let mut printer = Printer::on(line.clone(), Model::GENERIC_80);
    assert_eq!(printer.print(&page("收据", 12), &Cancel::default()), Err(PrintFault::Unconfirmed));
    assert!(line.device(|player| player.strayed().is_some()));
}

#[test]
fn a_recorded_code_is_scanned_in_virtual_time() {
    let line = VirtualLine::to(Player::new(&recording("scanner.rec")));
    let mut scanner = Scanner::on(SerialInput(line.clone()), Dialect::NEWLAND);
    let scan = scanner.scan(&Cancel::default()).unwrap();
    assert_eq!(scan.text.expose_secret(), CODE);
    line.device(|player| assert_eq!((player.strayed(), player.is_over()), (None, true)));
}

#[test]
fn a_scanner_of_another_dialect_than_the_recorded_one_is_not_understood() {
    let line = VirtualLine::to(Player::new(&recording("scanner.rec")));
    let scan = Scanner::on(SerialInput(line.clone()), Dialect::ZEBRA_SSI).scan(&Cancel::default());
    assert!(matches!(scan, Err(ScanFault::NoAnswer | ScanFault::NoCode)), "{:?}", scan.err());
    assert!(line.device(|player| player.strayed().is_some()));
}

#[test]
fn a_recorded_answer_that_is_spoilt_is_no_card() {
    let mut recording = recording("id-reader.rec");
    let answers = recording.events.iter_mut().filter(|event| event.way == Way::FromDevice);
    let longest = answers.max_by_key(|event| event.bytes.len()).unwrap();
    longest.bytes[7] ^= 1;
    assert!(read(&recording).0.is_err());
}

#[test]
fn a_recorded_chip_card_is_read_in_virtual_time() {
    let mut reader =
        ChipReader::on(chip::Recorded::new(&recording("chip.rec")), TECHNICIAN_APPLICATION.to_vec());
    let Ok(SmartCard::SocialSecurity(card)) = reader.read(&Cancel::default()) else { panic!("not read") };
    let Kept::Free(holder) = card.holder else { panic!("the holder is kept back") };
    assert_eq!(holder.number.expose_secret(), "11010519491231002X");
    assert_eq!((card.card_number.expose_secret(), holder.name.expose_secret()), ("000000000", "某某某"));
    assert_eq!((reader.slot().dialogue.strayed(), reader.slot().dialogue.is_over()), (None, true));
}

#[test]
fn a_recorded_chip_card_without_its_first_answer_is_none() {
    let mut recording = recording("chip.rec");
    let answer = recording.events.iter().rposition(|event| event.way == Way::Answer).unwrap();
    recording.events.remove(answer);
    let result = ChipReader::on(chip::Recorded::new(&recording), TECHNICIAN_APPLICATION.to_vec())
        .read(&Cancel::default());
    assert!(matches!(result, Err(SmartCardFault::NoAnswer)), "{:?}", result.err());
}

#[test]
fn a_recorded_page_is_printed_in_virtual_time() {
    let mut printer = pages::printer(&recording("page-printer.rec"));
    assert_eq!(printer.print(&pages::page(1), &Cancel::default()), Ok(()));
    let dialogue = &printer.line().dialogue;
    assert_eq!((dialogue.strayed(), dialogue.is_over()), (None, true));
}

#[test]
fn another_page_than_the_recorded_one_is_not_printed() {
    let mut printer = pages::printer(&recording("page-printer.rec"));
    assert_eq!(printer.print(&pages::page(2), &Cancel::default()), Err(PageFault::Unconfirmed));
    assert!(printer.line().dialogue.strayed().is_some());
}
