//! The national suite: SM3 digests, SM2 signatures and SM2 seals (GB/T 32905, GB/T 32918).

mod digest;
mod seal;
mod sign;

pub use digest::Digest;
pub use seal::{OpenError, ReadySeal, Sealed, SealingKey, UnsealingKey};
pub use sign::{BadSignature, SigningKey, VerifyingKey};

use serde::{Deserialize, Serialize};

/// Which algorithms made a row, a seal or a signature; stored with each, so that old ones stay readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Suite {
    /// SM2 (GB/T 32918.2 signature, 32918.4 encryption in the order C1C3C2) with SM3 (GB/T 32905).
    #[serde(rename = "sm2-sm3")]
    Sm2Sm3,
}

/// Text that is no key of this suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a key of this suite")]
pub struct BadKey;
