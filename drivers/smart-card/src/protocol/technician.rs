//! Technicians' cards: an application of their own that names itself and signs a challenge.
//!
//! File 1 holds the serial (record 1) and the public key (record 2); INTERNAL AUTHENTICATE answers with the SM2 signature
//! of the challenge. The secret key never leaves the card, so that a copy of what can be read opens nothing. Nothing is
//! verified here: a driver knows nobody's keys.

use kiosk_drivers_api::{CHALLENGE_BYTES, SmartCardFault, TechnicianCard};

use super::apdu::Command;
use super::conversation::{Conversation, Transmit};
use super::status::Status;

/// The file that can be read.
const FILE: u8 = 1;
const SERIAL: u8 = 1;
const KEY: u8 = 2;
/// Characters of a serial.
const SERIAL_LENGTH: std::ops::RangeInclusive<usize> = 1..=16;

type Result<T> = std::result::Result<T, SmartCardFault>;

/// Reads a technician's card and has it sign the challenge; `None` where it is another card.
pub fn read_technician_card(
    card: &mut Conversation<impl Transmit>,
    application: &[u8],
    challenge: [u8; CHALLENGE_BYTES],
) -> Result<Option<TechnicianCard>> {
    match card.ask(Command::select_name(application))?.status {
        Status::OK => {}
        // A card that is blocked as a whole says so to the applications asked for next, too.
        _ => return Ok(None),
    }
    let serial = serial(&card.demand(Command::read_record(FILE, SERIAL))?)?;
    let key = fixed(&card.demand(Command::read_record(FILE, KEY))?, "public key")?;
    let signature = fixed(&card.demand(Command::internal_authenticate(&challenge))?, "signature")?;
    Ok(Some(TechnicianCard { serial, key, challenge, signature }))
}

fn serial(bytes: &[u8]) -> Result<String> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| {
        SERIAL_LENGTH.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    text.map(str::to_owned).ok_or(SmartCardFault::BadRecord { what: "serial" })
}

fn fixed<const LENGTH: usize>(bytes: &[u8], what: &'static str) -> Result<[u8; LENGTH]> {
    bytes.try_into().map_err(|_| SmartCardFault::BadRecord { what })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::TECHNICIAN_APPLICATION;
    use crate::scripted::{Script, Scripted, bank, technician};

    const CHALLENGE: [u8; CHALLENGE_BYTES] = [7; CHALLENGE_BYTES];

    fn read(script: Script) -> Result<Option<TechnicianCard>> {
        read_technician_card(&mut Conversation::with(script), TECHNICIAN_APPLICATION, CHALLENGE)
    }

    #[test]
    fn a_card_names_itself_and_signs_what_it_was_asked() {
        let card = read(technician()).unwrap().unwrap();
        assert_eq!((card.serial.as_str(), card.key[0]), ("TS000001", 0x04));
        assert_eq!((card.challenge, card.signature), (CHALLENGE, [0x5A; 64]));
    }

    #[test]
    fn another_card_is_none_and_a_bad_one_says_what_is_bad() {
        assert_eq!(read(bank()), Ok(None));
        for (command, reply, what) in [
            ("00B2010C00", "9000", "serial"),
            ("00B2010C00", "5420319000", "serial"),
            ("00B2020C00", "04009000", "public key"),
            ("0088000020", "5A9000", "signature"),
        ] {
            let bad = Err(SmartCardFault::BadRecord { what });
            assert_eq!(read(technician().replying(command, reply)), bad, "{command}");
        }
        let refused = Err(SmartCardFault::Refused { status: 0x6982 });
        assert_eq!(read(technician().replying("0088000020", "6982")), refused);
    }

    proptest! {
        #[test]
        fn no_answer_panics(answers in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..90), 0..8)) {
            let mut card = Conversation::with(Scripted::new(answers));
            let _ = read_technician_card(&mut card, TECHNICIAN_APPLICATION, CHALLENGE).is_ok();
        }
    }
}
