//! Seals: SM2 public-key encryption (GB/T 32918.4, order C1‖C3‖C2, GM/T 0003.4-2012).
//!
//! The terminal holds the sealing key only, so that it cannot read its own queue.

use base64::prelude::{BASE64_STANDARD, Engine};
use serde::{Deserialize, Serialize};
use sm2::elliptic_curve::Generate;
use sm2::elliptic_curve::common::getrandom::SysRng;
use sm2::pke::{DecryptingKey, EncryptingKey, Mode};
use zeroize::Zeroizing;

use super::{BadKey, Suite};

/// The platform's public key; closes seals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SealingKey(sm2::PublicKey);

/// The platform's secret key; opens seals.
pub struct UnsealingKey(sm2::SecretKey);

/// Bytes only the platform can read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// The algorithms.
    pub suite: Suite,
    /// Base64 of C1‖C3‖C2.
    pub cipher: String,
}

/// The seal is damaged, or was made for another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the seal does not open")]
pub struct OpenError;

impl SealingKey {
    /// Seals the bytes; there must be at least one.
    pub fn seal(&self, bytes: &[u8]) -> Result<Sealed, OpenError> {
        let cipher = BASE64_STANDARD.encode(self.seal_file(bytes)?);
        Ok(Sealed { suite: Suite::Sm2Sm3, cipher })
    }

    /// Seals a file by `Suite::Sm2Sm3`: C1‖C3‖C2 as it is, 97 bytes more than the file.
    pub fn seal_file(&self, bytes: &[u8]) -> Result<Vec<u8>, OpenError> {
        let key = EncryptingKey::new_with_mode(self.0, Mode::C1C3C2);
        key.encrypt(&mut SysRng, bytes).map_err(|_| OpenError)
    }
}

impl UnsealingKey {
    /// Makes a new key from the system's random source.
    pub fn generate() -> Self {
        Self(sm2::SecretKey::generate())
    }

    /// Reads a key of 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadKey> {
        Ok(Self(sm2::SecretKey::from_slice(bytes).map_err(|_| BadKey)?))
    }

    /// The secret, 32 bytes, for a key file.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.to_bytes().to_vec())
    }

    /// The key terminals seal with.
    pub fn sealing_key(&self) -> SealingKey {
        SealingKey(self.0.public_key())
    }

    /// Opens a seal.
    pub fn open(&self, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let cipher = BASE64_STANDARD.decode(&sealed.cipher).map_err(|_| OpenError)?;
        self.open_file(sealed.suite, &cipher)
    }

    /// Opens a sealed file.
    pub fn open_file(&self, suite: Suite, cipher: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let Suite::Sm2Sm3 = suite;
        let key = DecryptingKey::new_with_mode(self.0.to_nonzero_scalar(), Mode::C1C3C2);
        let bytes = key.decrypt(cipher).map_err(|_| OpenError)?;
        Ok(Zeroizing::new(bytes))
    }
}

impl From<SealingKey> for String {
    fn from(key: SealingKey) -> String {
        hex::encode(key.0.to_sec1_bytes())
    }
}

impl TryFrom<String> for SealingKey {
    type Error = BadKey;
    fn try_from(text: String) -> Result<Self, BadKey> {
        let bytes = hex::decode(text).map_err(|_| BadKey)?;
        Ok(Self(sm2::PublicKey::from_sec1_bytes(&bytes).map_err(|_| BadKey)?))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_the_right_key_opens() {
        let platform = UnsealingKey::generate();
        let sealed = platform.sealing_key().seal("王小明".as_bytes()).unwrap();
        assert_eq!(*platform.open(&sealed).unwrap(), "王小明".as_bytes());
        assert!(UnsealingKey::generate().open(&sealed).is_err());
    }

    #[test]
    fn a_file_of_many_chunks_is_sealed_as_one() {
        let platform = UnsealingKey::generate();
        let scan: Vec<u8> = (0..600_000_u32).map(|at| at.to_le_bytes()[1]).collect();
        let mut sealed = platform.sealing_key().seal_file(&scan).unwrap();
        assert_eq!(sealed.len(), scan.len() + 97);
        assert_eq!(*platform.open_file(Suite::Sm2Sm3, &sealed).unwrap(), scan);
        sealed[300_000] ^= 1;
        assert!(platform.open_file(Suite::Sm2Sm3, &sealed).is_err());
    }

    #[test]
    fn a_changed_seal_does_not_open() {
        let platform = UnsealingKey::generate();
        let mut sealed = platform.sealing_key().seal(b"fields").unwrap();
        let mut raw = BASE64_STANDARD.decode(&sealed.cipher).unwrap();
        *raw.last_mut().unwrap() ^= 1;
        sealed.cipher = BASE64_STANDARD.encode(raw);
        assert!(platform.open(&sealed).is_err());
        sealed.cipher = String::new();
        assert!(platform.open(&sealed).is_err());
    }
}
