//! Words of the printed receipt.

use crate::Texts;

impl Texts {
    /// The heading.
    pub fn receipt_heading(self) -> String {
        self.tr("Receipt of submission")
    }

    /// Label of the terminal's own number.
    pub fn receipt_number_label(self) -> String {
        self.tr("Receipt number")
    }

    /// Label of the time of submission.
    pub fn receipt_time_label(self) -> String {
        self.tr("Handed in")
    }

    /// Label of the place.
    pub fn receipt_site_label(self) -> String {
        self.tr("Place")
    }

    /// What the code is for.
    pub fn receipt_code_hint(self) -> String {
        self.tr("Show this code to ask about your application.")
    }

    /// What the paper is and is not.
    pub fn receipt_keep(self) -> String {
        self.tr(
            "Please keep this receipt. It proves that you handed in, not that the application is granted.",
        )
    }

    /// Whom to call.
    pub fn receipt_hotline(self) -> String {
        self.fill("Questions: call {number}", &[("number", crate::HOTLINE)])
    }
}
