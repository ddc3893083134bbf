//! Answers of queries.

use crate::Texts;

impl Texts {
    /// How old an answer is, and that it is not kept.
    pub fn answer_note(self, as_of: jiff::Timestamp) -> String {
        self.fill("As of {time}. Nothing of this is kept on the terminal.", &[("time", &self.time(as_of))])
    }
}
