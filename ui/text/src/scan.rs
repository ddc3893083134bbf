//! The scanner: what to do, what is wrong, and its cure.

use crate::Texts;

/// Why a code cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeTrouble {
    /// It could not be read.
    Unread,
    /// It is not from a receipt of ours.
    Foreign,
}

impl Texts {
    /// Asks for the code.
    pub fn show_code(self) -> String {
        self.tr("Hold the square code at the foot of your receipt before the scanner, a hand's breadth away, until the screen goes on.")
    }

    /// The scanner does not work.
    pub fn scanner_out_of_order(self) -> String {
        self.tr("The scanner does not answer. It is tried again all the time. You can also see your cases with your ID card under “My cases”, or call 12345 with your receipt number.")
    }

    /// What is wrong with the code and what to do.
    pub fn code_trouble(self, trouble: CodeTrouble) -> String {
        match trouble {
            CodeTrouble::Unread => {
                self.tr("The code could not be read. Please smooth the paper and hold it still, a hand's breadth away.")
            }
            CodeTrouble::Foreign => {
                self.tr("This code is not from one of our receipts. Please show the square code at the foot of the receipt that this or another terminal printed for you.")
            }
        }
    }
}
