//! Who may open the technician's screens: the roster in the store, and a card's proof.
//!
//! The roster is checked without a network. A roster that comes from the platform one day is put into the same table.

use jiff::civil::Date;
use kiosk_drivers_api::TechnicianCard;
use kiosk_protocol::crypto::VerifyingKey;
use kiosk_store::Technician;

use super::base64;

/// Whether the card holds the secret of this key: it signed what it was asked to.
pub fn is_proven(card: &TechnicianCard, key: &VerifyingKey) -> bool {
    key.verify(&card.challenge, &base64(&card.signature)).is_ok()
}

/// The key a card says it has, where it proves that.
pub fn own_key(card: &TechnicianCard) -> Option<VerifyingKey> {
    let digits: String = card.key.iter().map(|byte| format!("{byte:02x}")).collect();
    VerifyingKey::try_from(digits).ok().filter(|key| is_proven(card, key))
}

/// Whether somebody on the roster is whoever the card says, on this day.
pub fn admits(technician: &Technician, card: &TechnicianCard, today: Date) -> bool {
    technician.card == card.serial && today <= technician.until && is_proven(card, &technician.key)
}

#[cfg(test)]
pub mod testing {
    //! A card and its place on a roster.
    #![allow(clippy::unwrap_used)]
    use ::base64::prelude::{BASE64_STANDARD, Engine};
    use kiosk_protocol::crypto::SigningKey;

    use super::*;

    /// A card with this key that signs `challenge`.
    pub fn card(key: &SigningKey, challenge: [u8; 32]) -> TechnicianCard {
        let signature = BASE64_STANDARD.decode(key.sign(&challenge).unwrap()).unwrap();
        let digits = String::from(key.verifying_key());
        let byte = |at: usize| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap();
        TechnicianCard {
            serial: "TS000001".to_owned(),
            key: std::array::from_fn(byte),
            challenge,
            signature: signature.try_into().unwrap(),
        }
    }

    /// Whose it is.
    pub fn technician(key: &SigningKey, pin: &str) -> Technician {
        let (card, name) = ("TS000001".to_owned(), "维护员".to_owned());
        let pin = super::super::pin::hash(&pin.into()).unwrap();
        Technician { card, name, key: key.verifying_key(), pin, until: "2030-12-31".parse().unwrap() }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_protocol::crypto::SigningKey;

    use super::testing::{card, technician};
    use super::*;

    #[test]
    fn a_card_is_admitted_by_its_secret_and_until_its_last_day() {
        let key = SigningKey::generate().unwrap();
        let (known, today) = (technician(&key, "739154"), "2030-12-31".parse().unwrap());
        let real = card(&key, [7; 32]);
        assert!(admits(&known, &real, today));
        assert!(!admits(&known, &real, "2031-01-01".parse().unwrap()), "past its last day");
        let replayed = TechnicianCard { challenge: [8; 32], ..real.clone() };
        assert!(!admits(&known, &replayed, today), "a signature heard before");
        let other = SigningKey::generate().unwrap();
        let copied = card(&other, [7; 32]);
        assert!(!admits(&known, &copied, today), "the same serial, another secret");
        assert!(own_key(&real).is_some_and(|own| own == known.key));
        assert!(own_key(&TechnicianCard { key: real.key, ..copied }).is_none(), "a key it does not have");
    }
}
