//! SM3 digests.

use std::fmt;

use serde::{Deserialize, Serialize};
use sm3::{Digest as _, Sm3};

/// An SM3 digest (GB/T 32905), 32 bytes; written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    /// What a chain starts from.
    pub const ZERO: Self = Self([0; 32]);

    /// The digest of the bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sm3::digest(bytes).into())
    }

    /// The digest of the parts, one after the other, as they are read.
    pub fn of_parts<E>(parts: impl IntoIterator<Item = Result<Vec<u8>, E>>) -> Result<Self, E> {
        let hash = parts.into_iter().try_fold(Sm3::new(), |hash, part| Ok(hash.chain_update(part?)))?;
        Ok(Self(hash.finalize().into()))
    }

    /// The next link of a hash chain: the digest of this digest followed by the bytes.
    pub fn chain(&self, bytes: &[u8]) -> Self {
        let hash = Sm3::new().chain_update(self.0).chain_update(bytes);
        Self(hash.finalize().into())
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// From 32 bytes, as a database keeps them.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.to_string()
    }
}

impl TryFrom<String> for Digest {
    type Error = hex::FromHexError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // GB/T 32905-2016, annex A.1 and A.2.
    #[test]
    fn digests_match_the_standard() {
        let abc = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
        assert_eq!(Digest::of(b"abc").to_string(), abc);
        let long = "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732";
        assert_eq!(Digest::of(&b"abcd".repeat(16)).to_string(), long);
    }

    #[test]
    fn parts_make_the_digest_of_the_whole() {
        let parts = ["a", "", "bc"].map(|part| Ok::<_, ()>(part.as_bytes().to_vec()));
        assert_eq!(Digest::of_parts(parts), Ok(Digest::of(b"abc")));
        assert_eq!(Digest::of_parts([Ok(b"a".to_vec()), Err("gone")]), Err("gone"));
    }

    #[test]
    fn a_chain_depends_on_order() {
        let one_two = Digest::ZERO.chain(b"one").chain(b"two");
        assert_ne!(one_two, Digest::ZERO.chain(b"two").chain(b"one"));
    }
}
