//! Seals: SM2 public-key encryption (GB/T 32918.4, order C1‖C3‖C2, GM/T 0003.4-2012).
//!
//! The terminal holds the sealing key only, so that it cannot read its own queue. The library seals in one step; here the
//! two multiplications on the curve, nearly all of the work, are done ahead of the bytes (`ReadySeal`): they need the key
//! only, and nobody should wait for them.

use base64::prelude::{BASE64_STANDARD, Engine};
use serde::{Deserialize, Serialize};
use sm2::elliptic_curve::Generate;
use sm2::elliptic_curve::sec1::ToSec1Point;
use sm2::pke::{DecryptingKey, Mode};
use sm3::{Digest as _, Sm3};
use zeroize::{Zeroize, Zeroizing};

use super::{BadKey, Suite};

/// The platform's public key; closes seals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SealingKey(sm2::PublicKey);

/// Tries at a stream that is not all zeros: one of a single byte is, once in 256 times.
const TRIES_MAX: usize = 16;

/// A seal that only waits for its bytes. It closes over one text and is gone; its secret is zeroed, used or not.
pub struct ReadySeal {
    /// C1, not compressed.
    point: Vec<u8>,
    /// x2‖y2 of the standard: whoever has it can open this one seal.
    shared: Zeroizing<[u8; 64]>,
}

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
    /// Makes a seal ready for bytes to come.
    pub fn ready(&self) -> Result<ReadySeal, OpenError> {
        let once = sm2::SecretKey::try_generate().map_err(|_| OpenError)?;
        Ok(ReadySeal::of(&self.0, &once))
    }

    /// Seals the bytes; there must be at least one.
    pub fn seal(&self, bytes: &[u8]) -> Result<Sealed, OpenError> {
        Ok(Sealed::of(&self.seal_file(bytes)?))
    }

    /// Seals a file by `Suite::Sm2Sm3`: C1‖C3‖C2 as it is, 97 bytes more than the file.
    pub fn seal_file(&self, bytes: &[u8]) -> Result<Vec<u8>, OpenError> {
        if bytes.is_empty() {
            return Err(OpenError);
        }
        let mut tries = (0..TRIES_MAX).map(|_| self.ready()?.close_file(bytes));
        tries.find(Result::is_ok).unwrap_or(Err(OpenError))
    }
}

impl ReadySeal {
    /// Steps A2 to A4 with this secret of one use. The cofactor of the curve is 1, and so the product is no point at infinity.
    fn of(key: &sm2::PublicKey, once: &sm2::SecretKey) -> Self {
        let scalar = Zeroizing::new(once.to_nonzero_scalar());
        let point = Zeroizing::new((key.to_projective() * **scalar).to_affine());
        let mut bytes = point.to_sec1_point(false);
        let mut shared = Zeroizing::new([0; 64]);
        shared.copy_from_slice(&bytes.as_bytes()[1..]);
        bytes.zeroize();
        Self { point: once.public_key().to_sec1_point(false).as_bytes().to_vec(), shared }
    }

    /// Seals the bytes; there must be more than a few, as a stream of zeros is refused.
    pub fn close(self, bytes: &[u8]) -> Result<Sealed, OpenError> {
        Ok(Sealed::of(&self.close_file(bytes)?))
    }

    /// Steps A5 to A8.
    fn close_file(self, bytes: &[u8]) -> Result<Vec<u8>, OpenError> {
        let start = Sm3::new().chain_update(*self.shared);
        let block = |number: u32| start.clone().chain_update(number.to_be_bytes()).finalize();
        let stream = (1..).flat_map(|number| <[u8; 32]>::from(block(number)));
        let hidden: Vec<u8> = bytes.iter().zip(stream).map(|(byte, key)| byte ^ key).collect();
        if hidden == bytes {
            return Err(OpenError);
        }
        let (x, y) = self.shared.split_at(32);
        let check = Sm3::new().chain_update(x).chain_update(bytes).chain_update(y).finalize();
        Ok([&self.point, check.as_slice(), &hidden].concat())
    }
}

impl Sealed {
    fn of(cipher: &[u8]) -> Self {
        Self { suite: Suite::Sm2Sm3, cipher: BASE64_STANDARD.encode(cipher) }
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

    // GB/T 32918.5-2017, annex C.
    #[test]
    fn a_seal_is_the_standards_byte_for_byte() {
        let secret = |text| sm2::SecretKey::from_slice(&hex::decode(text).unwrap()).unwrap();
        let key = secret("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8");
        let once = secret("59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21");
        let seal = ReadySeal::of(&key.public_key(), &once);
        let expected = concat!(
            "0404ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73",
            "e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0",
            "59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766",
            "21886ca989ca9c7d58087307ca93092d651efa",
        );
        assert_eq!(hex::encode(seal.close_file(b"encryption standard").unwrap()), expected);
    }

    #[test]
    fn each_seal_has_a_secret_of_its_own() {
        let key = UnsealingKey::generate().sealing_key();
        let seals = [(); 2].map(|()| key.ready().unwrap());
        assert_ne!(*seals[0].shared, *seals[1].shared);
        assert_ne!(seals[0].point, seals[1].point);
    }

    #[test]
    fn a_stream_of_zeros_is_refused() {
        let first =
            |shared: &[u8; 64]| Sm3::new().chain_update(shared).chain_update([0, 0, 0, 1]).finalize()[0];
        let shared = (0..).map(|byte| [byte; 64]).find(|shared| first(shared) == 0).unwrap();
        let seal = || ReadySeal { point: vec![], shared: Zeroizing::new(shared) };
        assert!(seal().close_file(b"x").is_err());
        assert!(seal().close_file(b"fields").is_ok());
        assert!(UnsealingKey::generate().sealing_key().seal_file(b"").is_err());
    }

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
