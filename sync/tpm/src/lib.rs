//! A TPM 2.0 keeps the key of the store: what lies on the disk is sealed by a key that never leaves the chip, so that the
//! disk alone, or a copy of it, gives no store.
//!
//! The store's key is sealed below the storage root key of the owner hierarchy, which the TPM makes from its seed each time
//! (nothing is left in its memory, and other users of the chip lose nothing). It has no password of its own and counts as
//! no guess, so that a lockout somebody else caused does not reach it. On the line to the chip it goes encrypted, in a
//! session that only the holder of the root key can share.

mod chip;
mod fault;
mod sealed;

use std::fmt;
use std::str::FromStr;

use kiosk_store::{Key, SealError, Sealer};
use serde::Deserialize;
use tss_esapi::TctiNameConf;

use crate::chip::Chip;
use crate::sealed::Sealed;

/// Where a TPM is unless the configuration says otherwise: below the kernel's resource manager, which lets several use it.
pub const DEFAULT_PLACE: &str = "device:/dev/tpmrm0";

/// Where a TPM is. It is reached anew for each work, so that one switched on later is found.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Tpm(String);

/// What names no TPM.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not `device:/dev/…`, `tabrmd:…`, `swtpm:host=…,port=…` or `mssim:host=…,port=…`")]
pub struct NoPlace(String);

impl Default for Tpm {
    fn default() -> Self {
        Self(DEFAULT_PLACE.to_owned())
    }
}

impl fmt::Display for Tpm {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl TryFrom<String> for Tpm {
    type Error = NoPlace;

    /// As the TPM2 tools write it (`TPM2TOOLS_TCTI`); a device with its whole path.
    fn try_from(place: String) -> Result<Self, NoPlace> {
        let is_vague = place.starts_with("device") && !place.starts_with("device:/");
        if is_vague || TctiNameConf::from_str(&place).is_err() {
            return Err(NoPlace(place));
        }
        Ok(Self(place))
    }
}

impl Tpm {
    fn reach(&self) -> Result<Chip, SealError> {
        let chip = TctiNameConf::from_str(&self.0).and_then(Chip::open);
        chip.map_err(|error| fault::absent(&self.0, error))
    }
}

impl Sealer for Tpm {
    fn seal(&self, key: &Key) -> Result<Vec<u8>, SealError> {
        let sealed = self.reach()?.seal(key).map_err(fault::of)?;
        Ok(sealed.to_bytes())
    }

    fn unseal(&self, bytes: &[u8]) -> Result<Key, SealError> {
        let sealed = Sealed::from_bytes(bytes)?;
        let mut chip = self.reach()?;
        let root = chip.root().map_err(fault::of)?;
        if !sealed.is_below(&root) {
            let machine = chip.machine().map_err(fault::of)?;
            return Err(if sealed.is_of(&machine) { SealError::Cleared } else { SealError::Foreign });
        }
        chip.unseal(&root, &sealed).map_err(fault::of)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_place_is_named_as_the_tools_do_and_whole() {
        for good in [DEFAULT_PLACE, "swtpm:host=127.0.0.1,port=2321", "tabrmd"] {
            assert_eq!(Tpm::try_from(good.to_owned()).unwrap().to_string(), good);
        }
        for bad in ["", "/dev/tpmrm0", "device", "device:tpm0", "swtpm:port=x", "usb:1"] {
            let error = Tpm::try_from(bad.to_owned()).unwrap_err();
            assert!(error.to_string().contains("device:/dev/"), "{bad}");
        }
    }
}
