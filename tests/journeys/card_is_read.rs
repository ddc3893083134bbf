//! A resident puts the card down, and the terminal knows who it is.

use kiosk_drivers_api::{CardDate, IdCardReader, ReaderFault, Sex, ValidUntil};
use kiosk_sim::residents::{Resident, library};
use secrecy::ExposeSecret;

use crate::reader::ReaderDesk;

fn resident(key: &str) -> &'static Resident {
    library().iter().find(|resident| resident.key == key).unwrap()
}

/// Reads the card of a resident; all that must be equal for everybody is checked here.
fn read(key: &str) -> kiosk_drivers_api::IdCard {
    let mut desk = ReaderDesk::new();
    desk.place(key);
    let card = desk.read().unwrap();
    let wanted = resident(key);
    assert_eq!(card.name.expose_secret(), wanted.name);
    assert_eq!(card.number.expose_secret(), wanted.number);
    assert_eq!(card.authority.expose_secret(), wanted.authority);
    card
}

#[test]
fn an_ordinary_card() {
    let card = read("alice");
    assert_eq!(card.sex, Sex::Female);
    assert_eq!(card.address.expose_secret(), resident("alice").address);
    assert_eq!(card.valid_until, ValidUntil::Day(CardDate { year: 2035, month: 4, day: 16 }));
}

#[test]
fn who_has_moved_is_known_by_the_newest_address() {
    let card = read("bob");
    assert_eq!(Some(card.address.expose_secret()), resident("bob").newest_address.as_deref());
    assert_ne!(card.address.expose_secret(), resident("bob").address);
}

#[test]
fn a_rare_name_is_read_character_by_character() {
    assert_eq!(read("rare").name.expose_secret(), "赵\u{2C35B}\u{4DAE}");
}

#[test]
fn an_expired_card_is_read_and_says_when_it_ran_out() {
    assert_eq!(read("expired").valid_until, ValidUntil::Day(CardDate { year: 2019, month: 3, day: 10 }));
}

#[test]
fn a_card_without_end_says_so() {
    assert_eq!(read("forever").valid_until, ValidUntil::Forever);
}

#[test]
fn without_a_card_nobody_is_read() {
    assert_eq!(ReaderDesk::new().read().err(), Some(ReaderFault::NoCard));
}

#[test]
fn fingerprints_come_only_where_they_are_configured_and_as_the_chip_holds_them() {
    for (key, bytes) in [("alice", 1_024), ("bob", 512), ("rare", 0)] {
        let mut desk = ReaderDesk::with(115_200, true);
        desk.place(key);
        let card = desk.read().unwrap();
        assert_eq!(card.fingerprints.expose_secret().len(), bytes, "{key}");
        assert_eq!(card.number.expose_secret(), resident(key).number);
    }
    assert!(read("alice").fingerprints.expose_secret().is_empty());
}

#[test]
fn the_reader_tells_the_number_of_its_security_module() {
    let mut desk = ReaderDesk::new();
    let module = "05.01-20240101-0000000001-0000000002".to_owned();
    assert_eq!(desk.driver.about(), [("security module", module), ("baud", "115200".to_owned())]);
}
