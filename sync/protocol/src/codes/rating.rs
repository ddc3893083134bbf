//! The five levels of 好差评 (国办发〔2019〕51号).

use serde::{Deserialize, Serialize};

/// A resident's voluntary judgement of a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum RatingLevel {
    /// 非常不满意, 1.
    VeryDissatisfied = 1,
    /// 不满意, 2.
    Dissatisfied = 2,
    /// 基本满意, 3.
    Fair = 3,
    /// 满意, 4.
    Satisfied = 4,
    /// 非常满意, 5.
    VerySatisfied = 5,
}

impl RatingLevel {
    /// All levels, best first, as a counter shows them.
    pub const ALL: [Self; 5] =
        [Self::VerySatisfied, Self::Satisfied, Self::Fair, Self::Dissatisfied, Self::VeryDissatisfied];
}

impl From<RatingLevel> for u8 {
    fn from(level: RatingLevel) -> u8 {
        level as u8
    }
}

/// The number is not 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a rating is 1 to 5, not {0}")]
pub struct BadRating(u8);

impl TryFrom<u8> for RatingLevel {
    type Error = BadRating;
    fn try_from(number: u8) -> Result<Self, BadRating> {
        let found = Self::ALL.into_iter().find(|level| *level as u8 == number);
        found.ok_or(BadRating(number))
    }
}
