//! SM2 signatures (GB/T 32918.2) with the default signer id of GB/T 35276, 10.

use base64::prelude::{BASE64_STANDARD, Engine};
use serde::{Deserialize, Serialize};
use sm2::dsa::signature::{Signer, Verifier};
use sm2::elliptic_curve::Generate;

use super::BadKey;

/// The signer id where no other was agreed: GB/T 35276-2017, 10.
const SIGNER_ID: &str = "1234567812345678";

/// A key that signs. Zeroed when dropped.
pub struct SigningKey(sm2::dsa::SigningKey);

/// A key that verifies.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VerifyingKey(sm2::dsa::VerifyingKey);

/// The signature does not belong to these bytes and this key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not fit")]
pub struct BadSignature;

impl SigningKey {
    /// Makes a new key from the system's random source.
    pub fn generate() -> Result<Self, BadKey> {
        let secret = sm2::SecretKey::generate();
        let key = sm2::dsa::SigningKey::new(SIGNER_ID, &secret).map_err(|_| BadKey)?;
        Ok(Self(key))
    }

    /// Reads a key of 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadKey> {
        let key = sm2::dsa::SigningKey::from_slice(SIGNER_ID, bytes).map_err(|_| BadKey)?;
        Ok(Self(key))
    }

    /// The secret, 32 bytes, for a key file.
    pub fn to_bytes(&self) -> zeroize::Zeroizing<Vec<u8>> {
        zeroize::Zeroizing::new(self.0.to_bytes().to_vec())
    }

    /// The key others verify with.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.0.verifying_key().clone())
    }

    /// Signs; the answer is Base64 of r and s, 64 bytes.
    pub fn sign(&self, bytes: &[u8]) -> Result<String, BadSignature> {
        let signature: sm2::dsa::Signature = self.0.try_sign(bytes).map_err(|_| BadSignature)?;
        Ok(BASE64_STANDARD.encode(signature.to_bytes()))
    }
}

impl VerifyingKey {
    /// Verifies a signature as `SigningKey::sign` writes it.
    pub fn verify(&self, bytes: &[u8], signature: &str) -> Result<(), BadSignature> {
        let raw = BASE64_STANDARD.decode(signature).map_err(|_| BadSignature)?;
        let signature = sm2::dsa::Signature::from_slice(&raw).map_err(|_| BadSignature)?;
        self.0.verify(bytes, &signature).map_err(|_| BadSignature)
    }
}

impl PartialEq for VerifyingKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_sec1_bytes() == other.0.to_sec1_bytes()
    }
}

impl Eq for VerifyingKey {}

impl From<VerifyingKey> for String {
    fn from(key: VerifyingKey) -> String {
        hex::encode(key.0.to_sec1_bytes())
    }
}

impl TryFrom<String> for VerifyingKey {
    type Error = BadKey;
    fn try_from(text: String) -> Result<Self, BadKey> {
        let bytes = hex::decode(text).map_err(|_| BadKey)?;
        let key = sm2::dsa::VerifyingKey::from_sec1_bytes(SIGNER_ID, &bytes);
        Ok(Self(key.map_err(|_| BadKey)?))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_signature_fits_its_bytes_and_key_only() {
        let key = SigningKey::generate().unwrap();
        let signature = key.sign(b"catalogue 1").unwrap();
        let public = key.verifying_key();
        assert_eq!(public.verify(b"catalogue 1", &signature), Ok(()));
        assert_eq!(public.verify(b"catalogue 2", &signature), Err(BadSignature));
        let other = SigningKey::generate().unwrap().verifying_key();
        assert_eq!(other.verify(b"catalogue 1", &signature), Err(BadSignature));
    }

    #[test]
    fn keys_survive_text_and_bytes() {
        let key = SigningKey::generate().unwrap();
        let again = SigningKey::from_bytes(&key.to_bytes()).unwrap();
        let text = String::from(key.verifying_key());
        assert_eq!(VerifyingKey::try_from(text).unwrap(), again.verifying_key());
        assert!(VerifyingKey::try_from("04ff".to_owned()).is_err());
    }
}
