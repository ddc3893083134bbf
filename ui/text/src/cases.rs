//! "My cases".

use crate::Texts;

/// Where a case is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseWord {
    /// 已收件.
    Received,
    /// 已受理.
    InProgress,
    /// 已办结.
    Granted,
    /// 不予办理.
    Refused,
}

impl Texts {
    /// The heading.
    pub fn cases_title(self) -> String {
        self.tr("My cases")
    }

    /// The heading above the case of a receipt.
    pub fn receipt_case_title(self) -> String {
        self.tr("The case of this receipt")
    }

    /// There is none with this receipt.
    pub fn no_receipt_case(self) -> String {
        self.tr("No case is known under this receipt yet. One that was handed in just now may take a minute to appear.")
    }

    /// There are none.
    pub fn no_cases(self) -> String {
        self.tr("You have no cases here. One that was handed in just now may take a minute to appear.")
    }

    /// What remains without a network.
    pub fn cases_instead(self) -> String {
        self.tr("Your receipt number stays valid. Call 12345 with it, or look again later.")
    }

    /// Where a case is.
    pub fn case_state(self, state: CaseWord) -> String {
        match state {
            CaseWord::Received => self.tr("Received"),
            CaseWord::InProgress => self.tr("In progress"),
            CaseWord::Granted => self.tr("Granted"),
            CaseWord::Refused => self.tr("Refused; the department tells you why"),
        }
    }
}
