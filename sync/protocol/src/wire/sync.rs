//! Up: batches of items. Down: changes by cursor.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Command;
use crate::ids::{CaseNumber, ItemId};
use crate::item::{Item, Verdict};

/// Items, oldest first within each lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Batch {
    /// At most `limits::BATCH_ITEMS_MAX`.
    #[cfg_attr(feature = "openapi", schema(max_items = 256))]
    pub items: Vec<Item>,
}

/// One answer for each item of a batch, in its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchAnswer {
    /// The answers.
    pub answers: Vec<ItemAnswer>,
    /// The platform's clock.
    pub server_time: jiff::Timestamp,
}

/// The answer to one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemAnswer {
    /// The item.
    pub id: ItemId,
    /// What became of it.
    pub verdict: Verdict,
}

/// What changed for this terminal since the cursor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Changes {
    /// At most `limits::CHANGES_PAGE_MAX`, oldest first.
    pub changes: Vec<Change>,
    /// Opaque; what to ask with next.
    pub cursor: String,
    /// There is more to fetch at once.
    pub more: bool,
    /// Version of the newest timestamp (`trust`), 0 where nothing is published: so a terminal knows whether there are
    /// newer metadata.
    pub metadata_version: u64,
    /// When to ask again, milliseconds.
    pub next_poll_ms: u32,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// A case moved on.
    Case {
        /// The case.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
        case: Uuid,
        /// Its national number.
        case_number: CaseNumber,
        /// Where it is.
        state: CaseState,
        /// The platform's clock.
        at: jiff::Timestamp,
    },
    /// An operator asks for something. Only until something came of it.
    Command(Command),
}

/// Where a case is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    /// 已收件: the platform has it.
    Received,
    /// 已受理: the department took it on.
    InProgress,
    /// 已办结: granted.
    Granted,
    /// 不予办理: refused, with a reason at the department.
    Refused,
}
