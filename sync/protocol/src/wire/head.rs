//! The journal's head on the line.

use serde::{Deserialize, Serialize};

use crate::crypto::{Digest, VerifyingKey};
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
    /// The newest row the terminal was told is countersigned, of which the head goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<Place>,
}

/// A row of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Its sequence.
    pub seq: u64,
    /// Its hash.
    pub hash: Digest,
}

impl Place {
    /// The row a head is of.
    pub fn of(head: &SignedHead) -> Self {
        Self { seq: head.seq, hash: head.hash }
    }
}

/// What the platform says to a head.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(clippy::large_enum_variant, reason = "one at a time, and mostly the large one")]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum HeadAnswer {
    /// It fits what was shown before. A head that was shown before gets the same answer again.
    Countersigned(Countersigned),
    /// It names another row than the newest that was shown: the countersignature of that one was lost on its way, or the
    /// trail is another. The terminal shows its head at this row first.
    Show {
        /// The row's sequence.
        seq: u64,
    },
    /// It is of an epoch that is over: the terminal was enrolled again, or its journal went back, as after a restored
    /// backup. The terminal goes on in this epoch, so that no sequence of an item is given twice.
    NewEpoch {
        /// The epoch in force.
        epoch: u32,
    },
}
