//! Bank cards: EMV and PBOC 3.0, as far as the number. What is read of it leaves this module masked.

use kiosk_drivers_api::{BankCard, CardScheme, Private, SmartCardFault};
use zeroize::Zeroizing;

use super::apdu::Command;
use super::check::is_luhn_valid;
use super::conversation::{Conversation, Transmit};
use super::status::Status;
use super::tlv::{all, find, list_values};
use crate::deadlines::{APPLICATIONS_MAX, DIRECTORY_RECORDS_MAX, RECORDS_MAX};

/// Directory of a card without contacts (EMV Contactless Book B, 3.3.1).
const PROXIMITY_DIRECTORY: &[u8] = b"2PAY.SYS.DDF01";
/// Directory of a card with contacts (EMV Book 1, 12.2.2).
const CONTACT_DIRECTORY: &[u8] = b"1PAY.SYS.DDF01";

/// Applications that are tried on a card without a directory: UnionPay debit, credit, quasi-credit, electronic cash; Visa;
/// Mastercard.
const KNOWN: [&[u8]; 6] = [
    &[0xA0, 0x00, 0x00, 0x03, 0x33, 0x01, 0x01, 0x01],
    &[0xA0, 0x00, 0x00, 0x03, 0x33, 0x01, 0x01, 0x02],
    &[0xA0, 0x00, 0x00, 0x03, 0x33, 0x01, 0x01, 0x03],
    &[0xA0, 0x00, 0x00, 0x03, 0x33, 0x01, 0x01, 0x06],
    &[0xA0, 0x00, 0x00, 0x00, 0x03, 0x10, 0x10],
    &[0xA0, 0x00, 0x00, 0x00, 0x04, 0x10, 0x10],
];

/// Tags of EMV Book 3, annex A.
mod tag {
    pub const ENTRY: u32 = 0x61;
    pub const APPLICATION: u32 = 0x4F;
    pub const PRIORITY: u32 = 0x87;
    pub const SHORT_FILE: u32 = 0x88;
    pub const WANTED_DATA: u32 = 0x9F38;
    pub const FILES: u32 = 0x94;
    pub const OPTIONS: u32 = 0x80;
    pub const NUMBER: u32 = 0x5A;
    pub const TRACK_2: u32 = 0x57;
    pub const TERMINAL_QUALIFIERS: u32 = 0x9F66;
    pub const TERMINAL_COUNTRY: u32 = 0x9F1A;
    pub const CURRENCY: u32 = 0x5F2A;
}

/// Digits of a number, ISO/IEC 7812-1.
const DIGITS: std::ops::RangeInclusive<usize> = 12..=19;
const SHOWN_FIRST: usize = 6;
const SHOWN_LAST: usize = 4;

type Result<T> = std::result::Result<T, SmartCardFault>;
type Bytes = Zeroizing<Vec<u8>>;

/// Reads the number of a bank card and masks it.
pub fn read_bank_card(card: &mut Conversation<impl Transmit>) -> Result<BankCard> {
    let mut fault = SmartCardFault::UnknownCard;
    for name in applications(card)? {
        let status = match card.ask(Command::select_name(&name))? {
            reply if reply.status == Status::OK => match number(card, &reply.data)? {
                Ok(masked_number) => return Ok(BankCard { masked_number, scheme: scheme(&name) }),
                Err(why) => {
                    fault = why;
                    continue;
                }
            },
            reply => reply.status,
        };
        if status != Status::NO_FILE {
            fault = status.fault();
        }
    }
    Err(fault)
}

/// The names of the card's applications, the preferred one first.
fn applications(card: &mut Conversation<impl Transmit>) -> Result<Vec<Vec<u8>>> {
    let mut entries = match directory(card, PROXIMITY_DIRECTORY)? {
        Some(information) => entries(&information),
        None => contact_entries(card)?,
    };
    // 0 means without priority (EMV Book 1, 12.2.3).
    entries.sort_by_key(|(priority, _)| if *priority == 0 { u8::MAX } else { *priority });
    let mut names: Vec<Vec<u8>> = entries.into_iter().map(|(_, name)| name).collect();
    if names.is_empty() {
        names = KNOWN.map(<[u8]>::to_vec).into();
    }
    names.truncate(APPLICATIONS_MAX);
    Ok(names)
}

/// The control information of a directory; `None` where the card has none.
fn directory(card: &mut Conversation<impl Transmit>, name: &[u8]) -> Result<Option<Bytes>> {
    let reply = card.ask(Command::select_name(name))?;
    match (reply.status, reply.status.fault()) {
        (Status::OK, _) => Ok(Some(reply.data)),
        (_, fault @ (SmartCardFault::Blocked { .. } | SmartCardFault::Garbled)) => Err(fault),
        _ => Ok(None),
    }
}

/// The entries of a directory with contacts: records of the file that its control information names.
fn contact_entries(card: &mut Conversation<impl Transmit>) -> Result<Vec<(u8, Vec<u8>)>> {
    let Some(information) = directory(card, CONTACT_DIRECTORY)? else {
        return Ok(Vec::new());
    };
    let Some([file @ 1..=10]) = find(&information, tag::SHORT_FILE) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for number in 1..=DIRECTORY_RECORDS_MAX {
        let reply = card.ask(Command::read_record(*file, number))?;
        if reply.status != Status::OK {
            break;
        }
        found.extend(entries(&reply.data));
    }
    Ok(found)
}

/// Priority and name of each entry.
fn entries(bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let entry = |entry: &[u8]| {
        // The low half of the byte; the high one says whether the holder must confirm.
        let priority =
            find(entry, tag::PRIORITY).and_then(|value| value.first()).map_or(0, |byte| byte & 0x0F);
        let name = find(entry, tag::APPLICATION).filter(|name| (5..=16).contains(&name.len()))?;
        Some((priority, name.to_vec()))
    };
    all(bytes, tag::ENTRY).into_iter().filter_map(entry).collect()
}

/// The masked number of the chosen application; the inner fault lets the next application be tried.
fn number(card: &mut Conversation<impl Transmit>, information: &[u8]) -> Result<Result<Private>> {
    let wanted = find(information, tag::WANTED_DATA).unwrap_or_default();
    let reply = card.ask(Command::get_processing_options(&list_values(wanted, terminal_value)))?;
    if reply.status != Status::OK {
        return Ok(Err(reply.status.fault()));
    }
    if let Some(digits) = digits_in(&reply.data) {
        return Ok(mask(&digits));
    }
    for (file, record) in records(&reply.data) {
        let reply = card.ask(Command::read_record(file, record))?;
        if let Some(digits) = digits_in(&reply.data) {
            return Ok(mask(&digits));
        }
    }
    Ok(Err(SmartCardFault::BadRecord { what: "card number" }))
}

/// What the terminal says of itself. All else is zero: nothing is paid, the card only tells where its records are.
fn terminal_value(tag: u32) -> &'static [u8] {
    match tag {
        // Reads cards without contacts, asks for PIN or signature (EMV Contactless Book C, terminal transaction qualifiers).
        tag::TERMINAL_QUALIFIERS => &[0x26],
        // China and its currency, ISO 3166-1 and ISO 4217.
        tag::TERMINAL_COUNTRY | tag::CURRENCY => &[0x01, 0x56],
        _ => &[],
    }
}

/// Which records the application is made of: files and record numbers (EMV Book 3, 10.2).
fn records(options: &[u8]) -> Vec<(u8, u8)> {
    let short_form = find(options, tag::OPTIONS).and_then(|value| value.get(2..));
    let files = short_form.or_else(|| find(options, tag::FILES)).unwrap_or_default();
    let of_file = |entry: &[u8; 4]| {
        let [file, first, last, _] = *entry;
        (first..=last).map(move |record| (file >> 3, record))
    };
    let (entries, _) = files.as_chunks::<4>();
    entries.iter().flat_map(of_file).filter(|(file, _)| (1..=30).contains(file)).take(RECORDS_MAX).collect()
}

/// The number's digits, 0 to 9 each: from its own object, or from the copy of the magnetic stripe's second track.
fn digits_in(record: &[u8]) -> Option<Bytes> {
    let number = find(record, tag::NUMBER).or_else(|| find(record, tag::TRACK_2))?;
    let nibbles = number.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
    // F fills the number up, D ends it in the track.
    let mut digits = Zeroizing::new(Vec::with_capacity(number.len() * 2));
    digits.extend(nibbles.take_while(|nibble| *nibble <= 9));
    Some(digits)
}

fn mask(digits: &[u8]) -> Result<Private> {
    if !DIGITS.contains(&digits.len()) || !is_luhn_valid(digits) {
        return Err(SmartCardFault::BadRecord { what: "card number" });
    }
    let hidden = SHOWN_FIRST..digits.len() - SHOWN_LAST;
    let shown = |(place, digit): (usize, &u8)| {
        if hidden.contains(&place) { '*' } else { char::from(b'0' + digit % 10) }
    };
    let masked: Zeroizing<String> = Zeroizing::new(digits.iter().enumerate().map(shown).collect());
    Ok(Private::from(masked.as_str()))
}

fn scheme(name: &[u8]) -> CardScheme {
    match name {
        [0xA0, 0x00, 0x00, 0x03, 0x33, ..] => CardScheme::UnionPay,
        [0xA0, 0x00, 0x00, 0x00, 0x03, ..] => CardScheme::Visa,
        [0xA0, 0x00, 0x00, 0x00, 0x04, ..] => CardScheme::Mastercard,
        _ => CardScheme::Other,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;
    use crate::scripted::{Script, Scripted, bank};

    const PROXIMITY: &str = "00A404000E325041592E5359532E4444463031";
    const CONTACT: &str = "00A404000E315041592E5359532E4444463031";
    const DEBIT: &str = "00A4040008A000000333010101";
    const OPTIONS: &str = "80A80000028300";
    const RECORD: &str = "00B2010C00";

    fn read(script: Script) -> std::result::Result<(String, CardScheme), SmartCardFault> {
        let card = read_bank_card(&mut Conversation::with(script))?;
        Ok((card.masked_number.expose_secret().to_owned(), card.scheme))
    }

    fn good() -> std::result::Result<(String, CardScheme), SmartCardFault> {
        Ok(("625094******0019".to_owned(), CardScheme::UnionPay))
    }

    #[test]
    fn a_card_with_a_proximity_directory_gives_its_number_masked() {
        assert_eq!(read(bank()), good());
    }

    #[test]
    fn a_card_with_a_contact_directory_is_read_through_its_records() {
        let script = bank()
            .replying(PROXIMITY, "6A82")
            .replying(CONTACT, "6F15840E315041592E5359532E4444463031A5038801019000")
            .replying("00B2010C00", "700C610A4F08A0000003330101019000")
            .replying("00B2020C00", "6A83")
            .replying(OPTIONS, "80067C00100101009000")
            .replying("00B2011400", "700A5A0862509400000000199000");
        assert_eq!(read(script), good());
    }

    #[test]
    fn a_card_without_a_directory_is_asked_for_known_applications() {
        let script = bank().replying(PROXIMITY, "6A82").replying(CONTACT, "6A82");
        assert_eq!(read(script), good());
    }

    #[test]
    fn the_preferred_application_is_asked_first() {
        let directory = "6F20BF0C1D610C4F07A0000000041010870102610D4F08A0000003330101018701019000";
        assert_eq!(read(bank().replying(PROXIMITY, directory)), good());
    }

    #[test]
    fn the_second_track_serves_where_the_number_is_missing() {
        let track = "701357116250940000000019D301220100000000009000";
        assert_eq!(read(bank().replying(RECORD, track)), good());
        // In the answer to the first question, as cards without contacts do.
        let options = "771782027C0057116250940000000019D301220100000000009000";
        assert_eq!(read(bank().replying(OPTIONS, options)), good());
    }

    #[test]
    fn the_terminal_says_what_the_card_wants_to_know() {
        let script = bank()
            .replying(DEBIT, "6F198408A000000333010101A50D9F380A9F66049F1A025F2A029A9000")
            .replying("80A800000A83082600000001560156", "80067C00080101009000");
        assert_eq!(read(script), good());
    }

    #[test]
    fn nineteen_digits_show_six_and_four() {
        let script = bank().replying(RECORD, "700C5A0A6250940000000000016F9000");
        assert_eq!(read(script), Ok(("625094*********0016".to_owned(), CardScheme::UnionPay)));
    }

    #[test]
    fn a_number_with_a_wrong_check_digit_is_refused() {
        let bad = Err(SmartCardFault::BadRecord { what: "card number" });
        assert_eq!(read(bank().replying(RECORD, "700A5A0862509400000000189000")), bad);
        assert_eq!(read(bank().replying(RECORD, "70065A046250940F9000")), bad);
        assert_eq!(read(bank().replying(RECORD, "6A83")), bad);
    }

    #[test]
    fn other_cards_and_blocked_ones_are_told_apart() {
        let none = bank().replying(PROXIMITY, "6D00").replying(CONTACT, "6D00").replying(DEBIT, "6A82");
        assert_eq!(read(none), Err(SmartCardFault::UnknownCard));
        let blocked = Err(SmartCardFault::Blocked { status: 0x6283 });
        assert_eq!(read(bank().replying(DEBIT, "6283")), blocked);
        let whole = bank().replying(PROXIMITY, "6A81");
        assert_eq!(read(whole), Err(SmartCardFault::Blocked { status: 0x6A81 }));
        let refused = Err(SmartCardFault::Refused { status: 0x6985 });
        assert_eq!(read(bank().replying(OPTIONS, "6985")), refused);
    }

    proptest! {
        #[test]
        fn no_answer_panics(answers in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 0..30)) {
            let _ = read_bank_card(&mut Conversation::with(Scripted::new(answers))).is_ok();
        }

        #[test]
        fn no_record_panics(at in 0_usize..4, value in proptest::collection::vec(any::<u8>(), 0..60)) {
            let spoiled = bank().spoiled(at, &[value.as_slice(), &[0x90, 0x00]].concat());
            let _ = read_bank_card(&mut Conversation::with(spoiled)).is_ok();
        }

        #[test]
        fn never_more_than_ten_digits_are_shown(digits in proptest::collection::vec(0_u8..10, 0..24)) {
            if let Ok(masked) = mask(&digits) {
                prop_assert_eq!(masked.expose_secret().bytes().filter(u8::is_ascii_digit).count(), 10);
            }
        }
    }
}
