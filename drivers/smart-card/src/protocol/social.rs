//! Social security cards, LD/T 32: which file holds what, and who may read it.
//!
//! File `EF05` tells of the card, `EF06` of its holder. A record is an identifier, a length and the value, and is asked
//! for by its identifier. Cards of the third generation give `EF06` and the days of validity only after a security
//! module has authenticated itself; some older ones give `EF06` only after the PIN.

use kiosk_drivers_api::{
    CardHolder, CardKey, Generation, Kept, Sex, SmartCardFault, SocialSecurityCard, Validity,
};
use zeroize::Zeroizing;

use super::apdu::Command;
use super::check::is_valid_number;
use super::conversation::{Conversation, Transmit};
use super::pin::Pin;
use super::status::Status;
use super::text::{ascii, chinese, day, digits, trimmed};

/// `sx1.sh.社会保障` in GBK: the name of the application.
const APPLICATION: [u8; 15] =
    [0x73, 0x78, 0x31, 0x2E, 0x73, 0x68, 0x2E, 0xC9, 0xE7, 0xBB, 0xE1, 0xB1, 0xA3, 0xD5, 0xCF];

/// What is known about the card.
const CARD_FILE: u16 = 0xEF05;
/// What is known about its holder.
const HOLDER_FILE: u16 = 0xEF06;

/// A record: its identifier, the bytes of its value, and its name in a fault.
struct Record(u8, u8, &'static str);

const IDENTIFICATION: Record = Record(0x01, 16, "card identification code");
const VERSION: Record = Record(0x03, 4, "version");
const ISSUED: Record = Record(0x05, 4, "first day of validity");
const EXPIRES: Record = Record(0x06, 4, "last day of validity");
const CARD_NUMBER: Record = Record(0x07, 9, "card number");
const NUMBER: Record = Record(0x08, 18, "number");
const NAME: Record = Record(0x09, 30, "name");
const NAME_EXTENSION: Record = Record(0x4E, 20, "name extension");
const SEX: Record = Record(0x0A, 1, "sex");
const ETHNICITY: Record = Record(0x0B, 1, "ethnicity");
const BIRTHPLACE: Record = Record(0x0C, 3, "birthplace");
const BIRTH: Record = Record(0x0D, 4, "birth date");

/// The region stands in the first bytes of the identification code.
const REGION_BYTES: usize = 3;

type Result<T> = std::result::Result<T, SmartCardFault>;
type Bytes = Zeroizing<Vec<u8>>;

/// Chooses the application; `false` for a card that has none.
pub fn select_social_card(card: &mut Conversation<impl Transmit>) -> Result<bool> {
    let status = card.ask(Command::select_name(&APPLICATION))?.status;
    match (status, status.fault()) {
        (Status::OK, _) => Ok(true),
        (_, fault @ (SmartCardFault::Blocked { .. } | SmartCardFault::Garbled)) => Err(fault),
        // Cards of other families refuse an unknown name with many different words.
        _ => Ok(false),
    }
}

/// Has the chosen application check the PIN, once: no answer has it sent again.
pub fn verify_pin(card: &mut Conversation<impl Transmit>, pin: &Pin) -> Result<()> {
    let status = card.tell(&Command::verify(pin.bytes()))?;
    match status.tries_left() {
        Some(0) => Err(SmartCardFault::PinBlocked),
        Some(tries_left) => Err(SmartCardFault::PinWrong { tries_left }),
        None if status == Status::OK => Ok(()),
        None if status == Status::PIN_BLOCKED => Err(SmartCardFault::PinBlocked),
        None => Err(status.fault()),
    }
}

/// Reads the chosen application, as far as it lets itself be read.
pub fn read_social_card(card: &mut Conversation<impl Transmit>) -> Result<SocialSecurityCard> {
    if !select_file(card, CARD_FILE)? {
        return Err(Status::LOCKED.fault());
    }
    let identification = required(card, &IDENTIFICATION)?;
    let generation = generation(&required(card, &VERSION)?)?;
    let region = identification.get(..REGION_BYTES).unwrap_or_default();
    Ok(SocialSecurityCard {
        generation,
        region: digits(region, IDENTIFICATION.2)?,
        card_number: ascii(&required(card, &CARD_NUMBER)?, CARD_NUMBER.2)?,
        validity: kept(validity(card)?, generation),
        holder: kept(holder(card)?, generation),
    })
}

fn generation(version: &[u8]) -> Result<Generation> {
    match version.first() {
        Some(b'1') => Ok(Generation::First),
        Some(b'2') => Ok(Generation::Second),
        Some(b'3') => Ok(Generation::Third),
        _ => Err(SmartCardFault::UnknownCard),
    }
}

fn kept<T>(value: Option<T>, generation: Generation) -> Kept<T> {
    let key = match generation {
        Generation::First | Generation::Second => CardKey::Pin,
        Generation::Third => CardKey::SecurityModule,
    };
    value.map_or(Kept::Locked(key), Kept::Free)
}

/// `None` where the card keeps the days back.
fn validity(card: &mut Conversation<impl Transmit>) -> Result<Option<Validity>> {
    let mut read = |record: &Record| match ask_for(card, record)? {
        Answer::Value(value) => Ok(Some(day(&value, record.2)?)),
        Answer::Absent => Ok(Some(None)),
        Answer::Locked => Ok(None),
    };
    let (from, until) = (read(&ISSUED)?, read(&EXPIRES)?);
    Ok(from.zip(until).map(|(from, until)| Validity { from, until }))
}

/// `None` where the card keeps its holder back.
fn holder(card: &mut Conversation<impl Transmit>) -> Result<Option<CardHolder>> {
    if !select_file(card, HOLDER_FILE)? {
        return Ok(None);
    }
    let number = match ask_for(card, &NUMBER)? {
        Answer::Value(value) => value,
        Answer::Absent => return Err(missing(&NUMBER)),
        Answer::Locked => return Ok(None),
    };
    if !is_valid_number(trimmed(&number)) {
        return Err(missing(&NUMBER));
    }
    Ok(Some(CardHolder {
        number: ascii(&number, NUMBER.2)?,
        name: name(card)?,
        sex: sex(&optional(card, &SEX)?)?,
        ethnicity: digits(&optional(card, &ETHNICITY)?, ETHNICITY.2)?,
        birthplace: digits(&optional(card, &BIRTHPLACE)?, BIRTHPLACE.2)?,
        birth: birth(&optional(card, &BIRTH)?)?,
    }))
}

/// The name goes on in its extension; cards of the first generation have none.
fn name(card: &mut Conversation<impl Transmit>) -> Result<kiosk_drivers_api::Private> {
    let (start, end) = (required(card, &NAME)?, optional(card, &NAME_EXTENSION)?);
    let whole = Zeroizing::new([trimmed(&start), trimmed(&end)].concat());
    if whole.is_empty() { Err(missing(&NAME)) } else { chinese(&whole, NAME.2) }
}

fn sex(value: &[u8]) -> Result<Sex> {
    match trimmed(value) {
        [] | [b'0'] => Ok(Sex::Unknown),
        [b'1'] => Ok(Sex::Male),
        [b'2'] => Ok(Sex::Female),
        [b'9'] => Ok(Sex::NotStated),
        _ => Err(missing(&SEX)),
    }
}

fn birth(value: &[u8]) -> Result<kiosk_drivers_api::Private> {
    day(value, BIRTH.2)?;
    digits(value, BIRTH.2)
}

fn missing(record: &Record) -> SmartCardFault {
    SmartCardFault::BadRecord { what: record.2 }
}

/// Chooses a file; `false` where the card keeps it back. Older cards want it named in the older way.
fn select_file(card: &mut Conversation<impl Transmit>, file: u16) -> Result<bool> {
    let mut status = card.ask(Command::select_file(file))?.status;
    if status.is_wrong_parameters() || status == Status::NO_FILE {
        status = card.ask(Command::select_file_anywhere(file))?.status;
    }
    match status {
        Status::OK => Ok(true),
        Status::LOCKED => Ok(false),
        other => Err(other.fault()),
    }
}

/// What a card says about a record.
enum Answer {
    Value(Bytes),
    Absent,
    Locked,
}

fn ask_for(card: &mut Conversation<impl Transmit>, record: &Record) -> Result<Answer> {
    let Record(id, bytes, _) = *record;
    let reply = card.ask(Command::read_record_by_id(id, bytes + 2))?;
    match reply.status {
        Status::OK => value(&reply.data, record).map(Answer::Value),
        Status::NO_RECORD => Ok(Answer::Absent),
        Status::LOCKED => Ok(Answer::Locked),
        other => Err(other.fault()),
    }
}

/// Takes identifier and length off. More bytes than the length says are left out: some cards fill every record up.
fn value(data: &[u8], record: &Record) -> Result<Bytes> {
    let value = match data {
        [id, length, rest @ ..] if *id == record.0 => rest.get(..usize::from(*length)),
        _ => None,
    };
    value.map(|value| Zeroizing::new(value.to_vec())).ok_or_else(|| missing(record))
}

fn optional(card: &mut Conversation<impl Transmit>, record: &Record) -> Result<Bytes> {
    match ask_for(card, record)? {
        Answer::Value(value) => Ok(value),
        Answer::Absent | Answer::Locked => Ok(Zeroizing::default()),
    }
}

fn required(card: &mut Conversation<impl Transmit>, record: &Record) -> Result<Bytes> {
    match ask_for(card, record)? {
        Answer::Value(value) => Ok(value),
        Answer::Absent => Err(missing(record)),
        Answer::Locked => Err(Status::LOCKED.fault()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_drivers_api::{CardDate, CardPart, Private};
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;
    use crate::scripted::{Script, Scripted, hex, social};

    fn read(script: Script) -> Result<SocialSecurityCard> {
        let mut card = Conversation::with(script);
        assert!(select_social_card(&mut card)?, "no social security card");
        read_social_card(&mut card)
    }

    fn shown(value: &Private) -> &str {
        value.expose_secret()
    }

    #[test]
    fn a_card_of_the_second_generation_is_read_field_by_field() {
        let card = read(social("2.00")).unwrap();
        assert_eq!(card.generation, Generation::Second);
        assert_eq!((shown(&card.region), shown(&card.card_number)), ("230200", "T00000012"));
        let validity = card.validity.free().unwrap();
        assert_eq!(validity.from, Some(CardDate { year: 2019, month: 5, day: 6 }));
        assert_eq!(validity.until, Some(CardDate { year: 2029, month: 5, day: 6 }));
        let holder = card.holder.free().unwrap();
        assert_eq!((shown(&holder.number), shown(&holder.name)), ("11010519491231002X", "试验人延长"));
        assert_eq!((holder.sex, shown(&holder.ethnicity)), (Sex::Female, "31"));
        assert_eq!((shown(&holder.birthplace), shown(&holder.birth)), ("110105", "19491231"));
        assert!(card.what_is_missing().is_empty());
    }

    #[test]
    fn an_old_card_without_name_extension_is_read() {
        let card = read(social("1.00").replying("00B24E0016", "6A83")).unwrap();
        assert_eq!(card.generation, Generation::First);
        assert_eq!(shown(&card.holder.free().unwrap().name), "试验人");
    }

    #[test]
    fn a_card_of_the_third_generation_gives_what_is_free_and_says_what_is_missing() {
        let script = social("3.00").replying("00B2050006", "6982").replying("00B2060006", "6982");
        let card = read(script.replying("00B2080014", "6982")).unwrap();
        assert_eq!((card.generation, shown(&card.card_number)), (Generation::Third, "T00000012"));
        let module = CardKey::SecurityModule;
        assert_eq!(card.what_is_missing(), [(CardPart::Validity, module), (CardPart::Holder, module)]);
    }

    #[test]
    fn an_older_card_that_keeps_its_holder_back_wants_the_pin() {
        let card = read(social("2.00").replying("00A4020002EF06", "6982")).unwrap();
        assert_eq!(card.what_is_missing(), [(CardPart::Holder, CardKey::Pin)]);
        assert!(card.validity.free().is_some());
    }

    #[test]
    fn a_file_that_is_not_found_below_is_asked_for_in_the_older_way() {
        for refusal in ["6A82", "6A86", "6B00"] {
            let script = social("1.00").replying("00A4020002EF05", refusal);
            assert!(read(script.replying("00A4000002EF05", "9000")).is_ok(), "{refusal}");
        }
    }

    #[test]
    fn other_cards_and_blocked_ones_are_told_apart() {
        let select = |reply: &str| {
            let name = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF";
            select_social_card(&mut Conversation::with(Script::of(&[(name, reply)])))
        };
        for other in ["6A82", "6D00", "6E00", "6999"] {
            assert_eq!(select(other), Ok(false), "{other}");
        }
        for blocked in [0x6283, 0x6A81, 0x9303] {
            assert_eq!(select(&format!("{blocked:04X}")), Err(SmartCardFault::Blocked { status: blocked }));
        }
        assert_eq!(select("5A5A"), Err(SmartCardFault::Garbled));
    }

    #[test]
    fn a_bad_record_is_named_and_never_quoted() {
        let bad = |what| Some(SmartCardFault::BadRecord { what });
        for (command, reply, what) in [
            ("00B2010012", "0110AA02009000", "card identification code"),
            ("00B207000B", "0709412D303030303031329000", "card number"),
            ("00B2080014", "08123131303130353139343931323331303032319000", "number"),
            ("00B2080014", "6A83", "number"),
            ("00B2090020", "0901079000", "name"),
            ("00B20A0003", "0A01359000", "sex"),
            ("00B20B0003", "0B013A9000", "ethnicity"),
            ("00B20D0006", "0D04194902319000", "birth date"),
            ("00B2050006", "0504201902309000", "first day of validity"),
            ("00B2050006", "0604201905069000", "first day of validity"),
        ] {
            assert_eq!(read(social("2.00").replying(command, reply)).err(), bad(what), "{what}");
        }
        assert_eq!(read(social("4.00")).err(), Some(SmartCardFault::UnknownCard));
    }

    #[test]
    fn the_pin_is_right_wrong_or_blocked() {
        let verify = |reply: &str| {
            let mut card = Conversation::with(Script::of(&[("0020000003123456", reply)]));
            verify_pin(&mut card, &Pin::pack(&Private::from("123456")).unwrap())
        };
        assert_eq!(verify("9000"), Ok(()));
        assert_eq!(verify("63C2"), Err(SmartCardFault::PinWrong { tries_left: 2 }));
        for blocked in ["63C0", "6983"] {
            assert_eq!(verify(blocked), Err(SmartCardFault::PinBlocked));
        }
        assert_eq!(verify("6984"), Err(SmartCardFault::Refused { status: 0x6984 }));
    }

    #[test]
    fn no_answer_has_the_pin_sent_again() {
        // The right length for an answer, which has none, and more of one: nonsense, each of them.
        for nonsense in [[0x6C, 0x03], [0x61, 0x03]] {
            let mut card = Conversation::with(Scripted::new(vec![nonsense.to_vec(), vec![0x90, 0x00]]));
            let status = u16::from_be_bytes(nonsense);
            let answer = verify_pin(&mut card, &Pin::pack(&Private::from("123456")).unwrap());
            assert_eq!(answer, Err(SmartCardFault::Refused { status }));
        }
    }

    proptest! {
        #[test]
        fn no_answer_panics(answers in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..30)) {
            let mut card = Conversation::with(Scripted::new(answers));
            let _ = read_social_card(&mut card).is_ok();
        }

        #[test]
        fn no_record_panics(at in 0_usize..14, value in proptest::collection::vec(any::<u8>(), 0..40)) {
            let script = social("2.00").spoiled(at, &[value.as_slice(), &hex("9000")].concat());
            let mut card = Conversation::with(script);
            let _ = select_social_card(&mut card).is_ok_and(|_| read_social_card(&mut card).is_ok());
        }
    }
}
