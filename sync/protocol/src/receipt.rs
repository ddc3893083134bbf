//! The code on a receipt: by it whoever holds the paper sees where the case is, without a card.
//!
//! A receipt number can be guessed: terminals count. So the code also carries a proof made from the id of the case,
//! which has 74 random bits and stands on no paper and no screen. It tells the state of one case and names nobody;
//! who reads a terminal's queue or the platform's register can make it too, and sees the state there anyway.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::base32;
use crate::crypto::Digest;
use crate::ids::{BadId, ReceiptNumber};

/// What every code of a receipt begins with.
const SCHEME: &str = "hecheng:receipt/";
/// Keeps the digest apart from others of the same words.
const DOMAIN: &str = "hecheng receipt proof 1";
/// Characters of a proof: 80 bits.
const PROOF_CHARS: usize = 16;

/// Proof that somebody holds the receipt: 16 characters of Crockford's Base32.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReceiptProof(String);

/// Text that is no proof, or no code of a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the code of a receipt")]
pub struct BadReceiptCode;

impl ReceiptProof {
    /// The proof of a receipt and the case it stands for.
    pub fn of(receipt: &ReceiptNumber, case: Uuid) -> Self {
        let words = format!("{DOMAIN}\n{receipt}\n{case}");
        let mut bits = [0; 16];
        bits.copy_from_slice(&Digest::of(words.as_bytes()).as_bytes()[..16]);
        Self(base32::encode(u128::from_be_bytes(bits), PROOF_CHARS))
    }
}

impl TryFrom<String> for ReceiptProof {
    type Error = BadReceiptCode;
    fn try_from(text: String) -> Result<Self, BadReceiptCode> {
        if base32::is_valid(&text, PROOF_CHARS) { Ok(Self(text)) } else { Err(BadReceiptCode) }
    }
}

impl From<ReceiptProof> for String {
    fn from(proof: ReceiptProof) -> String {
        proof.0
    }
}

/// What the QR code of a receipt carries, on the screen and on paper: `hecheng:receipt/NUMBER/PROOF`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptCode {
    /// The terminal's number.
    pub receipt: ReceiptNumber,
    /// That somebody holds it.
    pub proof: ReceiptProof,
}

impl ReceiptCode {
    /// The code of a receipt and the case it stands for.
    pub fn of(receipt: ReceiptNumber, case: Uuid) -> Self {
        Self { proof: ReceiptProof::of(&receipt, case), receipt }
    }
}

impl fmt::Display for ReceiptCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}/{}", self.receipt, self.proof.0)
    }
}

impl TryFrom<&str> for ReceiptCode {
    type Error = BadReceiptCode;
    fn try_from(text: &str) -> Result<Self, BadReceiptCode> {
        let (number, proof) =
            text.trim().strip_prefix(SCHEME).and_then(|rest| rest.split_once('/')).ok_or(BadReceiptCode)?;
        let receipt = ReceiptNumber::try_from(number.to_owned()).map_err(|_: BadId| BadReceiptCode)?;
        Ok(Self { receipt, proof: ReceiptProof::try_from(proof.to_owned())? })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn number(text: &str) -> ReceiptNumber {
        ReceiptNumber::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn a_code_survives_paper() {
        let code = ReceiptCode::of(number("230202-0001-01000042"), Uuid::from_u128(7));
        let text = code.to_string();
        assert_eq!(text.len(), "hecheng:receipt/230202-0001-01000042/".len() + PROOF_CHARS);
        assert_eq!(ReceiptCode::try_from(text.as_str()), Ok(code.clone()));
        assert_eq!(ReceiptCode::try_from(format!(" {text}\r\n").as_str()), Ok(code));
    }

    #[test]
    fn a_proof_belongs_to_one_receipt_and_one_case() {
        let proof = ReceiptProof::of(&number("230202-0001-01000042"), Uuid::from_u128(7));
        assert_ne!(proof, ReceiptProof::of(&number("230202-0001-01000043"), Uuid::from_u128(7)));
        assert_ne!(proof, ReceiptProof::of(&number("230202-0001-01000042"), Uuid::from_u128(8)));
    }

    #[test]
    fn what_is_no_code_of_a_receipt_is_refused() {
        for text in [
            "",
            "hecheng:receipt/230202-0001-01000042",
            "hecheng:receipt/230202-0001-01000042/",
            "hecheng:receipt/230202-0001-01000042/0000-0000-0000-00",
            "hecheng:receipt/0100/0000000000000000",
            "hecheng:receipt/230202-0001-01000042/0000000000000000/0",
            "hecheng:page/230202-0001-01000042/0000000000000000",
            "https://example.org/230202-0001-01000042/0000000000000000",
        ] {
            assert_eq!(ReceiptCode::try_from(text), Err(BadReceiptCode), "{text}");
        }
    }
}
