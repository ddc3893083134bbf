//! A sealed key as it lies on the disk: JSON, all bytes in hexadecimal digits.

use kiosk_protocol::crypto::Digest;
use kiosk_store::SealError;
use serde::{Deserialize, Serialize};

use crate::chip::Root;

/// What the chip made, and for whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// The name of the key it was sealed below.
    root: String,
    /// The name of another key of the same chip that outlives a clearing: tells a cleared chip from a foreign one.
    machine: String,
    /// The object's public part (`TPMT_PUBLIC`).
    public: String,
    /// The object's private part (`TPM2B_PRIVATE` without its length), encrypted by the chip.
    private: String,
    /// The digest of the four above, so that a damaged file is not taken for a foreign chip's.
    check: String,
}

impl Sealed {
    /// What a chip made.
    pub fn new(root: &Root, machine: &Root, public: &[u8], private: &[u8]) -> Self {
        let [root, machine] = [root, machine].map(|key| hex::encode(&key.name));
        let (public, private) = (hex::encode(public), hex::encode(private));
        let check = check([&root, &machine, &public, &private]);
        Self { root, machine, public, private, check }
    }

    /// For the disk.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Five texts always become JSON.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// From the disk.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        let sealed: Self = serde_json::from_slice(bytes).map_err(|_| SealError::Damaged)?;
        let parts = [&sealed.root, &sealed.machine, &sealed.public, &sealed.private];
        if check(parts) == sealed.check { Ok(sealed) } else { Err(SealError::Damaged) }
    }

    /// Whether it was sealed below this key.
    pub fn is_below(&self, root: &Root) -> bool {
        self.root == hex::encode(&root.name)
    }

    /// Whether this key is of the chip that sealed it.
    pub fn is_of(&self, machine: &Root) -> bool {
        self.machine == hex::encode(&machine.name)
    }

    /// The object's two parts, public and private.
    pub fn parts(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        Some((hex::decode(&self.public).ok()?, hex::decode(&self.private).ok()?))
    }
}

fn check(parts: [&String; 4]) -> String {
    let text = parts.map(String::as_str).join("\n");
    hex::encode(Digest::of(text.as_bytes()).as_bytes())
}
