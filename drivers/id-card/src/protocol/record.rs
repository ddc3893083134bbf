//! The 256-byte text record: which family of card it is, and what all families share.

use std::ops::Range;

use kiosk_drivers_api::{CardDate, IdCard, Private, ReaderFault, Sex, ValidUntil};
use secrecy::ExposeSecret;

use super::check::is_valid_number;
use super::command::ADDRESS_BYTES;
use super::text::{day, text, until};
use super::{foreigner, resident};

/// The same places in every family of cards but the foreigner's of 2017, which shares the validity only.
pub(super) const SEX: Range<usize> = 30..32;
pub(super) const BIRTH: Range<usize> = 36..52;
pub(super) const NUMBER: Range<usize> = 122..158;
pub(super) const VALID_FROM: Range<usize> = 188..204;
pub(super) const VALID_UNTIL: Range<usize> = 204..220;
/// The letter that tells the family.
const FAMILY: Range<usize> = 248..250;

/// The answer to "read text and photo", split into its blocks. Borrowed: an array that is moved leaves a copy of
/// itself on the stack, which nobody zeroes.
pub struct Body<'a> {
    /// The text record.
    pub text: &'a [u8; 256],
    /// The compressed portrait.
    pub photo: &'a [u8; 1024],
    /// The fingerprints, as they are: 512 bytes for each of up to two fingers, empty where there are none.
    pub fingerprints: &'a [u8],
}

impl Body<'_> {
    /// Splits `data`, which begins with the big-endian lengths of its blocks: two, or three where fingerprints were
    /// asked for.
    pub fn split(data: &[u8]) -> Result<Body<'_>, ReaderFault> {
        let bad = ReaderFault::BadRecord { what: "block lengths" };
        let Some(rest) = data.strip_prefix(&[0x01, 0x00, 0x04, 0x00]) else {
            return Err(bad);
        };
        let finger_bytes = rest.len().checked_sub(256 + 1_024).ok_or(bad.clone())?;
        let blocks = match finger_bytes.checked_sub(2) {
            None => rest,
            Some(bytes) => match rest.split_first_chunk::<2>() {
                Some((length, blocks)) if usize::from(u16::from_be_bytes(*length)) == bytes => blocks,
                _ => return Err(bad),
            },
        };
        let (text, blocks) = blocks.split_first_chunk::<256>().ok_or(bad.clone())?;
        let (photo, fingerprints) = blocks.split_first_chunk::<1024>().ok_or(bad)?;
        Ok(Body { text, photo, fingerprints })
    }
}

/// Reads the text record; `newer_address` replaces the printed one of a family that prints one.
///
/// Families nobody documents are refused with `UnknownCard` before anything else is looked at.
pub fn parse(record: &[u8; 256], newer_address: Option<Private>) -> Result<IdCard, ReaderFault> {
    match &record[FAMILY] {
        b" \0" => resident::citizen(record, newer_address),
        b"J\0" => resident::permit(record, newer_address),
        b"I\0" => foreigner::of_2017(record),
        b"Y\0" => foreigner::of_2023(record),
        _ => Err(ReaderFault::UnknownCard),
    }
}

/// The newest of the appended addresses: they are appended in order, so the last one that is filled.
pub fn newest_address(data: &[u8]) -> Result<Option<Private>, ReaderFault> {
    let mut newest = None;
    for block in data.chunks_exact(ADDRESS_BYTES) {
        let address = text(block, "appended address")?;
        if !address.expose_secret().is_empty() {
            newest = Some(address);
        }
    }
    Ok(newest)
}

/// A value that must not be empty.
pub(super) fn filled(value: Private, what: &'static str) -> Result<Private, ReaderFault> {
    if value.expose_secret().is_empty() { Err(ReaderFault::BadRecord { what }) } else { Ok(value) }
}

/// First and last day, in this order.
pub(super) fn validity(record: &[u8; 256]) -> Result<(CardDate, ValidUntil), ReaderFault> {
    let from = day(&record[VALID_FROM], "first day of validity")?;
    let last = until(&record[VALID_UNTIL], "last day of validity")?;
    match last {
        ValidUntil::Day(day) if day < from => Err(ReaderFault::BadRecord { what: "validity" }),
        ValidUntil::Day(_) | ValidUntil::Forever => Ok((from, last)),
    }
}

pub(super) fn sex(field: &[u8]) -> Result<Sex, ReaderFault> {
    match field {
        [b'0', 0] => Ok(Sex::Unknown),
        [b'1', 0] => Ok(Sex::Male),
        [b'2', 0] => Ok(Sex::Female),
        [b'9', 0] => Ok(Sex::NotStated),
        _ => Err(ReaderFault::BadRecord { what: "sex" }),
    }
}

pub(super) fn birth(field: &[u8]) -> Result<Private, ReaderFault> {
    day(field, "birth date")?;
    text(field, "birth date")
}

/// An 18-character number with the right check digit.
pub(super) fn number(field: &[u8]) -> Result<Private, ReaderFault> {
    let value = text(field, "number")?;
    let is_valid = is_valid_number(value.expose_secret());
    if is_valid { Ok(value) } else { Err(ReaderFault::BadRecord { what: "number" }) }
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use kiosk_drivers_api::{CardDate, CardKind};
    use proptest::prelude::*;

    use super::super::resident::{ADDRESS, AUTHORITY, ETHNICITY, NAME};
    use super::*;

    /// Writes a field; everything here is synthetic, and the number's check digit is right.
    pub(crate) fn put(record: &mut [u8], field: Range<usize>, text: &str) {
        let units = field.len() / 2;
        let padded = text.encode_utf16().chain(std::iter::repeat(0x20)).take(units);
        let bytes: Vec<u8> = padded.flat_map(u16::to_le_bytes).collect();
        record[field].copy_from_slice(&bytes);
    }

    /// A synthetic resident.
    pub(crate) fn synthetic() -> [u8; 256] {
        let mut record = [0; 256];
        put(&mut record, 0..256, "");
        put(&mut record, NAME, "试𬀩验");
        put(&mut record, SEX, "2");
        put(&mut record, ETHNICITY, "31");
        put(&mut record, BIRTH, "19491231");
        put(&mut record, ADDRESS, "合成数据省样例市测试路1号");
        put(&mut record, NUMBER, "11010519491231002X");
        put(&mut record, AUTHORITY, "合成数据公安局");
        put(&mut record, VALID_FROM, "20200229");
        put(&mut record, VALID_UNTIL, "长期");
        record
    }

    pub(crate) fn fault(record: &[u8; 256]) -> ReaderFault {
        parse(record, None).err().expect("the record should be refused")
    }

    #[test]
    fn a_resident_is_read_field_by_field() {
        let card = parse(&synthetic(), None).unwrap();
        assert_eq!(card.kind, CardKind::Resident);
        assert_eq!(card.name.expose_secret(), "试𬀩验");
        assert_eq!(card.sex, Sex::Female);
        assert_eq!(card.ethnicity.expose_secret(), "31");
        assert_eq!(card.birth.expose_secret(), "19491231");
        assert_eq!(card.address.expose_secret(), "合成数据省样例市测试路1号");
        assert_eq!(card.number.expose_secret(), "11010519491231002X");
        assert_eq!(card.authority.expose_secret(), "合成数据公安局");
        assert_eq!(card.valid_from, CardDate { year: 2020, month: 2, day: 29 });
        assert_eq!(card.valid_until, ValidUntil::Forever);
    }

    #[test]
    fn a_newer_address_replaces_the_printed_one() {
        let card = parse(&synthetic(), Some(Private::from("新路2号"))).unwrap();
        assert_eq!(card.address.expose_secret(), "新路2号");
    }

    #[test]
    fn the_last_filled_address_is_the_newest() {
        let mut data = [0; 3 * ADDRESS_BYTES];
        put(&mut data, 0..70, "旧路1号");
        put(&mut data, 70..140, "新路2号");
        put(&mut data, 140..210, "");
        assert_eq!(newest_address(&data).unwrap().unwrap().expose_secret(), "新路2号");
        assert!(newest_address(&data[140..]).unwrap().is_none());
    }

    #[test]
    fn unknown_families_are_refused_first() {
        for flag in ["K", "j", "?"] {
            let mut record = [0xFF; 256];
            put(&mut record, FAMILY, flag);
            assert_eq!(fault(&record), ReaderFault::UnknownCard);
        }
    }

    #[test]
    fn a_bad_field_is_named_and_never_quoted() {
        let cases = [
            (NAME, "", "name"),
            (SEX, "5", "sex"),
            (ETHNICITY, "汉", "ethnicity"),
            (BIRTH, "19490231", "birth date"),
            (NUMBER, "110105194912310021", "number"),
            (VALID_FROM, "20210229", "first day of validity"),
            (VALID_UNTIL, "永久", "last day of validity"),
            (VALID_UNTIL, "20200228", "validity"),
        ];
        for (field, text, what) in cases {
            let mut record = synthetic();
            put(&mut record, field, text);
            assert_eq!(fault(&record), ReaderFault::BadRecord { what });
        }
    }

    #[test]
    fn a_body_is_split_where_its_lengths_say() {
        let mut data = vec![0x01, 0x00, 0x04, 0x00];
        data.extend([1; 256]);
        data.extend([2; 1024]);
        let body = Body::split(&data).unwrap();
        assert!(body.text.iter().all(|byte| *byte == 1) && body.photo.iter().all(|byte| *byte == 2));
        data[1] = 1;
        assert!(Body::split(&data).is_err());
        assert!(Body::split(&data[..1283]).is_err());
    }

    #[test]
    fn fingerprints_are_carried_as_they_are() {
        for fingers in [0_usize, 512, 1_024] {
            let length = u16::try_from(fingers).unwrap().to_be_bytes();
            let mut data = [[0x01, 0x00, 0x04, 0x00].as_slice(), &length].concat();
            data.extend([1; 256]);
            data.extend([2; 1024]);
            data.extend(vec![3; fingers]);
            let body = Body::split(&data).unwrap();
            assert_eq!(body.fingerprints, vec![3; fingers]);
            assert!(body.text.iter().all(|byte| *byte == 1) && body.photo.iter().all(|byte| *byte == 2));
            data.push(3);
            assert!(Body::split(&data).is_err(), "a length that does not agree");
        }
    }

    proptest! {
        #[test]
        fn no_record_panics(bytes in proptest::array::uniform32(any::<u8>()), at in 0_usize..224) {
            let mut record = synthetic();
            record[at..at + 32].copy_from_slice(&bytes);
            for family in [" ", "J", "I", "Y"] {
                put(&mut record, FAMILY, family);
                let _ = parse(&record, None).is_ok();
            }
        }

        #[test]
        fn any_name_comes_back(name in "[\u{4E00}-\u{9FFF}·\u{20000}-\u{2A6DF}]{1,7}") {
            let mut record = synthetic();
            put(&mut record, NAME, &name);
            let card = parse(&record, None).unwrap();
            prop_assert_eq!(card.name.expose_secret(), name.as_str());
        }
    }
}
