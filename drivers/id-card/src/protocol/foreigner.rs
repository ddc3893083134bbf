//! Permanent residence permits of foreigners: the versions of 2017 and of 2023 (issued since 2023-12-01).

use std::ops::Range;

use kiosk_drivers_api::{CardKind, IdCard, Private, PrivateBytes, ReaderFault};
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::record::{BIRTH, NUMBER, SEX, birth, filled, number, sex, validity};
use super::text::text;

/// The version of 2017 keeps its validity where the others do, and nothing else.
mod of_2017 {
    use std::ops::Range;
    pub(super) const LATIN_NAME: Range<usize> = 0..120;
    pub(super) const SEX: Range<usize> = 120..122;
    pub(super) const NUMBER: Range<usize> = 122..152;
    pub(super) const NATIONALITY: Range<usize> = 152..158;
    pub(super) const CHINESE_NAME: Range<usize> = 158..188;
    pub(super) const BIRTH: Range<usize> = 220..236;
    pub(super) const AUTHORITY_CODE: Range<usize> = 240..248;
}

/// The version of 2023 follows the resident card, with the Latin name in two parts.
const CHINESE_NAME: Range<usize> = 0..30;
const LATIN_NAME_BEGIN: Range<usize> = 52..122;
const LATIN_NAME_END: Range<usize> = 220..242;
const NATIONALITY: Range<usize> = 242..248;

const LATIN_NAME_BYTES: usize =
    LATIN_NAME_BEGIN.end - LATIN_NAME_BEGIN.start + LATIN_NAME_END.end - LATIN_NAME_END.start;

/// A permit's number of 2017: nationality in three letters, twelve digits.
const NUMBER_LETTERS: usize = 3;
const NUMBER_CHARS: usize = 15;

/// The version of 2017, flag `I`.
pub(super) fn of_2017(record: &[u8; 256]) -> Result<IdCard, ReaderFault> {
    let (valid_from, valid_until) = validity(record)?;
    let latin_name = filled(text(&record[of_2017::LATIN_NAME], "Latin name")?, "Latin name")?;
    let chinese_name = text(&record[of_2017::CHINESE_NAME], "name")?;
    Ok(IdCard {
        kind: CardKind::Foreigner2017,
        name: either(chinese_name, &latin_name),
        latin_name,
        sex: sex(&record[of_2017::SEX])?,
        ethnicity: Private::default(),
        nationality: nationality(&record[of_2017::NATIONALITY])?,
        birth: birth(&record[of_2017::BIRTH])?,
        address: Private::default(),
        number: permit_number(&record[of_2017::NUMBER])?,
        authority: text(&record[of_2017::AUTHORITY_CODE], "authority")?,
        valid_from,
        valid_until,
        fingerprints: PrivateBytes::default(),
    })
}

/// The version of 2023, flag `Y`. What stands at 32 (times renewed), 158 (reserved) and 250 (key to the former number) is
/// not read: the sources differ about the first two, and nothing here needs the third.
pub(super) fn of_2023(record: &[u8; 256]) -> Result<IdCard, ReaderFault> {
    let (valid_from, valid_until) = validity(record)?;
    let latin_name = filled(long_name(record)?, "Latin name")?;
    Ok(IdCard {
        kind: CardKind::Foreigner2023,
        name: either(text(&record[CHINESE_NAME], "name")?, &latin_name),
        latin_name,
        sex: sex(&record[SEX])?,
        ethnicity: Private::default(),
        nationality: nationality(&record[NATIONALITY])?,
        birth: birth(&record[BIRTH])?,
        address: Private::default(),
        number: foreigner_number(&record[NUMBER])?,
        authority: Private::default(),
        valid_from,
        valid_until,
        fingerprints: PrivateBytes::default(),
    })
}

/// The Latin name of the version of 2023: 35 characters, and 11 more behind the address.
fn long_name(record: &[u8; 256]) -> Result<Private, ReaderFault> {
    let mut whole = Zeroizing::new([0; LATIN_NAME_BYTES]);
    let (begin, end) = whole.split_at_mut(LATIN_NAME_BEGIN.len());
    begin.copy_from_slice(&record[LATIN_NAME_BEGIN]);
    end.copy_from_slice(&record[LATIN_NAME_END]);
    text(whole.as_slice(), "Latin name")
}

fn either(chinese_name: Private, latin_name: &Private) -> Private {
    if chinese_name.expose_secret().is_empty() { latin_name.clone() } else { chinese_name }
}

/// Three letters, or three digits since the version of 2023.
fn nationality(field: &[u8]) -> Result<Private, ReaderFault> {
    let value = text(field, "nationality")?;
    let bytes = value.expose_secret().as_bytes();
    let is_code = bytes.len() == 3
        && (bytes.iter().all(u8::is_ascii_uppercase) || bytes.iter().all(u8::is_ascii_digit));
    if is_code { Ok(value) } else { Err(ReaderFault::BadRecord { what: "nationality" }) }
}

/// The number of 2017. Its last digit is a check digit by a rule nobody publishes: only the shape is verified.
fn permit_number(field: &[u8]) -> Result<Private, ReaderFault> {
    let value = text(field, "number")?;
    let (letters, digits) =
        value.expose_secret().as_bytes().split_at_checked(NUMBER_LETTERS).unwrap_or_default();
    let is_number = letters.len() + digits.len() == NUMBER_CHARS
        && letters.iter().all(u8::is_ascii_uppercase)
        && digits.iter().all(u8::is_ascii_digit);
    if is_number { Ok(value) } else { Err(ReaderFault::BadRecord { what: "number" }) }
}

/// The number of 2023: a 9, and the check digit of a citizen's number.
fn foreigner_number(field: &[u8]) -> Result<Private, ReaderFault> {
    let value = number(field)?;
    let is_foreigner = value.expose_secret().starts_with('9');
    if is_foreigner { Ok(value) } else { Err(ReaderFault::BadRecord { what: "number" }) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_drivers_api::{CardDate, Sex, ValidUntil};

    use super::super::record::parse;
    use super::super::record::tests::{fault, put};
    use super::*;

    /// A synthetic permit of 2017.
    fn card_of_2017() -> [u8; 256] {
        let mut record = [0; 256];
        put(&mut record, 0..256, "");
        put(&mut record, of_2017::LATIN_NAME, "SAMPLE, SYNTHETIC PERSON");
        put(&mut record, of_2017::SEX, "1");
        put(&mut record, of_2017::NUMBER, "RUS230080010101");
        put(&mut record, of_2017::NATIONALITY, "RUS");
        put(&mut record, 188..204, "20200115");
        put(&mut record, 204..220, "20300115");
        put(&mut record, of_2017::BIRTH, "19800101");
        put(&mut record, 236..240, "01");
        put(&mut record, of_2017::AUTHORITY_CODE, "1500");
        put(&mut record, 248..250, "I");
        record
    }

    /// A synthetic permit of 2023; the number's check digit is right.
    fn card_of_2023() -> [u8; 256] {
        let mut record = [0; 256];
        put(&mut record, 0..256, "");
        put(&mut record, SEX, "2");
        put(&mut record, 32..36, "01");
        put(&mut record, BIRTH, "19851123");
        put(&mut record, LATIN_NAME_BEGIN, "SAMPLE SYNTHETIC ALEKSANDROVNA MARI");
        put(&mut record, LATIN_NAME_END, "NA");
        put(&mut record, NUMBER, "915643198511230026");
        put(&mut record, 188..204, "20240301");
        put(&mut record, 204..220, "20340301");
        put(&mut record, NATIONALITY, "643");
        put(&mut record, 248..250, "Y");
        record
    }

    #[test]
    fn a_permit_of_2017_is_read_field_by_field() {
        let card = parse(&card_of_2017(), None).unwrap();
        assert_eq!(card.kind, CardKind::Foreigner2017);
        assert_eq!(card.latin_name.expose_secret(), "SAMPLE, SYNTHETIC PERSON");
        assert_eq!(card.name.expose_secret(), "SAMPLE, SYNTHETIC PERSON");
        assert_eq!(card.sex, Sex::Male);
        assert_eq!(card.nationality.expose_secret(), "RUS");
        assert_eq!(card.number.expose_secret(), "RUS230080010101");
        assert_eq!(card.birth.expose_secret(), "19800101");
        assert_eq!(card.authority.expose_secret(), "1500");
        assert_eq!(card.valid_from, CardDate { year: 2020, month: 1, day: 15 });
        assert!(card.address.expose_secret().is_empty());
    }

    #[test]
    fn a_permit_of_2023_joins_the_two_parts_of_its_name() {
        let card = parse(&card_of_2023(), None).unwrap();
        assert_eq!(card.kind, CardKind::Foreigner2023);
        assert_eq!(card.latin_name.expose_secret(), "SAMPLE SYNTHETIC ALEKSANDROVNA MARINA");
        assert_eq!(card.nationality.expose_secret(), "643");
        assert_eq!(card.number.expose_secret(), "915643198511230026");
        let last = CardDate { year: 2034, month: 3, day: 1 };
        assert_eq!(card.valid_until, ValidUntil::Day(last));
    }

    #[test]
    fn a_space_where_the_name_was_cut_stays() {
        let mut record = card_of_2023();
        put(&mut record, LATIN_NAME_BEGIN, "SAMPLE SYNTHETIC ALEKSANDROVNA MAR");
        put(&mut record, LATIN_NAME_END, "INA");
        let card = parse(&record, None).unwrap();
        assert_eq!(card.latin_name.expose_secret(), "SAMPLE SYNTHETIC ALEKSANDROVNA MAR INA");
    }

    #[test]
    fn the_chinese_name_comes_first_where_there_is_one() {
        let mut record = card_of_2023();
        put(&mut record, CHINESE_NAME, "玛丽娜");
        assert_eq!(parse(&record, None).unwrap().name.expose_secret(), "玛丽娜");
        let mut record = card_of_2017();
        put(&mut record, of_2017::CHINESE_NAME, "样例");
        assert_eq!(parse(&record, None).unwrap().name.expose_secret(), "样例");
    }

    #[test]
    fn a_bad_field_is_named() {
        for (field, value, what) in [
            (of_2017::LATIN_NAME, "", "Latin name"),
            (of_2017::NUMBER, "RUS23008001010", "number"),
            (of_2017::NUMBER, "ru1230080010101", "number"),
            (of_2017::NATIONALITY, "R1", "nationality"),
            (of_2017::BIRTH, "19800231", "birth date"),
        ] {
            let mut record = card_of_2017();
            put(&mut record, field, value);
            assert_eq!(fault(&record), ReaderFault::BadRecord { what });
        }
        for (field, value, what) in [
            (NUMBER, "110101199003070011", "number"),
            (NATIONALITY, "6", "nationality"),
            (LATIN_NAME_BEGIN, "", "Latin name"),
        ] {
            let mut record = card_of_2023();
            put(&mut record, field, value);
            if what == "Latin name" {
                put(&mut record, LATIN_NAME_END, "");
            }
            assert_eq!(fault(&record), ReaderFault::BadRecord { what });
        }
    }
}
