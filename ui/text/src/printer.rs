//! The receipt printer: where the paper is, what is wrong, and another way to get the result.

use crate::Texts;

/// Why there is no paper, or nobody can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaperTrouble {
    /// The roll is empty.
    PaperOut,
    /// The cover is open.
    CoverOpen,
    /// Paper or cutter is stuck.
    Stuck,
    /// The head is too hot.
    TooHot,
    /// The printer does not work or is not there.
    OutOfOrder,
    /// The printer did not confirm; the paper may be out.
    Unconfirmed,
}

impl Texts {
    /// The printer is at work.
    pub fn printing(self) -> String {
        self.tr("Your receipt is being printed.")
    }

    /// The printer confirmed the paper.
    pub fn printed(self) -> String {
        self.tr("Your receipt is printed. Please take it below the screen.")
    }

    /// The printer works again after a fault.
    pub fn printer_back(self) -> String {
        self.tr("The printer works again. Touch “Print again” for your receipt.")
    }

    /// What is wrong, its cure, and how to keep the number without paper.
    pub fn paper_trouble(self, trouble: PaperTrouble) -> String {
        match trouble {
            PaperTrouble::PaperOut => {
                self.tr("Your application is accepted, but the paper has run out. Please photograph the number, or ask the staff for a new roll and print again.")
            }
            PaperTrouble::CoverOpen => {
                self.tr("Your application is accepted, but the printer's cover is open. Please photograph the number, or ask the staff to close the cover and print again.")
            }
            PaperTrouble::Stuck => {
                self.tr("Your application is accepted, but the paper is stuck. Please photograph the number, or ask the staff to free the paper and print again.")
            }
            PaperTrouble::TooHot => {
                self.tr("Your application is accepted, but the printer has to cool down for a few minutes. Please photograph the number, or print again later.")
            }
            PaperTrouble::OutOfOrder => {
                self.tr("Your application is accepted, but the printer does not work. Please photograph the number; it is as good as the paper.")
            }
            PaperTrouble::Unconfirmed => {
                self.tr("Your application is accepted, but the printer did not confirm the receipt. If no paper came out, please photograph the number or print again.")
            }
        }
    }
}
