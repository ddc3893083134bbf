//! The platform's signature below a head.

use serde::{Deserialize, Serialize};

use super::SignedHead;
use crate::crypto::{BadSignature, SigningKey, Suite, VerifyingKey};

/// What the countersigned bytes begin with, so that they are nothing else's.
const WORDS: &[u8] = b"kiosk journal countersignature";

/// A head the platform was shown. It covers every row up to it, and with them the answers to items they record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Countersigned {
    /// The head, as the terminal signed it.
    pub head: SignedHead,
    /// When the platform first saw it, by its clock, in whole milliseconds.
    pub at: jiff::Timestamp,
    /// The algorithms.
    pub suite: Suite,
    /// The platform's key. Whoever must not trust what is named here knows it from the enrolment or from the platform's operator.
    pub key: VerifyingKey,
    /// Over `Countersigned::bytes`, as `SigningKey::sign` writes it.
    pub signature: String,
}

impl Countersigned {
    /// Countersigns a head. The caller has verified it.
    pub fn sign(key: &SigningKey, head: SignedHead, at: jiff::Timestamp) -> Result<Self, BadSignature> {
        let at = jiff::Timestamp::from_millisecond(at.as_millisecond()).map_err(|_| BadSignature)?;
        let (suite, verifying, signature) = (Suite::Sm2Sm3, key.verifying_key(), String::new());
        let mut signed = Self { head, at, suite, key: verifying, signature };
        signed.signature = key.sign(&signed.bytes())?;
        Ok(signed)
    }

    /// Whether the platform of this key signed it.
    pub fn verify(&self, key: &VerifyingKey) -> Result<(), BadSignature> {
        let Suite::Sm2Sm3 = self.suite;
        key.verify(&self.bytes(), &self.signature)
    }

    /// What is signed: words, then length and bytes of the head and of its signature, then milliseconds since 1970.
    pub fn bytes(&self) -> Vec<u8> {
        let (head, signature) = (self.head.bytes(), self.head.signature.as_bytes());
        [
            WORDS,
            &(head.len() as u32).to_be_bytes(),
            &head,
            &(signature.len() as u32).to_be_bytes(),
            signature,
            &self.at.as_millisecond().to_be_bytes(),
        ]
        .concat()
    }
}
