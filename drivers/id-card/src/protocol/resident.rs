//! Resident cards, and residence permits for residents of Hong Kong, Macao and Taiwan: one layout.

use std::ops::Range;

use kiosk_drivers_api::{CardKind, IdCard, Private, PrivateBytes, ReaderFault};
use secrecy::ExposeSecret;

use super::record::{BIRTH, NUMBER, SEX, birth, filled, number, sex, validity};
use super::text::{digits, text};

pub(super) const NAME: Range<usize> = 0..30;
/// Reserved on a permit.
pub(super) const ETHNICITY: Range<usize> = 32..36;
pub(super) const ADDRESS: Range<usize> = 52..122;
pub(super) const AUTHORITY: Range<usize> = 158..188;

/// The first six digits of a permit's number (GB 11643; measures for residence permits, 2018): Hong Kong, Macao, Taiwan.
const PERMIT_REGIONS: [&str; 3] = ["810000", "820000", "830000"];

/// A resident card.
pub(super) fn citizen(record: &[u8; 256], newer_address: Option<Private>) -> Result<IdCard, ReaderFault> {
    let ethnicity = digits(&record[ETHNICITY], "ethnicity")?;
    read(record, CardKind::Resident, ethnicity, newer_address)
}

/// A residence permit. Its pass number and issue count stay on the card: nothing here asks for them.
pub(super) fn permit(record: &[u8; 256], newer_address: Option<Private>) -> Result<IdCard, ReaderFault> {
    let card = read(record, CardKind::ResidencePermit, Private::default(), newer_address)?;
    let is_permit = PERMIT_REGIONS.iter().any(|region| card.number.expose_secret().starts_with(region));
    if is_permit { Ok(card) } else { Err(ReaderFault::BadRecord { what: "number" }) }
}

fn read(
    record: &[u8; 256],
    kind: CardKind,
    ethnicity: Private,
    newer_address: Option<Private>,
) -> Result<IdCard, ReaderFault> {
    let (valid_from, valid_until) = validity(record)?;
    Ok(IdCard {
        kind,
        name: filled(text(&record[NAME], "name")?, "name")?,
        latin_name: Private::default(),
        sex: sex(&record[SEX])?,
        ethnicity,
        nationality: Private::default(),
        birth: birth(&record[BIRTH])?,
        address: newer_address.map_or_else(|| text(&record[ADDRESS], "address"), Ok)?,
        number: number(&record[NUMBER])?,
        authority: text(&record[AUTHORITY], "authority")?,
        valid_from,
        valid_until,
        fingerprints: PrivateBytes::default(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::record::parse;
    use super::super::record::tests::{fault, put, synthetic};
    use super::*;

    /// A synthetic permit of Hong Kong; the number's check digit is right.
    fn synthetic_permit() -> [u8; 256] {
        let mut record = synthetic();
        put(&mut record, NAME, "陈样例");
        put(&mut record, ETHNICITY, "");
        put(&mut record, BIRTH, "19900101");
        put(&mut record, NUMBER, "810000199001010019");
        put(&mut record, 220..238, "H00000000");
        put(&mut record, 238..242, "01");
        put(&mut record, 248..250, "J");
        record
    }

    #[test]
    fn a_permit_is_read_like_a_resident_card_without_ethnicity() {
        let card = parse(&synthetic_permit(), None).unwrap();
        assert_eq!(card.kind, CardKind::ResidencePermit);
        assert_eq!(card.name.expose_secret(), "陈样例");
        assert_eq!(card.number.expose_secret(), "810000199001010019");
        assert!(card.ethnicity.expose_secret().is_empty() && card.nationality.expose_secret().is_empty());
    }

    #[test]
    fn a_permit_has_the_number_of_a_permit() {
        let mut record = synthetic_permit();
        put(&mut record, NUMBER, "110101199003070011");
        assert_eq!(fault(&record), ReaderFault::BadRecord { what: "number" });
    }
}
