//! A technician's card: names itself, and signs what it is asked to with a key that never leaves it.

use sm2::dsa::signature::Signer;
use sm2::dsa::{Signature, SigningKey};

use super::apdu::{
    Command, DEACTIVATED, NO_FILE, NO_RECORD, NOT_NOW, OK, Outcome, UNKNOWN_INSTRUCTION, WRONG_LENGTH, status,
};

/// `F0` and `HCKTECH`: a name nobody registers.
const APPLICATION: &[u8] = b"\xF0HCKTECH";
/// GB/T 35276, 10.
const SIGNER: &str = "1234567812345678";
/// Of a challenge.
const CHALLENGE_BYTES: usize = 32;

/// A technician's card.
#[derive(Clone)]
pub struct TechnicianCard {
    serial: String,
    key: SigningKey,
    is_chosen: bool,
}

impl TechnicianCard {
    /// The card as it is issued; none where the secret is no key.
    pub fn of(serial: &str, secret: &[u8]) -> Option<TechnicianCard> {
        let key = SigningKey::from_slice(SIGNER, secret).ok()?;
        Some(TechnicianCard { serial: serial.to_owned(), key, is_chosen: false })
    }

    /// Forgets what power held.
    pub fn reset(&mut self) {
        self.is_chosen = false;
    }

    /// Does what a command asks for.
    pub fn perform(&mut self, command: &Command, is_blocked: bool) -> Outcome {
        match command.what {
            [0x00, 0xA4] if command.p1 == 0x04 => self.select(&command.data, is_blocked),
            [0x00, 0xA4] => status(NO_FILE),
            [0x00, 0xB2] => self.read_record(command.p2 >> 3, command.p1),
            [0x00, 0x88] => self.prove(&command.data),
            _ => status(UNKNOWN_INSTRUCTION),
        }
    }

    fn select(&mut self, name: &[u8], is_blocked: bool) -> Outcome {
        self.is_chosen = name == APPLICATION && !is_blocked;
        match name {
            APPLICATION if is_blocked => status(DEACTIVATED),
            APPLICATION => status(OK),
            _ => status(NO_FILE),
        }
    }

    fn read_record(&self, file: u8, record: u8) -> Outcome {
        match (file, record) {
            (1, 1) if self.is_chosen => (self.serial.clone().into_bytes(), OK),
            (1, 2) if self.is_chosen => (self.key.verifying_key().to_sec1_bytes().to_vec(), OK),
            _ => status(NO_RECORD),
        }
    }

    fn prove(&self, challenge: &[u8]) -> Outcome {
        if challenge.len() != CHALLENGE_BYTES {
            return status(WRONG_LENGTH);
        }
        let signed: Option<Signature> = self.key.try_sign(challenge).ok().filter(|_| self.is_chosen);
        signed.map_or_else(|| status(NOT_NOW), |signature| (signature.to_bytes().to_vec(), OK))
    }
}

impl std::fmt::Debug for TechnicianCard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TechnicianCard").field("serial", &self.serial).finish_non_exhaustive()
    }
}

impl PartialEq for TechnicianCard {
    fn eq(&self, other: &Self) -> bool {
        self.serial == other.serial && self.is_chosen == other.is_chosen
    }
}

impl Eq for TechnicianCard {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sm2::dsa::signature::Verifier;

    use super::*;

    fn card() -> TechnicianCard {
        TechnicianCard::of("TS000001", &[0x17; 32]).unwrap()
    }

    fn ask(card: &mut TechnicianCard, header: [u8; 4], data: &[u8]) -> Outcome {
        let bytes = [&header[..], &[data.len() as u8], data].concat();
        card.perform(&Command::parse(&bytes).unwrap(), false)
    }

    #[test]
    fn it_signs_for_whoever_chose_its_application() {
        let mut card = card();
        assert_eq!(ask(&mut card, [0x00, 0x88, 0, 0], &[7; 32]).1, NOT_NOW);
        assert_eq!(ask(&mut card, [0x00, 0xA4, 4, 0], APPLICATION).1, OK);
        assert_eq!(ask(&mut card, [0x00, 0x88, 0, 0], &[7; 31]).1, WRONG_LENGTH);
        let (signature, status) = ask(&mut card, [0x00, 0x88, 0, 0], &[7; 32]);
        let signature = Signature::from_slice(&signature).unwrap();
        assert_eq!(status, OK);
        assert!(card.key.verifying_key().verify(&[7; 32], &signature).is_ok());
        card.reset();
        assert_eq!(ask(&mut card, [0x00, 0xB2, 1, 0x0C], &[]).1, NO_RECORD);
    }
}
