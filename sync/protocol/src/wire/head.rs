//! The journal's head on the line.

use serde::{Deserialize, Serialize};

use crate::crypto::VerifyingKey;
use crate::journal::{Countersigned, SignedHead};

/// Shows the platform where the journal stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HeadReport {
    /// The key of the journal. The platform keeps the first one it is told in an epoch, and takes no other.
    pub key: VerifyingKey,
    /// The head, signed with it.
    pub head: SignedHead,
}

/// What the platform says to a head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(clippy::large_enum_variant, reason = "one at a time, and mostly the large one")]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum HeadAnswer {
    /// It fits what was shown before. A head that was shown before gets the same answer again.
    Countersigned(Countersigned),
    /// It is of an epoch that is over: the terminal was enrolled again, or its journal went back, as after a restored
    /// backup. The terminal goes on in this epoch, so that no sequence of an item is given twice.
    NewEpoch {
        /// The epoch in force.
        epoch: u32,
    },
}
